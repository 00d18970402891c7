// tests/flow/starting.cpp - what a server says when it starts, and what main returns when it cannot
// SPDX-License-Identifier: BSL-1.0
#include "../support/running.hpp"
#include "../support/temporary_folder.hpp"
#include "../support/user_header.hpp"

#include <mcpawl/auth/no_auth.hpp>
#include <mcpawl/core/configuration_error.hpp>
#include <mcpawl/run.hpp>
#include <mcpawl/version.hpp>

#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <cstdio>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flow_starting {

namespace {

std::string answer() { return "42"; }

/** What the server logs until it listens; it is stopped then. */
template <class Server>
std::string log_of_start(Server const& srv, std::string address) {
  support::kept_log log;
  mcpawl::http_options options{.address = std::move(address), .port = 0};
  options.log = log.logger();
  mcpawl::http_server<Server>* serving = nullptr;
  options.on_ready = [&](std::string const&) { serving->stop(); };
  mcpawl::http_server<Server> service(srv, options);
  serving = &service;
  service.run();
  return log.text();
}

bool contains(std::string const& text, std::string_view words) {
  return text.find(words) != std::string::npos;
}

/** A status, and what was written to standard error meanwhile. */
template <class F>
std::pair<int, std::string> run_and_read(F f) {
  std::FILE* const to = std::tmpfile();
  BOOST_REQUIRE(to);
  std::fflush(stderr);
  int const before = ::dup(STDERR_FILENO);
  ::dup2(::fileno(to), STDERR_FILENO);
  int const status = mcpawl::run(f);
  std::fflush(stderr);
  ::dup2(before, STDERR_FILENO);
  ::close(before);
  std::rewind(to);
  std::string text;
  for (int c = std::fgetc(to); c != EOF; c = std::fgetc(to)) text += static_cast<char>(c);
  std::fclose(to);
  return {status, text};
}

}  // namespace

}  // namespace flow_starting

BOOST_AUTO_TEST_SUITE(flow_starting)

BOOST_AUTO_TEST_CASE(the_first_line_says_where_the_server_listens_and_with_what) {
  mcpawl::server srv{{"flow", "7.8"}};
  srv.tool("a", "", answer);
  srv.tool("b", "", answer);
  srv.resource("x://a", "a", answer);
  srv.resource_template("x://t/{id}", "t", answer);
  srv.prompt("p", "", answer);
  std::string const log = log_of_start(srv, "127.0.0.1");
  BOOST_TEST(log.starts_with("listening url=http://127.0.0.1:"), log);
  BOOST_TEST(
      contains(log,
               "/mcp policy=none tools=2 resources=1 templates=1 prompts=1 version=" MCPAWL_VERSION_STRING
               "\n"),
      log);
  BOOST_TEST(!contains(log, "open_to_everybody"), log);
}

BOOST_AUTO_TEST_CASE(a_server_without_a_policy_does_not_start_where_others_may_reach_it) {
  mcpawl::server srv{{"flow", "1"}};
  for (auto const* address :
       {"0.0.0.0", "::", "192.168.1.7", "10.0.0.1", "fe80::1", "::ffff:127.0.0.1", "8.8.8.8"})
    BOOST_CHECK_EXCEPTION(
        log_of_start(srv, address), mcpawl::configuration_error, [&](mcpawl::configuration_error const& e) {
          std::string const why = e.what();
          return e.errors().size() == 1 &&
                 contains(why, "address \"" + std::string(address) + "\" can be reached") &&
                 contains(why, "must be 127.0.0.1, ::1 or unix:/path, because the server has no policy") &&
                 contains(why, "mcpawl::no_auth{mcpawl::unsafe::open_to_everybody{}}");
        });
  // what is no address is said, and nothing else of it
  BOOST_CHECK_EXCEPTION(log_of_start(srv, "everywhere"), mcpawl::configuration_error,
                        [](mcpawl::configuration_error const& e) { return e.errors().size() == 1; });
}

BOOST_AUTO_TEST_CASE(a_server_without_a_policy_starts_on_loopback_and_unix_sockets) {
  mcpawl::server srv{{"flow", "1"}};
  temporary_folder const folder;
  for (std::string const& address :
       {std::string("127.0.0.1"), std::string("127.0.0.2"), "unix:" + folder.file("mcp.sock")}) {
    std::string const log = log_of_start(srv, address);
    BOOST_TEST(log.starts_with("listening url="), log);
    BOOST_TEST(!contains(log, "open_to_everybody"), log);
  }
}

BOOST_AUTO_TEST_CASE(a_server_that_is_said_to_be_open_to_everybody_warns_of_it) {
  mcpawl::server srv{{"flow", "1"}, mcpawl::no_auth{mcpawl::unsafe::open_to_everybody{}}};
  std::string const log = log_of_start(srv, "0.0.0.0");
  BOOST_TEST(contains(log, "\nopen_to_everybody url=http://0.0.0.0:"), log);
}

BOOST_AUTO_TEST_CASE(a_policy_without_a_name_is_custom_and_needs_no_warning) {
  mcpawl::server<support::user_header> srv{{"flow", "1"}, support::user_header{}};
  std::string const log = log_of_start(srv, "0.0.0.0");
  BOOST_TEST(contains(log, " policy=custom "), log);
  BOOST_TEST(!contains(log, "open_to_everybody"), log);
}

BOOST_AUTO_TEST_CASE(run_returns_0_or_what_the_function_returns) {
  BOOST_TEST(mcpawl::run([] {}) == 0);
  BOOST_TEST(mcpawl::run([] { return 7; }) == 7);
}

BOOST_AUTO_TEST_CASE(wrong_settings_are_all_said_and_make_the_status_2) {
  auto const [status, text] = run_and_read(
      [] { throw mcpawl::configuration_error(std::vector<std::string>{"A is not set", "B is empty"}); });
  BOOST_TEST(status == 2);
  BOOST_TEST(contains(text, "\n  A is not set\n  B is empty\n"), text);
}

BOOST_AUTO_TEST_CASE(any_other_error_is_said_and_makes_the_status_1) {
  auto const [status, text] = run_and_read([] { throw std::runtime_error("cannot listen"); });
  BOOST_TEST(status == 1);
  BOOST_TEST(text == "cannot listen\n");
}

BOOST_AUTO_TEST_SUITE_END()
