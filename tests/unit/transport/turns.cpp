// tests/unit/transport/turns.cpp - coroutines that wait for their turn, are cancelled, or end with their server
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/transport/turns.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

BOOST_AUTO_TEST_SUITE(transport_turns)

using mcpawl::detail::turns;

struct one_thread {
  turns order{2};
  std::string served;
  std::shared_ptr<int> alive = std::make_shared<int>(0);
  std::optional<boost::asio::io_context> context{std::in_place, 1};

  one_thread() { order.attach(context->get_executor()); }
  void request(std::string who, boost::asio::cancellation_signal* cancel = nullptr) {
    auto work = answer(*this, std::move(who), alive);
    auto note = [this](std::exception_ptr failure) {
      if (failure) served += "! ";
    };
    if (cancel)
      boost::asio::co_spawn(*context, std::move(work),
                            boost::asio::bind_cancellation_slot(cancel->slot(), note));
    else
      boost::asio::co_spawn(*context, std::move(work), note);
  }

  static mcpawl::task<> answer(one_thread& self, std::string who, std::shared_ptr<int> /*held*/) {
    if (!self.order.take(who)) co_await self.order.wait(who);
    self.served += who + " ";
  }
};

BOOST_AUTO_TEST_CASE(requests_that_are_there_are_served_in_turn) {
  one_thread t;
  for (int i = 0; i != 6; ++i) t.request("eve");
  t.request("alice");
  t.request("alice");
  t.context->run();
  // two at once while eve is alone, then one each
  BOOST_TEST(t.served == "eve eve alice eve alice eve eve eve ");
  BOOST_TEST(t.alive.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(who_arrives_is_served_before_the_next_round_of_those_who_wait) {
  one_thread t;
  for (int i = 0; i != 6; ++i) t.request("eve");
  boost::asio::post(*t.context, [&] { t.request("alice"); });
  t.context->run();
  BOOST_TEST(t.served.find("alice") <= std::string("eve eve eve eve ").size());
}

BOOST_AUTO_TEST_CASE(who_is_cancelled_gives_up_its_place) {
  one_thread t;
  boost::asio::cancellation_signal cancel, late;
  for (int i = 0; i != 3; ++i) t.request("eve");
  t.request("eve", &cancel);
  t.request("eve", &late);
  boost::asio::post(*t.context, [&] { cancel.emit(boost::asio::cancellation_type::terminal); });
  t.context->run();
  BOOST_TEST(t.served.find('!') != std::string::npos);
  BOOST_TEST(t.served.size() == std::string("eve eve eve ! eve ").size());
  // after its turn there is nothing to cancel
  late.emit(boost::asio::cancellation_type::terminal);
  BOOST_TEST(t.alive.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(those_who_wait_die_with_their_context) {
  one_thread t;
  for (int i = 0; i != 6; ++i) t.request("eve");
  for (int i = 0; i != 6; ++i) t.context->run_one();
  BOOST_TEST(t.served == "eve eve ");
  BOOST_TEST(t.alive.use_count() == 5);
  t.context.reset();
  BOOST_TEST(t.alive.use_count() == 1);
  BOOST_TEST(t.served == "eve eve ");
}

BOOST_AUTO_TEST_CASE(a_round_that_was_stopped_goes_on) {
  one_thread t;
  for (int i = 0; i != 8; ++i) t.request("eve");
  boost::asio::post(*t.context, [&] { t.context->stop(); });
  t.context->run();
  t.context->restart();
  t.context->run();
  BOOST_TEST(t.served.size() == 8 * std::string("eve ").size());
  BOOST_TEST(t.alive.use_count() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
