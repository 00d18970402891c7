// tests/unit/oauth/client/client_fetch_budget.cpp - strangers can make us fetch only so often, and so often from one
// host
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/client/client_fetch_budget.hpp>
#include <mcpawl/test/manual_clock.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

BOOST_AUTO_TEST_SUITE(oauth_client_fetch_budget)

using namespace mcpawl;
using namespace std::chrono_literals;

namespace {

struct world {
  test::manual_clock clock;
  oauth::client_fetch_limits limits = [] {
    oauth::client_fetch_limits all;
    all.per_second = 1;
    all.burst = 5;
    all.host_per_second = 0.5;
    all.host_burst = 2;
    all.hosts = 3;
    return all;
  }();
  oauth::detail::client_fetch_budget budget{limits};

  bool take(std::string const& host) { return budget.take(host, clock.steady()); }
  int takes(std::string const& host, int times) {
    int n = 0;
    for (int i = 0; i != times; ++i) n += take(host) ? 1 : 0;
    return n;
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(one_host_has_its_share) {
  world w;
  BOOST_TEST(w.takes("a", 10) == 2);
  BOOST_TEST(w.takes("b", 10) == 2);
  w.clock.advance(1999ms);
  BOOST_TEST(!w.take("a"));
  w.clock.advance(2ms);
  BOOST_TEST(w.take("a"));
  BOOST_TEST(!w.take("a"));
}

BOOST_AUTO_TEST_CASE(all_hosts_together_have_theirs) {
  world w;
  int n = 0;
  for (auto const* const host : {"a", "b", "c"}) n += w.takes(host, 10);
  BOOST_TEST(n == 5);
  w.clock.advance(1h);
  n = 0;
  for (auto const* const host : {"a", "b", "c"}) n += w.takes(host, 10);
  BOOST_TEST(n == 5);  // what was not used is not saved up
}

BOOST_AUTO_TEST_CASE(attack_one_greedy_host_leaves_the_others_theirs) {
  world w;
  BOOST_TEST(w.takes("greedy", 1000) == 2);
  BOOST_TEST(w.takes("b", 2) == 2);
}

BOOST_AUTO_TEST_CASE(attack_many_hosts_take_no_memory) {
  world w;
  for (auto const* const host : {"a", "b", "c"}) BOOST_TEST(w.take(host));
  BOOST_TEST(w.takes("d", 1) + w.takes("e", 1) + w.takes("f", 1) ==
             2);  // share one, and the bucket of all ends
  w.clock.advance(1h);
  BOOST_TEST(w.takes("g", 5) == 2);  // the old ones are forgotten
  BOOST_TEST(w.takes("h", 5) == 2);
}

// 31 requests with invented hosts kept a well-known document from being fetched.
BOOST_AUTO_TEST_CASE(hosts_that_once_gave_a_good_document_have_a_part_of_their_own) {
  world w;
  w.limits.max_known_burst = 3;
  w.limits.max_known_per_second = 0.1;
  w.limits.max_known_at_once = 2;
  w.limits.host_burst = 100;
  oauth::detail::client_fetch_budget budget{w.limits};
  budget.know("known");
  auto const takes = [&](std::string const& host) { return budget.take(host, w.clock.steady()); };
  for (int i = 0; i != 100; ++i) (void)takes("invented" + std::to_string(i));
  BOOST_TEST(!takes("stranger"));
  for (int i = 0; i != 3; ++i) BOOST_TEST(takes("known"), i);
  BOOST_TEST(!takes("known"));
  BOOST_TEST(budget.at_once("known") == w.limits.at_once + 2);
  BOOST_TEST(budget.at_once("stranger") == w.limits.at_once);
}

BOOST_AUTO_TEST_CASE(so_many_hosts_are_known_and_the_latest_stay) {
  world w;
  w.limits.max_known_hosts = 2;
  oauth::detail::client_fetch_budget budget{w.limits};
  auto const known = [&](std::string const& host) { return budget.at_once(host) != w.limits.at_once; };
  budget.know("a");
  budget.know("b");
  budget.know("a");
  BOOST_TEST((known("a") && known("b")));
  budget.know("c");
  BOOST_TEST((known("a") && !known("b") && known("c")));
}

// to be known gives a part of its own, not a new share
BOOST_AUTO_TEST_CASE(a_host_that_gets_known_has_used_up_what_it_has_used_up) {
  world w;
  BOOST_TEST(w.takes("a", 10) == 2);
  w.budget.know("a");
  BOOST_TEST(!w.take("a"));
}

BOOST_AUTO_TEST_SUITE_END()
