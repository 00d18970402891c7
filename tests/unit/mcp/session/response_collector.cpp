// tests/unit/mcp/session/response_collector.cpp - a call waits for all its responses, and for none for ever
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/mcp/session/response_collector.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

namespace mcp_response_collector {
namespace {

using namespace mcpawl;
using namespace mcpawl::detail;
using namespace std::chrono_literals;

client_response saying(int number) {
  client_response out;
  out.result = number;
  return out;
}

struct fixture {
  boost::asio::io_context context{1};
  std::shared_ptr<response_collector> collector = std::make_shared<response_collector>(2);
  std::optional<bool> complete;
  std::exception_ptr failure;
  boost::asio::cancellation_signal cancel;

  void begin(std::chrono::milliseconds patience) {
    auto ended = [this](std::exception_ptr e, bool all) {
      failure = e;
      if (!e) complete = all;
    };
    boost::asio::co_spawn(context, collector->wait(patience),
                          boost::asio::bind_cancellation_slot(cancel.slot(), std::move(ended)));
    context.poll();
  }
  bool aborted() {
    context.run();
    try {
      if (failure) std::rethrow_exception(failure);
    } catch (boost::system::system_error const& e) {
      return e.code() == boost::asio::error::operation_aborted;
    }
    return false;
  }
};

}  // namespace
}  // namespace mcp_response_collector

BOOST_FIXTURE_TEST_SUITE(mcp_response_collector, fixture)

BOOST_AUTO_TEST_CASE(all_responses_end_the_wait_and_keep_the_order_of_their_requests) {
  begin(10s);
  std::thread other([this] {
    collector->deliver(1, saying(11));
    collector->deliver(0, saying(10));
  });
  context.run();
  other.join();
  BOOST_TEST(complete.value());
  auto const all = collector->take();
  BOOST_TEST(all.at(0).result == 10);
  BOOST_TEST(all.at(1).result == 11);
}

BOOST_AUTO_TEST_CASE(a_second_response_to_one_request_counts_for_nothing) {
  begin(30ms);
  collector->deliver(0, saying(1));
  collector->deliver(0, saying(2));
  context.run();
  BOOST_TEST(!complete.value());
  collector->deliver(1, saying(3));
  BOOST_TEST(collector->take().at(0).result == 1);
}

BOOST_AUTO_TEST_CASE(who_is_abandoned_is_told) {
  begin(10s);
  collector->abandon();
  BOOST_TEST(aborted());
}

BOOST_AUTO_TEST_CASE(who_is_abandoned_before_the_wait_is_told_too) {
  collector->abandon();
  begin(10s);
  BOOST_TEST(aborted());
}

BOOST_AUTO_TEST_CASE(a_cancelled_call_waits_no_longer) {
  begin(10s);
  cancel.emit(boost::asio::cancellation_type::terminal);
  BOOST_TEST(aborted());
}

BOOST_AUTO_TEST_SUITE_END()
