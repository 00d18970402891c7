// tests/unit/mcp/session/budget.cpp - what each caller may hold, at the bound and one above
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/mcp/session/budget.hpp>
#include <mcpawl/mcp/session/event_log.hpp>

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(mcp_budget)

using mcpawl::detail::budget_item;
using mcpawl::detail::budgets;
using mcpawl::detail::charge;

mcpawl::limits small() {
  mcpawl::limits bounds;
  bounds.max_calls = 2;
  bounds.max_calls_in_process = 3;
  bounds.max_retained_bytes = 100;
  bounds.max_retained_bytes_in_process = 150;
  return bounds;
}

bool takes(charge& into, budgets& from, std::string_view whose, budget_item what, std::size_t amount = 1) {
  into = from.open(whose, what);
  return into.grow(amount);
}

BOOST_AUTO_TEST_CASE(a_caller_has_a_budget_and_so_has_the_process) {
  auto const all = std::make_shared<budgets>(small());
  std::vector<charge> held(5);
  BOOST_TEST(takes(held[0], *all, "alice", budget_item::calls));
  BOOST_TEST(takes(held[1], *all, "alice", budget_item::calls));
  BOOST_TEST(!takes(held[2], *all, "alice", budget_item::calls));
  BOOST_TEST(takes(held[2], *all, "bob", budget_item::calls));
  BOOST_TEST(!takes(held[3], *all, "bob", budget_item::calls));
  BOOST_TEST(all->held("alice", budget_item::calls) == 2u);
  BOOST_TEST(all->held(budget_item::calls) == 3u);
  BOOST_TEST(all->active() == 2u);
  held[0] = charge();
  BOOST_TEST(takes(held[3], *all, "bob", budget_item::calls));
  held.clear();
  BOOST_TEST(all->active() == 0u);
  BOOST_TEST(all->held(budget_item::calls) == 0u);
  BOOST_TEST(all->held("bob", budget_item::calls) == 0u);
}

BOOST_AUTO_TEST_CASE(callers_who_cannot_be_told_apart_have_the_budget_of_the_process) {
  auto const all = std::make_shared<budgets>(small());
  std::vector<charge> held(4);
  for (std::size_t i = 0; i != 3; ++i) BOOST_TEST(takes(held[i], *all, "", budget_item::calls));
  BOOST_TEST(!takes(held[3], *all, "", budget_item::calls));
}

BOOST_AUTO_TEST_CASE(a_charge_grows_shrinks_and_moves) {
  auto const all = std::make_shared<budgets>(small());
  charge one;
  BOOST_TEST(takes(one, *all, "alice", budget_item::bytes, 100));
  BOOST_TEST(!one.grow(1));
  one.shrink(40);
  BOOST_TEST(one.grow(40));
  one.force(60);
  BOOST_TEST(all->held(budget_item::bytes) == 160u);
  charge other;
  BOOST_TEST(!takes(other, *all, "bob", budget_item::bytes));
  other = std::move(one);
  BOOST_TEST(one.amount() == 0u);
  BOOST_TEST(other.amount() == 160u);
  other = charge();
  BOOST_TEST(all->held(budget_item::bytes) == 0u);
  // what nobody counts is never too much
  BOOST_TEST(charge().grow(1'000'000'000));
}

BOOST_AUTO_TEST_CASE(callers_who_hold_nothing_are_forgotten) {
  auto const all = std::make_shared<budgets>(mcpawl::limits());
  for (int i = 0; i != 10'000; ++i) {
    charge one;
    takes(one, *all, "caller " + std::to_string(i), budget_item::calls);
  }
  BOOST_TEST(all->size() <= 300u);
}

BOOST_AUTO_TEST_CASE(a_log_keeps_what_its_caller_may_hold_and_delivers_the_newest) {
  auto const all = std::make_shared<budgets>(small());
  {
    mcpawl::detail::event_log log(mcpawl::detail::event_log::retention::keep,
                                  all->open("alice", budget_item::bytes));
    for (int i = 0; i != 10; ++i) log.append(std::string(40, static_cast<char>('a' + i)));
    BOOST_TEST(all->held("alice", budget_item::bytes) == 80u);
    log.append(std::string(500, 'z'));
    std::uint64_t cursor = 0;
    std::string message;
    auto const ticket = log.attach({});
    BOOST_TEST(log.to_read().bytes == 500u);
    BOOST_TEST((log.next(ticket, cursor, message) == mcpawl::detail::event_log::reading::message));
    BOOST_TEST(message.size() == 500u);
    BOOST_TEST(log.to_read().bytes == 0u);
  }
  BOOST_TEST(all->held(budget_item::bytes) == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
