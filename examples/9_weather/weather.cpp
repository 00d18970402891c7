// examples/9_weather/weather.cpp - a server whose tool asks an HTTP API, or a stand-in for it within the same program
// SPDX-License-Identifier: BSL-1.0
#include "../shared/options.hpp"
#include "../shared/program.hpp"

#include "forecast.hpp"

#include <mcpawl/test/plain_http_server.hpp>

#include <chrono>
#include <string>

namespace {

constexpr char const* usage =
    "usage: weather [--listen ADDRESS:PORT] [--threads N]\n"
    "  --listen   where to listen, 127.0.0.1:8080 unless told otherwise\n"
    "  --threads  how many threads serve, 1 unless told otherwise\n"
    "Environment:\n"
    "  WEATHER_URL  the weather service, such as https://weather.example.com; without it a stand-in is asked, which knows Bern alone\n"
    "  WEATHER_KEY  its key\n";

mcpawl::test::plain_answer stand_in(mcpawl::test::plain_request const& request) {
  if (request.path() != "/v1/forecast/Bern") return mcpawl::test::answer_with(404, "text/plain", "");
  return mcpawl::test::answer_with(200, "application/json", R"({"celsius":11.5,"sky":"rain"})");
}

}  // namespace

int main(int argc, char** argv) {
  return mcpawl::run([&] {
    mcpawl::settings settings;
    examples::command_line line(argc, argv, usage, settings);
    auto const at = line.listen("--listen", "127.0.0.1:8080");
    mcpawl::http_options options;
    options.threads = line.number("--threads", 1, 1, 64);
    line.finish();
    std::string const url = settings.optional("WEATHER_URL"), key = settings.optional("WEATHER_KEY");
    settings.throw_if_invalid();
    options.address = at.address;
    options.port = at.port;
    options.on_ready = examples::print_ready;

    mcpawl::test::plain_http_server service;
    if (url.empty()) service.serve(stand_in);
    mcpawl::http_client_options of_api;
    of_api.base_url = url.empty() ? service.origin() : url;
    of_api.timeout = std::chrono::seconds{5};
    of_api.max_response_bytes = 64 * 1024;

    mcpawl::server srv{{"weather", "1.0"}};
    add_forecast(srv, forecaster{mcpawl::http_client(of_api), key});
    mcpawl::serve_http(srv, options);
  });
}
