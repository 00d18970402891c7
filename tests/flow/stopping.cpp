// tests/flow/stopping.cpp - servers that start, are left in the middle of things, and stop
// SPDX-License-Identifier: BSL-1.0
#include "../support/running.hpp"
#include "../support/user_header.hpp"
#include "../support/waiting_tool.hpp"

#include <mcpawl/raw_tool.hpp>

#include <boost/test/unit_test.hpp>

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace flow_stopping {

using namespace std::chrono_literals;
using support::loopback_client;
using support::wait;
using support::wait_call;
using support::wait_fields;

namespace {

struct scene {
  mcpawl::server<> srv{{"stopping", "1"}};
  scene() { srv.tool("wait", "Wait.", wait); }
};

std::size_t open_descriptors() {
  auto const all = std::filesystem::directory_iterator("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

}  // namespace

}  // namespace flow_stopping

BOOST_FIXTURE_TEST_SUITE(flow_stopping, scene)

BOOST_AUTO_TEST_CASE(a_call_in_flight_is_finished_before_the_server_stops) {
  auto server = std::make_unique<support::running<mcpawl::server<>>>(srv);
  loopback_client client{server->port()};
  client.send_request("POST", "/mcp", wait_fields, wait_call(300));
  std::this_thread::sleep_for(50ms);
  server.reset();  // asks it to stop and waits until it has
  auto const reply = client.read_reply();
  BOOST_TEST(reply.status == 200);
  BOOST_TEST(support::events_of(reply).back().at("result").at("content").at(0).at("text") == "waited");
}

BOOST_AUTO_TEST_CASE(a_call_that_takes_too_long_is_given_up) {
  mcpawl::http_options options;
  options.bounds.drain_timeout = 50ms;
  auto server = std::make_unique<support::running<mcpawl::server<>>>(srv, options);
  loopback_client client{server->port()};
  client.send_request("POST", "/mcp", wait_fields, wait_call(60'000));
  client.read_head();
  server.reset();
  BOOST_TEST(client.closed());
}

BOOST_AUTO_TEST_CASE(idle_connections_do_not_hold_up_the_stop) {
  auto server = std::make_unique<support::running<mcpawl::server<>>>(srv);
  std::vector<std::unique_ptr<loopback_client>> idle;
  for (int i = 0; i != 20; ++i) idle.push_back(std::make_unique<loopback_client>(server->port()));
  idle.front()->request("GET", "/mcp");
  auto const start = std::chrono::steady_clock::now();
  server.reset();
  // far below the 7 s of the drain time-out, which is what a hold-up would take
  BOOST_TEST((std::chrono::steady_clock::now() - start < 5s));
}

BOOST_AUTO_TEST_CASE(a_taken_port_is_an_error_at_the_start_also_with_several_threads) {
  support::running<mcpawl::server<>> server{srv};
  for (unsigned threads : {1U, 4U}) {
    mcpawl::http_options options;
    options.port = server.port();
    options.threads = threads;
    options.log = mcpawl::logger::none();
    BOOST_CHECK_THROW((mcpawl::http_server<mcpawl::server<>>{srv, options}), std::system_error);
  }
}

BOOST_AUTO_TEST_CASE(every_mistake_in_the_options_and_registrations_is_listed) {
  mcpawl::server<> bad{{"bad", "1"}};
  bad.tool("twice", "x", [] { return 1; });
  bad.tool("twice", "x", [] { return 1; });
  bad.tool(mcpawl::runtime_tool_name{"no name"}, "x", [] { return 1; });
  bad.raw_tool("raw", "x", R"({"type":"array"})", [](boost::json::object) { return 1; });
  mcpawl::http_options options;
  options.address = "localhost.example";
  options.threads = 0;
  options.path = "mcp";
  options.allowed_hosts = {"a/b"};
  options.allowed_origins = {"example.com"};
  try {
    mcpawl::http_server service{bad, options};
    BOOST_ERROR("it was accepted");
  } catch (mcpawl::configuration_error const& e) {
    BOOST_TEST(e.errors().size() == 8U, e.what());
    BOOST_TEST(
        std::string_view(e.what()).starts_with("8 errors in what the server offers and in the settings:"));
  }
}

BOOST_AUTO_TEST_CASE(clients_that_leave_at_any_moment_leave_nothing_behind) {
  mcpawl::http_options options;
  options.threads = 2;
  support::running<mcpawl::server<>> server{srv, options};
  std::minstd_rand random{7};
  std::string whole = "POST /mcp HTTP/1.1\r\nHost: localhost\r\n";
  for (auto const& [name, value] : wait_fields) whole += name + ": " + value + "\r\n";
  std::string const body = wait_call(20);
  whole += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  std::size_t const before = open_descriptors();
  for (int round = 0; round != 20; ++round) {
    std::vector<std::unique_ptr<loopback_client>> clients;
    for (int i = 0; i != 30; ++i) {
      clients.push_back(std::make_unique<loopback_client>(server.port()));
      clients.back()->write(std::string_view(whole).substr(0, random() % (whole.size() + 1)));
    }
    for (int i = 0; i != 10; ++i) {
      try {
        clients[random() % clients.size()]->write(whole);
      } catch (std::system_error const&) {
        // refused already: half a request and then a whole one make no sense
      }
      clients.erase(clients.begin() + static_cast<std::ptrdiff_t>(random() % clients.size()));
    }
  }
  for (int i = 0; i != 500 && open_descriptors() > before; ++i) std::this_thread::sleep_for(10ms);
  BOOST_TEST(open_descriptors() <= before);
  loopback_client client{server.port()};
  BOOST_TEST(client.request("POST", "/mcp", wait_fields, wait_call(10)).status == 200);
}

BOOST_AUTO_TEST_SUITE_END()
