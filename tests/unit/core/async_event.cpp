// tests/unit/core/async_event.cpp - who waits is notified, by whichever thread, and nobody waits for ever
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/core/async_event.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

BOOST_AUTO_TEST_SUITE(core_async_event)

using namespace std::chrono_literals;
using mcpawl::detail::async_event;

mcpawl::task<> wait_into(std::shared_ptr<async_event> event, std::chrono::milliseconds patience,
                         std::optional<bool>& notified) {
  notified = co_await event->wait(patience);
}

mcpawl::task<> wait_without_end(std::shared_ptr<async_event> event, std::optional<bool>& notified) {
  notified = co_await event->wait();
}

/** What a coroutine is told that waits so long. */
bool wait_for(boost::asio::io_context& context, std::shared_ptr<async_event> const& event,
              std::chrono::milliseconds patience) {
  std::optional<bool> notified;
  boost::asio::co_spawn(context, wait_into(event, patience, notified), boost::asio::detached);
  context.restart();
  context.run();
  return notified.value();
}

/** Destroy a coroutine that waits, with its context; `meanwhile` is done before. */
template <class Meanwhile>
void destroy_while_it_waits(std::shared_ptr<async_event> const& event, Meanwhile meanwhile) {
  std::optional<bool> never;
  {
    boost::asio::io_context context;
    boost::asio::co_spawn(context, wait_without_end(event, never), boost::asio::detached);
    context.poll();
    meanwhile();
  }
  BOOST_TEST(!never.has_value());
}

BOOST_AUTO_TEST_CASE(a_notification_before_the_wait_is_not_lost_and_counts_once) {
  boost::asio::io_context context;
  auto const event = std::make_shared<async_event>();
  event->notify();
  event->notify();
  BOOST_TEST(wait_for(context, event, 10s));
  BOOST_TEST(!wait_for(context, event, 1ms));
}

BOOST_AUTO_TEST_CASE(another_thread_ends_the_wait) {
  boost::asio::io_context context;
  auto const event = std::make_shared<async_event>();
  std::thread other([tell = event->notifier()] { tell(); });
  BOOST_TEST(wait_for(context, event, 10s));
  other.join();
}

BOOST_AUTO_TEST_CASE(a_notifier_may_outlive_the_event) {
  std::function<void()> tell = std::make_shared<async_event>()->notifier();
  BOOST_CHECK_NO_THROW(tell());
}

BOOST_AUTO_TEST_CASE(one_notification_ends_all_waits_that_have_begun) {
  boost::asio::io_context context;
  auto const event = std::make_shared<async_event>();
  std::vector<std::optional<bool>> notified(3);
  for (auto& each : notified)
    boost::asio::co_spawn(context, wait_into(event, 10s, each), boost::asio::detached);
  context.poll();
  event->notify();
  context.run();
  for (auto const& each : notified) BOOST_TEST(each.value());
  BOOST_TEST(!wait_for(context, event, 1ms));
}

BOOST_AUTO_TEST_CASE(a_cancelled_wait_is_no_notification) {
  boost::asio::io_context context;
  auto const event = std::make_shared<async_event>();
  boost::asio::cancellation_signal cancel;
  std::optional<bool> notified;
  boost::asio::co_spawn(context, wait_without_end(event, notified),
                        boost::asio::bind_cancellation_slot(cancel.slot(), [](std::exception_ptr) {}));
  context.poll();
  cancel.emit(boost::asio::cancellation_type::terminal);
  context.run();
  BOOST_TEST(!notified.value());
}

BOOST_AUTO_TEST_CASE(a_notification_after_the_context_of_the_wait_is_gone_waits_for_the_next) {
  auto const event = std::make_shared<async_event>();
  destroy_while_it_waits(event, [] {});
  event->notify();
  boost::asio::io_context next;
  BOOST_TEST(wait_for(next, event, 10s));
}

BOOST_AUTO_TEST_CASE(what_a_destroyed_coroutine_was_not_resumed_for_is_left_to_the_next) {
  auto const event = std::make_shared<async_event>();
  destroy_while_it_waits(event, [&event] { event->notify(); });
  boost::asio::io_context next;
  BOOST_TEST(wait_for(next, event, 10s));
}

BOOST_AUTO_TEST_CASE(waits_on_several_threads_and_notifications_from_another_lose_nothing) {
  auto const event = std::make_shared<async_event>();
  std::atomic<int> running{3}, gave_up{0};
  auto waits = [](std::shared_ptr<async_event> on, std::atomic<int>& left,
                  std::atomic<int>& failed) -> mcpawl::task<> {
    for (int round = 0; round != 300; ++round)
      if (!co_await on->wait(10s)) ++failed;
    --left;
  };
  std::vector<std::thread> waiting;
  for (int i = 0; i != 3; ++i)
    waiting.emplace_back([&] {
      boost::asio::io_context context;
      boost::asio::co_spawn(context, waits(event, running, gave_up), boost::asio::detached);
      context.run();
    });
  while (running != 0) {
    event->notify();
    std::this_thread::yield();
  }
  for (auto& each : waiting) each.join();
  BOOST_TEST(gave_up == 0);
}

BOOST_AUTO_TEST_SUITE_END()
