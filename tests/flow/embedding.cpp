// tests/flow/embedding.cpp - servers within the io_context of an application
// SPDX-License-Identifier: BSL-1.0
#include "../support/running.hpp"
#include "../support/waiting_tool.hpp"

#include <mcpawl/mcpawl.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <signal.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <future>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace flow_embedding {

using namespace std::chrono_literals;
using support::loopback_client;
using support::wait;
using support::wait_call;
using support::wait_fields;

namespace {

std::size_t threads_now() {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator("/proc/self/task"),
                                                std::filesystem::directory_iterator()));
}

using service = mcpawl::http_server<mcpawl::server<>>;

/** Two servers with a tool each; the context belongs to the test. */
struct scene {
  mcpawl::server<> one{{"one", "1"}}, two{{"two", "1"}};
  support::kept_log log;
  boost::asio::io_context io{1};

  scene() {
    one.tool("wait", "Wait.", wait);
    two.tool("wait", "Wait.", wait);
  }
  mcpawl::http_options options(boost::asio::any_io_executor executor) {
    mcpawl::http_options out;
    out.port = 0;
    out.executor = std::move(executor);
    out.log = log.logger();
    out.bounds.drain_timeout = 2s;
    return out;
  }
  std::unique_ptr<service> make(mcpawl::server<> const& srv) {
    return std::make_unique<service>(srv, options(io.get_executor()));
  }
};

int answered(service const& by, int milliseconds = 1) {
  loopback_client client{by.port()};
  return client.request("POST", "/mcp", wait_fields, wait_call(milliseconds)).status;
}

}  // namespace

}  // namespace flow_embedding

BOOST_FIXTURE_TEST_SUITE(flow_embedding, scene)

BOOST_AUTO_TEST_CASE(two_servers_in_one_context_stop_in_either_order) {
  for (bool const first_goes_first : {true, false}) {
    auto const a = make(one), b = make(two);
    std::size_t const before = threads_now();
    io.restart();
    auto a_ended = boost::asio::co_spawn(io, a->serve(), boost::asio::use_future);
    auto b_ended = boost::asio::co_spawn(io, b->serve(), boost::asio::use_future);
    std::thread running([this] { io.run(); });
    BOOST_TEST(answered(*a) == 200);
    BOOST_TEST(answered(*b) == 200);
    BOOST_TEST(threads_now() == before + 1);
    auto& goes = first_goes_first ? *a : *b;
    auto& stays = first_goes_first ? *b : *a;
    loopback_client in_flight{goes.port()};
    in_flight.send_request("POST", "/mcp", wait_fields, wait_call(200));
    in_flight.read_head();
    goes.stop();
    BOOST_TEST(answered(stays) == 200);
    (first_goes_first ? a_ended : b_ended).get();
    BOOST_TEST(goes.finished());
    BOOST_TEST(answered(stays) == 200);
    BOOST_CHECK_THROW(loopback_client{goes.port()}, std::system_error);
    stays.stop();
    (first_goes_first ? b_ended : a_ended).get();
    // nothing of theirs keeps the context from ending
    running.join();
  }
}

BOOST_AUTO_TEST_CASE(a_call_that_does_not_end_in_time_is_cut) {
  auto settings = options(io.get_executor());
  settings.bounds.drain_timeout = 50ms;
  service a(one, settings);
  auto ended = boost::asio::co_spawn(io, a.serve(), boost::asio::use_future);
  std::thread running([this] { io.run(); });
  loopback_client client{a.port()};
  client.send_request("POST", "/mcp", wait_fields, wait_call(60'000));
  client.read_head();
  a.stop();
  ended.get();
  BOOST_TEST(!a.finished());
  BOOST_TEST(client.closed());
  running.join();
}

BOOST_AUTO_TEST_CASE(a_server_that_is_destroyed_while_it_serves_stops) {
  auto a = make(one);
  auto ended = boost::asio::co_spawn(io, a->serve(), boost::asio::use_future);
  std::thread running([this] { io.run(); });
  loopback_client client{a->port()};
  client.send_request("POST", "/mcp", wait_fields, wait_call(100));
  client.read_head();
  a.reset();
  ended.get();
  std::string events;
  for (std::string chunk = client.read_chunk(); !chunk.empty(); chunk = client.read_chunk()) events += chunk;
  BOOST_TEST(events.find("waited") != std::string::npos);
  running.join();
}

BOOST_AUTO_TEST_CASE(a_context_may_end_before_the_server_has_stopped) {
  auto context = std::make_unique<boost::asio::io_context>(1);
  auto a = std::make_unique<service>(one, options(context->get_executor()));
  boost::asio::co_spawn(*context, a->serve(), boost::asio::detached);
  std::thread running([&] { context->run(); });
  loopback_client client{a->port()}, idle{a->port()};
  client.send_request("POST", "/mcp", wait_fields, wait_call(60'000));
  client.read_head();
  context->stop();
  running.join();
  a.reset();
  context.reset();
  BOOST_TEST(client.closed());
}

BOOST_AUTO_TEST_CASE(a_strand_of_several_threads_does) {
  boost::asio::thread_pool pool(3);
  boost::asio::any_io_executor const strand = boost::asio::make_strand(pool.get_executor());
  service a(one, options(strand));
  auto ended = boost::asio::co_spawn(strand, a.serve(), boost::asio::use_future);
  std::atomic<int> good = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i != 4; ++i)
    callers.emplace_back([&] {
      for (int n = 0; n != 20; ++n) good += answered(a) == 200 ? 1 : 0;
    });
  for (auto& each : callers) each.join();
  BOOST_TEST(good == 80);
  a.stop();
  ended.get();
  BOOST_TEST(a.finished());
  pool.join();
}

BOOST_AUTO_TEST_CASE(signals_stay_those_of_the_application) {
  struct sigaction before[3]{}, after{};
  int const numbers[] = {SIGTERM, SIGHUP, SIGPIPE};
  for (int i = 0; i != 3; ++i) ::sigaction(numbers[i], nullptr, &before[i]);
  auto const a = make(one);
  BOOST_CHECK_THROW(a->stop_on_signals(), std::logic_error);
  BOOST_CHECK_THROW(a->run(), std::logic_error);
  auto ended = boost::asio::co_spawn(io, a->serve(), boost::asio::use_future);
  std::thread running([this] { io.run(); });
  BOOST_TEST(answered(*a) == 200);
  for (int i = 0; i != 3; ++i) {
    ::sigaction(numbers[i], nullptr, &after);
    BOOST_TEST((after.sa_handler == before[i].sa_handler));
  }
  a->stop();
  ended.get();
  running.join();
}

BOOST_AUTO_TEST_CASE(an_executor_runs_one_thing_at_a_time_and_serve_needs_one) {
  auto settings = options(io.get_executor());
  settings.threads = 2;
  BOOST_CHECK_THROW((service{one, settings}), mcpawl::configuration_error);
  service a(one, options({}));
  auto ended = boost::asio::co_spawn(io, a.serve(), boost::asio::use_future);
  io.run();
  BOOST_CHECK_THROW(ended.get(), std::logic_error);
}

BOOST_AUTO_TEST_SUITE_END()
