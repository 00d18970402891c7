// tests/flow/outbound.cpp - a tool asks an HTTP API, and its caller learns what it should
// SPDX-License-Identifier: BSL-1.0
#include "../../examples/9_weather/forecast.hpp"

#include <mcpawl/test/client.hpp>
#include <mcpawl/test/plain_http_server.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(outbound)

namespace {

struct fixture {
  std::mutex mutex;
  std::vector<mcpawl::test::plain_request> seen;
  mcpawl::test::plain_answer answer =
      mcpawl::test::answer_with(200, "application/json", R"({"celsius":11.5,"sky":"rain"})");
  mcpawl::test::plain_http_server service;
  mcpawl::server<> srv{{"weather", "1.0"}};

  fixture() {
    service.serve([this](mcpawl::test::plain_request const& request) {
      std::lock_guard const lock(mutex);
      seen.push_back(request);
      return answer;
    });
    mcpawl::http_client_options options;
    options.base_url = service.origin();
    options.timeout = std::chrono::milliseconds{300};
    add_forecast(srv, forecaster{mcpawl::http_client(options), "the-key"});
  }
  void will_answer(mcpawl::test::plain_answer with) {
    std::lock_guard const lock(mutex);
    answer = std::move(with);
  }
  /** What a caller is told; "no error" if nothing went wrong. */
  std::string told(std::string city) {
    mcpawl::test::client client{srv};
    auto const reply = client.call("forecast", forecast_args{std::move(city)});
    return reply.is_error() ? reply.text() : "no error";
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_forecast_is_what_the_service_says, fixture) {
  mcpawl::test::client client{srv};
  forecast_args args;
  args.city = "Zürich/../admin?days=9#x";
  args.days = 2;
  auto const got = client.call("forecast", args).as<forecast>();
  BOOST_TEST(got.celsius == 11.5);
  BOOST_TEST(got.sky == "rain");
  BOOST_TEST_REQUIRE(seen.size() == 1u);
  BOOST_TEST(seen.front().target == "/v1/forecast/Z%C3%BCrich%2F..%2Fadmin%3Fdays%3D9%23x?days=2");
  BOOST_TEST(seen.front().field("x-api-key") == "the-key");
}

BOOST_FIXTURE_TEST_CASE(each_failure_is_told_as_far_as_it_is_for_the_caller, fixture) {
  will_answer(mcpawl::test::answer_with(404, "text/plain", "secret details"));
  BOOST_TEST(told("Atlantis") == "no such city: Atlantis");
  BOOST_TEST(told("..") == "the weather service cannot be asked: path segment that is empty, . or ..");
  auto compressed = mcpawl::test::answer_with(200, "application/json", "\x1f\x8b");
  compressed.fields.emplace_back("Content-Encoding", "gzip");
  will_answer(std::move(compressed));
  BOOST_TEST(told("Bern").find("content coding such as gzip") != std::string::npos);
  mcpawl::test::plain_answer silent;
  silent.sent = mcpawl::test::delivery::never;
  will_answer(std::move(silent));
  BOOST_TEST(told("Bern") == "the weather service cannot be asked: no complete answer in time");
  service.stop();
}

BOOST_AUTO_TEST_SUITE_END()
