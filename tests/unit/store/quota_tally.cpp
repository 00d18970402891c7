// tests/unit/store/quota_tally.cpp - what is known of how much of a quota is used
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/store/quota.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <string>

BOOST_AUTO_TEST_SUITE(store_quota_tally)

using mcpawl::detail::quota_tally;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t most = 1'000'000'000;
mcpawl::clock::steady_time const start{1h};

quota_tally::page full_page(std::size_t bytes, std::string last) {
  return {bytes, quota_tally::page_entries, std::move(last)};
}

/** So many entries of ten bytes are let in before a page is wanted. */
std::size_t until_a_page_is_wanted(quota_tally& tally) {
  for (std::size_t entries = 0;; ++entries) {
    if (tally.wants_page("client/", 10, most, start)) {
      tally.give_up();
      return entries;
    }
    BOOST_TEST_REQUIRE(tally.charge(10, most));
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_fits_into_a_page_is_known_before_the_first_entry) {
  quota_tally tally;
  BOOST_TEST((tally.wants_page("flow/", 100, 1000, start) == "flow/"));
  tally.add({900, 9, "flow/x"});
  BOOST_TEST(!tally.wants_page("flow/", 100, 1000, start));
  BOOST_TEST(tally.charge(100, 1000));
  BOOST_TEST(!tally.charge(1, 1000));
}

BOOST_AUTO_TEST_CASE(one_caller_counts_and_the_others_go_on) {
  quota_tally tally;
  BOOST_TEST(tally.wants_page("flow/", 100, 1000, start).has_value());
  BOOST_TEST(!tally.wants_page("flow/", 100, 1000, start));
  BOOST_TEST(tally.charge(100, 1000));
  // it may be on the page or not
  tally.add({800, 8, "flow/x"});
  BOOST_TEST(tally.charge(100, 1000));
  BOOST_TEST(!tally.charge(1, 1000));
}

BOOST_AUTO_TEST_CASE(more_is_counted_page_by_page_on_the_way_of_entries) {
  quota_tally tally;
  BOOST_TEST((tally.wants_page("client/", 10, most, start) == "client/"));
  tally.add(full_page(100'000'000, "client/m"));
  for (int i = 0; i != 256; ++i) {
    BOOST_TEST(!tally.wants_page("client/", 10, most, start));
    BOOST_TEST(tally.charge(10, most));
  }
  BOOST_TEST((tally.wants_page("client/", 10, most, start) == "client/m"));
  tally.add({50'000'000, 3, "client/z"});
  // 150 000 000 of two pages, and what was let in between them
  BOOST_TEST(!tally.charge(most - 150'002'560 + 1, most));
  BOOST_TEST(tally.charge(most - 150'002'560, most));
}

BOOST_AUTO_TEST_CASE(counts_are_so_many_entries_apart) {
  quota_tally tally;
  BOOST_TEST(until_a_page_is_wanted(tally) == 0u);
  BOOST_TEST(until_a_page_is_wanted(tally) == 256u);  // it could not be counted
  BOOST_TEST(until_a_page_is_wanted(tally) == 256u);
  for (int i = 0; i != 256; ++i) tally.charge(10, most);
  BOOST_TEST_REQUIRE(tally.wants_page("client/", 10, most, start).has_value());
  tally.add({10, 1, "client/a"});
  BOOST_TEST(until_a_page_is_wanted(tally) == 1024u);
}

BOOST_AUTO_TEST_CASE(while_the_quota_is_used_up_it_is_looked_for_room) {
  quota_tally tally;
  BOOST_TEST(tally.wants_page("client/", 10, 1000, start).has_value());
  tally.add(full_page(900, "client/m"));
  BOOST_TEST(!tally.charge(200, 1000));
  BOOST_TEST(!tally.wants_page("client/", 200, 1000, start + 99ms));
  BOOST_TEST((tally.wants_page("client/", 200, 1000, start + 100ms) == "client/m"));
  tally.add({0, 0, ""});
  BOOST_TEST(!tally.wants_page("client/", 200, 1000, start + 1099ms));
  BOOST_TEST((tally.wants_page("client/", 200, 1000, start + 1100ms) == "client/"));
  tally.add({500, 5, "client/e"});
  BOOST_TEST(tally.charge(200, 1000));
}

BOOST_AUTO_TEST_SUITE_END()
