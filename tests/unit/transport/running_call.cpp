// tests/unit/transport/running_call.cpp - a call ends once: with its response, its failure, or nothing if cancelled
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/transport/running_call.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(transport_running_call)

using namespace mcpawl;
using namespace mcpawl::detail;
using namespace std::chrono_literals;

struct noted_sink final : message_sink {
  task<> take(std::string message) override {
    taken.push_back(std::move(message));
    co_return;
  }
  bool takes_messages() const noexcept override { return takes; }
  void let_go() noexcept override { ++let_go_of; }
  std::vector<std::string> taken;
  bool takes = true;
  int let_go_of = 0;
};

task<response> at_once() { co_return response::of_result(*request_id::from(boost::json::value(1)), "{}"); }
task<response> failing() {
  throw std::runtime_error("no");
  co_return response();
}
task<response> endless(std::shared_ptr<int> /*held*/) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, 1h);
  co_await timer.async_wait(boost::asio::use_awaitable);
  co_return response();
}
/** Goes on after it was cancelled, as a tool may that catches everything, and says something. */
task<response> stubborn(std::shared_ptr<call_channel> channel) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, 1h);
  boost::system::error_code ignored;
  co_await timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
  co_await boost::asio::this_coro::reset_cancellation_state();
  co_await channel->send("too late");
  co_return response::of_result(*request_id::from(boost::json::value(1)), "{}");
}

struct one_call {
  std::optional<boost::asio::io_context> context{std::in_place, 1};
  std::shared_ptr<noted_sink> sink = std::make_shared<noted_sink>();
  std::shared_ptr<running_call> call = std::make_shared<running_call>(context->get_executor(), sink);
  int ended = 0;
  std::exception_ptr failure;
  std::optional<response> result;

  void start(pending_response work) {
    call->start(std::move(work), [this](std::exception_ptr e, std::optional<response> r) {
      ++ended;
      failure = e;
      result = std::move(r);
    });
  }
  void start(task<response> work) { start(pending_response(std::move(work), true)); }
  void poll() {
    context->restart();
    context->poll();
  }
};

BOOST_AUTO_TEST_CASE(a_response_is_handed_over_once) {
  one_call one;
  one.start(at_once());
  one.poll();
  BOOST_TEST(one.ended == 1);
  BOOST_TEST(!one.failure);
  BOOST_TEST_REQUIRE(one.result.has_value());
  BOOST_TEST(one.result->body == R"({"jsonrpc":"2.0","id":1,"result":{}})");
}

BOOST_AUTO_TEST_CASE(a_failure_is_handed_over) {
  one_call one;
  one.start(failing());
  one.poll();
  BOOST_TEST(one.ended == 1);
  BOOST_TEST((one.failure != nullptr));
  BOOST_CHECK_THROW(std::rethrow_exception(one.failure), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(messages_go_to_the_sink_and_so_do_questions_about_it) {
  one_call one;
  boost::asio::co_spawn(*one.context, one.call->send("a"), [](std::exception_ptr) {});
  one.poll();
  BOOST_TEST(one.sink->taken == std::vector<std::string>{"a"}, boost::test_tools::per_element());
  BOOST_TEST(one.call->open());
  one.sink->takes = false;
  BOOST_TEST(!one.call->open());
  one.call->close_stream();
  BOOST_TEST(one.sink->let_go_of == 1);
}

BOOST_AUTO_TEST_CASE(a_cancelled_call_ends_without_a_response_and_lets_go_of_what_it_held) {
  one_call one;
  auto const held = std::make_shared<int>(0);
  one.start(endless(held));
  one.poll();
  BOOST_TEST(one.ended == 0);
  one.call->cancel();
  BOOST_TEST(one.ended == 0);  // not before the executor has its turn
  one.poll();
  BOOST_TEST(one.ended == 1);
  BOOST_TEST(!one.failure);
  BOOST_TEST(!one.result.has_value());
  BOOST_TEST(held.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(what_a_cancelled_call_still_says_is_dropped) {
  one_call one;
  one.start(stubborn(one.call));
  one.poll();
  one.call->cancel();
  one.poll();
  BOOST_TEST(one.ended == 1);
  BOOST_TEST(one.sink->taken.empty());
  BOOST_TEST(!one.result.has_value());
}

BOOST_AUTO_TEST_CASE(a_call_that_is_cancelled_twice_or_after_its_end_ends_once) {
  one_call one;
  one.start(endless({}));
  one.poll();
  one.call->cancel();
  one.call->cancel();
  one.poll();
  one.call->cancel();
  one.poll();
  BOOST_TEST(one.ended == 1);
  one_call over;
  over.start(at_once());
  over.poll();
  over.call->cancel();
  over.poll();
  BOOST_TEST(over.ended == 1);
  BOOST_TEST(over.result.has_value());
}

BOOST_AUTO_TEST_CASE(its_place_and_what_it_was_charged_are_given_back_before_its_end_is_told) {
  one_call one;
  auto const table = std::make_shared<call_table>();
  auto const all = std::make_shared<budgets>(limits{});
  pending_response work(at_once(), true);
  work.slot = table->add(*request_id::from(boost::json::value(1)), one.call);
  work.held = all->open("alice", budget_item::calls);
  work.held.grow(1);
  work.retained = all->open("alice", budget_item::bytes);
  work.retained.grow(100);
  bool given_back = false;
  one.call->start(std::move(work), [&](std::exception_ptr, std::optional<response>) {
    given_back = table->empty() && all->held(budget_item::calls) == 0 && all->held(budget_item::bytes) == 0;
  });
  BOOST_TEST(!table->empty());
  BOOST_TEST(all->held("alice", budget_item::calls) == 1u);
  one.poll();
  BOOST_TEST(given_back);
}

BOOST_AUTO_TEST_CASE(it_lives_as_long_as_its_work_and_dies_with_the_context) {
  one_call one;
  std::weak_ptr<running_call> const alive = one.call;
  one.start(endless({}));
  one.call.reset();
  one.poll();
  BOOST_TEST(!alive.expired());
  one.context.reset();
  BOOST_TEST(alive.expired());
  BOOST_TEST(one.ended == 0);
}

BOOST_AUTO_TEST_CASE(any_thread_may_cancel) {
  for (int i = 0; i != 50; ++i) {
    one_call one;
    one.start(endless({}));
    std::thread other([call = one.call] { call->cancel(); });
    one.context->run();  // returns when the call is over, or at once if there was nothing to do yet
    other.join();
    one.context->restart();
    one.context->run();
    BOOST_TEST(one.ended == 1);
    BOOST_TEST(!one.result.has_value());
  }
}

BOOST_AUTO_TEST_SUITE_END()
