// tests/flow/readiness.cpp - /readyz tries what the server needs, bounded; files of logs are opened anew by SIGHUP
// SPDX-License-Identifier: BSL-1.0
#include "../support/becomes_true.hpp"
#include "../support/running.hpp"
#include "../support/temporary_folder.hpp"

#include <mcpawl/auth/any_of.hpp>
#include <mcpawl/mcpawl.hpp>
#include <mcpawl/observe/audit_log.hpp>
#include <mcpawl/observe/json_log.hpp>
#include <mcpawl/observe/prometheus.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <signal.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace flow_readiness {

using namespace std::chrono_literals;
using support::becomes_true;
using support::http_reply;
using support::loopback_client;

namespace {

/** What trials of a policy do, as the test wants it. */
struct trials {
  std::atomic<int> begun = 0;
  std::atomic<bool> fail = false, hang = false, blow_up = false;
};

struct somebody {};

struct probing {
  using identity_type = somebody;
  static constexpr std::string_view policy_name = "probing";
  std::shared_ptr<trials> are = std::make_shared<trials>();

  mcpawl::auth_result<somebody> authenticate(mcpawl::http::request_head const&) { return somebody(); }
  std::string principal(somebody const&) const { return "somebody"; }
  bool recognizes(mcpawl::http::request_head const&) const { return true; }

  mcpawl::task<std::string> probe() const { return try_it(are); }

private:
  static mcpawl::task<std::string> try_it(std::shared_ptr<trials> how) {
    ++how->begun;
    if (how->blow_up) throw std::runtime_error("it blew up");
    if (how->hang) {
      boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, 1h);
      co_await timer.async_wait(boost::asio::use_awaitable);
    }
    co_return how->fail ? std::string("the disk is full") : std::string();
  }
};

http_reply ask(std::uint16_t port) {
  loopback_client client(port);
  return client.request("GET", "/readyz", {{"Host", "127.0.0.1"}}, {});
}

struct scene {
  probing policy;
  std::shared_ptr<trials> trial = policy.are;
  mcpawl::server<probing> srv{{"ready", "1"}, policy};
  mcpawl::http_options options;
  scene() { options.admin = mcpawl::admin_options{.port = 0}; }

  static bool says(std::uint16_t port, int status, std::string const& body) {
    return becomes_true([&] {
      auto const reply = ask(port);
      return reply.status == status && reply.body == body;
    });
  }
};

std::string contents(std::string const& path) {
  std::ifstream from(path);
  return {std::istreambuf_iterator<char>(from), {}};
}

}  // namespace

}  // namespace flow_readiness

BOOST_FIXTURE_TEST_SUITE(flow_readiness, flow_readiness::scene)

using namespace flow_readiness;

BOOST_AUTO_TEST_CASE(readyz_says_what_the_trial_found_and_recovers) {
  support::running server(srv, options);
  std::uint16_t const port = server.service().admin_port();
  BOOST_TEST(says(port, 200, "ok\n"));
  trial->fail = true;
  BOOST_TEST(says(port, 503, "the disk is full\n"));
  trial->fail = false;
  trial->blow_up = true;
  BOOST_TEST(says(port, 503, "it blew up\n"));
  trial->blow_up = false;
  BOOST_TEST(says(port, 200, "ok\n"));
}

BOOST_AUTO_TEST_CASE(probes_cannot_load_what_is_tried) {
  support::running server(srv, options);
  std::uint16_t const port = server.service().admin_port();
  BOOST_TEST(says(port, 200, "ok\n"));
  auto const began = std::chrono::steady_clock::now();
  for (int i = 0; i != 200; ++i) ask(port);
  auto const seconds =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - began);
  BOOST_TEST(trial->begun <= 2 + seconds.count());
}

BOOST_AUTO_TEST_CASE(a_trial_that_hangs_is_not_waited_for_and_not_repeated) {
  trial->hang = true;
  support::running server(srv, options);
  std::uint16_t const port = server.service().admin_port();
  BOOST_TEST(says(port, 503, "the store does not answer within a second\n"));
  for (int i = 0; i != 5; ++i) BOOST_TEST(ask(port).status == 503);
  BOOST_TEST(trial->begun == 1);
  // and whether the threads come back is another question
  loopback_client client(port);
  BOOST_TEST(client.request("GET", "/livez", {{"Host", "127.0.0.1"}}, {}).status == 200);
}

BOOST_AUTO_TEST_CASE(policies_that_hold_others_ask_those) {
  mcpawl::server inside{{"ready", "1"}, mcpawl::any_of{policy}};
  trial->fail = true;
  support::running server(inside, options);
  BOOST_TEST(says(server.service().admin_port(), 503, "the disk is full\n"));
}

BOOST_AUTO_TEST_CASE(sighup_opens_the_files_of_logs_anew) {
  temporary_folder folder;
  std::string const access = folder.file("access"), audit_file = folder.file("audit");
  mcpawl::json_log log({.file = access});
  mcpawl::audit_log audit({.file = audit_file});
  mcpawl::prometheus metrics;
  options.observers = {&log, &audit, &metrics};
  support::running server(srv, options);
  BOOST_TEST(says(server.service().admin_port(), 200, "ok\n"));
  server.service().stop_on_signals();
  // what waits to be written goes to whatever file is there then
  log.flush();
  audit.flush();
  for (auto const& each : {access, audit_file})
    BOOST_TEST_REQUIRE(std::rename(each.c_str(), (each + ".1").c_str()) == 0);
  // the one that is told last
  std::string const counted = "mcpawl_reloads_total{what=\"log_files\",result=\"ok\"} 1";
  auto const last_of_all = [&] { return metrics.text().find(counted) != std::string::npos; };
  ::kill(::getpid(), SIGHUP);
  BOOST_TEST(becomes_true(last_of_all));
  log.flush();
  audit.flush();
  // what was told before is in the old files, the reload itself in the new ones
  BOOST_TEST(contents(access + ".1").find("\"event\":\"state\"") != std::string::npos);
  BOOST_TEST(contents(access).find("\"what\":\"log_files\",\"outcome\":\"ok\"") != std::string::npos);
  BOOST_TEST(contents(audit_file).find("settings_reloaded") != std::string::npos);
  BOOST_TEST(server.log.text().find("log_files_reopened") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_log_file_that_cannot_be_opened_is_told_and_the_old_one_stays) {
  temporary_folder folder;
  std::string const nested = folder.file("logs");
  std::filesystem::create_directory(nested);
  mcpawl::json_log log({.file = nested + "/access"});
  options.observers = {&log};
  support::running server(srv, options);
  std::filesystem::rename(nested, nested + ".away");
  BOOST_TEST(server.service().reload().size() == 1u);
  BOOST_TEST(server.log.text().find("log_files_not_reopened") != std::string::npos);
  log.flush();
  BOOST_TEST(contents(nested + ".away/access").find("\"outcome\":\"failed\"") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
