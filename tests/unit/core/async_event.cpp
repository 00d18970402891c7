// tests/unit/core/async_event.cpp - who waits is told, once, by whichever thread; and nobody waits for ever
#include <mcpawl/core/async_event.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <thread>

BOOST_AUTO_TEST_SUITE(core_async_event)

using namespace std::chrono_literals;
using mcpawl::async_event;

mcpawl::task<> wait_into(std::shared_ptr<async_event> event, std::chrono::milliseconds patience, std::optional<bool>& told) {
  told = co_await event->wait(patience);
}

/** What a coroutine is told that waits so long. */
bool wait_for(boost::asio::io_context& context, std::shared_ptr<async_event> const& event, std::chrono::milliseconds patience) {
  std::optional<bool> told;
  boost::asio::co_spawn(context, wait_into(event, patience, told), boost::asio::detached);
  context.restart();
  context.run();
  return told.value();
}

BOOST_AUTO_TEST_CASE(a_notification_before_the_wait_is_not_lost_and_counts_once) {
  boost::asio::io_context context;
  auto const event = std::make_shared<async_event>(context.get_executor());
  event->notify();
  event->notify();
  BOOST_TEST(wait_for(context, event, 10s));
  BOOST_TEST(!wait_for(context, event, 1ms));
}

BOOST_AUTO_TEST_CASE(another_thread_ends_the_wait) {
  boost::asio::io_context context;
  auto const event = std::make_shared<async_event>(context.get_executor());
  std::thread other([tell = event->notifier()] { tell(); });
  BOOST_TEST(wait_for(context, event, 10s));
  other.join();
}

BOOST_AUTO_TEST_CASE(a_notifier_may_outlive_the_event) {
  std::function<void()> tell;
  {
    boost::asio::io_context context;
    tell = std::make_shared<async_event>(context.get_executor())->notifier();
  }
  BOOST_CHECK_NO_THROW(tell());
}

BOOST_AUTO_TEST_SUITE_END()
