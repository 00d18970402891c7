// tests/unit/transport/turn_order.cpp - in which order the requests of several callers are served
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/transport/turn_order.hpp>

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <deque>
#include <string>

BOOST_AUTO_TEST_SUITE(transport_turn_order)

constexpr std::size_t alice = 1, bob = 2, eve = 3;

/** Callers with requests whose names begin with that of their caller. */
struct queue {
  struct request : mcpawl::detail::turn_order::waiter {
    explicit request(std::string called) : name(std::move(called)) {}
    std::string name;
  };

  explicit queue(std::size_t max_alone) : order(max_alone) {}
  ~queue() {
    while (order.remove_any() != nullptr) continue;
  }

  /** Two callers have called, and everybody has a turn. */
  void contend() {
    order.take(100);
    order.take(101);
    order.begin_round();
  }
  request& wait(std::size_t who, std::string name) {
    requests.emplace_back(std::move(name));
    order.enter(who, requests.back());
    return requests.back();
  }
  std::string round() {
    order.begin_round();
    std::string names;
    while (auto* next = order.next()) names += static_cast<request*>(next)->name + " ";
    return names;
  }

  mcpawl::detail::turn_order order;
  std::deque<request> requests;
};

BOOST_AUTO_TEST_CASE(who_is_alone_waits_only_beyond_its_bound) {
  queue q(3);
  for (int i = 0; i != 3; ++i) BOOST_TEST(q.order.take(eve));
  BOOST_TEST(!q.order.take(eve));
  for (char const* name : {"e1", "e2", "e3", "e4"}) q.wait(eve, name);
  BOOST_TEST(q.round() == "e1 e2 e3 ");
  BOOST_TEST(!q.order.take(eve));
  BOOST_TEST(q.round() == "e4 ");
  BOOST_TEST(q.order.take(eve));
  BOOST_TEST(q.order.empty());
}

BOOST_AUTO_TEST_CASE(a_bound_of_zero_still_lets_one_by) {
  queue q(0);
  BOOST_TEST(q.order.take(eve));
  BOOST_TEST(!q.order.take(eve));
}

BOOST_AUTO_TEST_CASE(who_is_alone_asks_for_the_next_round_before_this_one_is_used_up) {
  queue q(4);
  q.order.take(eve);
  BOOST_TEST(!q.order.wants_round());
  q.order.take(eve);
  BOOST_TEST(q.order.wants_round());
  q.order.begin_round();
  BOOST_TEST(!q.order.wants_round());
}

BOOST_AUTO_TEST_CASE(who_is_alone_stops_waiting_when_all_were_served) {
  queue q(2);
  for (int i = 0; i != 2; ++i) q.order.take(eve);
  for (char const* name : {"e1", "e2"}) q.wait(eve, name);
  BOOST_TEST(q.round() == "e1 e2 ");
  BOOST_TEST(q.order.take(eve));
}

BOOST_AUTO_TEST_CASE(two_have_one_turn_each) {
  queue q(32);
  BOOST_TEST(q.order.take(eve));
  BOOST_TEST(q.order.take(eve));
  BOOST_TEST(q.order.take(alice));
  BOOST_TEST(!q.order.take(alice));
  BOOST_TEST(q.order.take(eve));  // its first since there are two
  BOOST_TEST(!q.order.take(eve));
}

BOOST_AUTO_TEST_CASE(those_who_wait_are_served_in_turn_whatever_each_has_sent) {
  queue q(32);
  q.contend();
  for (char const* name : {"e1", "e2", "e3", "e4"}) q.wait(eve, name);
  q.wait(alice, "a1");
  q.wait(bob, "b1");
  q.wait(alice, "a2");
  BOOST_TEST(q.round() == "e1 a1 b1 ");
  q.wait(bob, "b2");
  BOOST_TEST(q.round() == "e2 a2 b2 ");
  BOOST_TEST(q.round() == "e3 ");
  BOOST_TEST(q.round() == "e4 ");
  BOOST_TEST(q.round() == "");
}

BOOST_AUTO_TEST_CASE(who_had_no_turn_yet_need_not_wait_behind_those_who_had) {
  queue q(32);
  q.contend();
  for (char const* name : {"e1", "e2", "e3"}) q.wait(eve, name);
  BOOST_TEST(q.round() == "e1 ");
  BOOST_TEST(!q.order.take(eve));
  BOOST_TEST(q.order.take(alice));
  BOOST_TEST(!q.order.take(alice));
  q.wait(alice, "a2");
  BOOST_TEST(q.round() == "e2 a2 ");
}

BOOST_AUTO_TEST_CASE(who_comes_back_within_a_round_has_no_second_turn_in_it) {
  queue q(32);
  q.contend();
  q.wait(eve, "e1");
  q.order.begin_round();
  BOOST_TEST(q.order.next() != nullptr);
  q.wait(eve, "e2");
  BOOST_TEST(q.order.next() == nullptr);
  BOOST_TEST(q.round() == "e2 ");
}

BOOST_AUTO_TEST_CASE(who_has_been_alone_for_long_counts_as_alone) {
  queue q(2);
  q.contend();
  q.order.take(eve);
  for (std::size_t i = 2; i != mcpawl::detail::turn_order::quiet_after; i += 2) {
    q.order.begin_round();
    BOOST_REQUIRE(q.order.take(eve));
    BOOST_REQUIRE(!q.order.take(eve));
  }
  q.order.begin_round();
  BOOST_TEST(q.order.take(eve));
  for (int i = 0; i != 2; ++i) BOOST_TEST(q.order.take(eve));
  BOOST_TEST(!q.order.take(eve));
}

BOOST_AUTO_TEST_CASE(who_leaves_is_not_served_and_nobody_loses_a_turn) {
  queue q(32);
  q.contend();
  auto& first = q.wait(eve, "e1");
  q.wait(eve, "e2");
  auto& only = q.wait(alice, "a1");
  q.wait(bob, "b1");
  q.order.leave(first);
  q.order.leave(only);
  BOOST_TEST(q.round() == "e2 b1 ");
  BOOST_TEST(q.order.empty());
  q.order.enter(alice, only);
  BOOST_TEST(q.round() == "a1 ");
}

BOOST_AUTO_TEST_CASE(at_the_end_all_can_be_removed) {
  queue q(32);
  for (char const* name : {"e1", "e2"}) q.wait(eve, name);
  q.wait(alice, "a1");
  for (int i = 0; i != 3; ++i) BOOST_TEST(q.order.remove_any() != nullptr);
  BOOST_TEST(q.order.remove_any() == nullptr);
  BOOST_TEST(q.order.empty());
}

BOOST_AUTO_TEST_SUITE_END()
