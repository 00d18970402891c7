// examples/1_hello/ask.cpp - a tool that asks its user before it acts, and waits for the response in every revision
// SPDX-License-Identifier: BSL-1.0
#include "../shared/options.hpp"
#include "../shared/program.hpp"

#include <mcpawl/mcpawl.hpp>

#include <optional>
#include <string>

namespace {

struct confirmation {
  bool sure = false;
  std::optional<std::string> reason;
};

}  // namespace

template <>
inline constexpr auto mcpawl::docs<confirmation> =
    mcpawl::fields(mcpawl::field<&confirmation::sure>("Yes, do it."),
                   mcpawl::field<&confirmation::reason>("Why, for the log.").max_length(200));

namespace {

struct deploy_args {
  std::string service;
};

mcpawl::task<std::string> deploy(deploy_args in, mcpawl::context& ctx) {
  // without sessions the tool runs again from here once the response is there, so it asks before it acts
  auto answer = co_await ctx.elicit<confirmation>("sure", "Deploy " + in.service + "?");
  if (!answer || !answer->sure) throw mcpawl::tool_error("the user did not confirm");
  co_await ctx.progress(1, 2, "image built");
  co_return in.service + " is deployed: " + answer->reason.value_or("no reason given");
}

constexpr char const* usage =
    "usage: ask [--listen ADDRESS:PORT] [--threads N] [--sse]\n"
    "  --listen   where to listen, 127.0.0.1:8080 unless told otherwise\n"
    "  --threads  how many threads serve, 1 unless told otherwise\n"
    "  --sse      also serve clients of 2024-11-05, at /sse\n";

}  // namespace

int main(int argc, char** argv) {
  return mcpawl::run([&] {
    mcpawl::settings settings;
    examples::command_line line(argc, argv, usage, settings);
    auto const at = line.listen("--listen", "127.0.0.1:8080");
    mcpawl::http_options options;
    options.threads = line.number("--threads", 1, 1, 64);
    if (line.flag("--sse")) options.sse_path = "/sse";
    line.finish();
    settings.throw_if_invalid();
    options.address = at.address;
    options.port = at.port;
    options.on_ready = examples::print_ready;

    mcpawl::server srv{{"ask", "1.0"}};
    srv.tool("deploy", "Deploy a service, once the user has agreed.", deploy).destructive();
    mcpawl::serve_http(srv, options);
  });
}
