// tests/unit/mcp/session/call_table.cpp - a call is found by its id while it runs, and no longer
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/mcp/session/call_table.hpp>

#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include "../noted_call.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace mcp_call_table {
namespace {

using namespace mcpawl;
using namespace mcpawl::detail;
using mcp_tests::noted_call;

request_id id(boost::json::value const& text) { return *request_id::from(text); }

struct fixture {
  std::shared_ptr<call_table> table = std::make_shared<call_table>();
  std::shared_ptr<noted_call> first = std::make_shared<noted_call>();
  std::shared_ptr<noted_call> second = std::make_shared<noted_call>();
};

}  // namespace
}  // namespace mcp_call_table

BOOST_FIXTURE_TEST_SUITE(mcp_call_table, fixture)

BOOST_AUTO_TEST_CASE(only_the_call_that_is_named_is_cancelled) {
  auto const one = table->add(id(1), first);
  auto const other = table->add(id("1"), second);
  table->cancel(id("1"));
  BOOST_TEST(first->cancelled == 0);
  BOOST_TEST(second->cancelled == 1);
  table->cancel(id(2));
  BOOST_TEST(first->cancelled == 0);
}

BOOST_AUTO_TEST_CASE(a_slot_holds_the_call_in_the_table) {
  {
    auto const slot = table->add(id(1), first);
    BOOST_TEST(!table->empty());
  }
  BOOST_TEST(table->empty());
  table->cancel(id(1));
  BOOST_TEST(first->cancelled == 0);
}

BOOST_AUTO_TEST_CASE(of_two_calls_with_one_id_the_later_is_found_and_the_earlier_does_not_take_it_along) {
  std::optional<call_table::slot> earlier(table->add(id(1), first));
  auto const later = table->add(id(1), second);
  earlier.reset();
  BOOST_TEST(!table->empty());
  table->cancel(id(1));
  BOOST_TEST(first->cancelled == 0);
  BOOST_TEST(second->cancelled == 1);
}

BOOST_AUTO_TEST_CASE(a_slot_that_was_moved_leaves_once) {
  auto slot = table->add(id(1), first);
  call_table::slot moved = std::move(slot);
  BOOST_TEST(!table->empty());
  moved = call_table::slot();
  BOOST_TEST(table->empty());
}

BOOST_AUTO_TEST_CASE(all_are_cancelled_but_those_that_are_gone) {
  auto const one = table->add(id(1), first);
  auto const other = table->add(id(2), second);
  second.reset();
  table->cancel_all();
  BOOST_TEST(first->cancelled == 1);
  table->cancel(id(2));
}

BOOST_AUTO_TEST_SUITE_END()
