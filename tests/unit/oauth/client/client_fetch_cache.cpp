// tests/unit/oauth/client/client_fetch_cache.cpp - one fetch at a time, what is kept and for how long
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/client/client_fetch_cache.hpp>
#include <mcpawl/test/manual_clock.hpp>

#include "../../store/await.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(oauth_client_fetch_cache)

using namespace mcpawl;
using namespace std::chrono_literals;
using oauth::oauth_errc;

namespace {

using cache = oauth::detail::client_fetch_cache<int>;

oauth::client_fetch_limits limits() {
  oauth::client_fetch_limits all;
  all.documents = 4;
  all.at_once = 2;
  all.per_second = all.host_per_second = 1000;
  all.burst = all.host_burst = 1000;
  return all;
}

struct world {
  test::manual_clock clock;
  std::shared_ptr<cache> kept = std::make_shared<cache>(limits(), clock);

  cache::answer look(std::string const& url, std::optional<std::chrono::seconds> oldest = {}) {
    return kept->look(url, "host", oldest);
  }
  cache::fetch_lease lease(std::string const& url) {
    auto found = look(url);
    BOOST_TEST_REQUIRE(found.task.has_value());
    return std::move(*found.task);
  }
  void keep(std::string const& url, int value, std::chrono::seconds fresh = 100s) {
    lease(url).succeed(std::make_shared<int const>(value), fresh);
  }
  int value(std::string const& url) {
    auto const found = look(url);
    return found.value ? *found.value : -1;
  }
};

/** Whether who waits would go on. */
bool notified(cache::answer const& a) { return await(a.ended->wait(0ms)); }

bool undecided(cache::answer const& a) { return !a.value && !a.error && !a.task; }

}  // namespace

BOOST_AUTO_TEST_CASE(one_fetches_and_the_others_wait) {
  world w;
  auto lease = w.lease("a");
  BOOST_TEST(undecided(w.look("a")));
  lease.succeed(std::make_shared<int const>(7), 100s);
  BOOST_TEST(w.value("a") == 7);
}

BOOST_AUTO_TEST_CASE(a_value_is_fetched_again_when_its_time_is_over) {
  world w;
  w.keep("a", 1);
  w.clock.advance(99s);
  BOOST_TEST(w.value("a") == 1);
  w.clock.advance(1s);
  auto lease = w.lease("a");
  BOOST_TEST(undecided(w.look("a")));
  lease.succeed(std::make_shared<int const>(2), 100s);
  BOOST_TEST(w.value("a") == 2);
}

BOOST_AUTO_TEST_CASE(something_newer_can_be_asked_for) {
  world w;
  w.keep("a", 1);
  w.clock.advance(29s);
  BOOST_TEST(w.look("a", 30s).value != nullptr);
  w.clock.advance(1s);
  auto found = w.look("a", 30s);
  BOOST_TEST_REQUIRE(found.task.has_value());
  BOOST_TEST(w.value("a") == 1);  // who does not need it newer does not wait
  found.task->fail(oauth_errc::document_unavailable, false);
  BOOST_TEST(w.look("a", 30s).value != nullptr);  // and it stays while nothing newer can be had
}

BOOST_AUTO_TEST_CASE(attack_what_failed_is_not_tried_again_at_once) {
  world w;
  w.lease("a").fail(oauth_errc::unknown_client, true);
  for (int i = 0; i != 3; ++i) {
    auto const found = w.look("a");
    BOOST_TEST((found.error == oauth_errc::unknown_client));
    BOOST_TEST(!found.task.has_value());
    w.clock.advance(9s);
  }
  w.clock.advance(3s);
  BOOST_TEST(w.look("a").task.has_value());
}

BOOST_AUTO_TEST_CASE(what_was_good_serves_on_while_its_host_is_down) {
  world w;
  w.keep("a", 1);
  w.clock.advance(100s);
  w.lease("a").fail(oauth_errc::document_unavailable, false);
  BOOST_TEST(w.value("a") == 1);
  w.clock.advance(24h - 100s);
  BOOST_TEST(w.value("a") == -1);
}

BOOST_AUTO_TEST_CASE(what_is_no_longer_good_ends_at_once) {
  world w;
  w.keep("a", 1);
  w.clock.advance(100s);
  w.lease("a").fail(oauth_errc::document_elsewhere, true);
  BOOST_TEST((w.look("a").error == oauth_errc::document_elsewhere));
}

BOOST_AUTO_TEST_CASE(a_flight_that_dies_leaves_it_to_the_next) {
  world w;
  {
    auto const lost = w.lease("a");
  }
  BOOST_TEST(w.kept->size() == 0u);
  w.keep("a", 1);
  w.clock.advance(100s);
  {
    auto const lost = w.lease("a");
  }
  w.keep("a", 2);
  BOOST_TEST(w.value("a") == 2);
}

BOOST_AUTO_TEST_CASE(attack_only_so_many_at_once) {
  world w;
  auto a = w.lease("a");
  auto b = w.lease("b");
  BOOST_TEST((w.look("c").error == oauth_errc::document_unavailable));
  BOOST_TEST(w.kept->size() == 2u);
  a.fail(oauth_errc::unknown_client, true);
  BOOST_TEST(w.look("c").task.has_value());
}

BOOST_AUTO_TEST_CASE(attack_only_so_often_and_what_is_known_serves_on) {
  test::manual_clock clock;
  auto few = limits();
  few.burst = 1;
  few.per_second = 0.001;
  few.max_known_burst = 0;
  auto const kept = std::make_shared<cache>(few, clock);
  kept->look("a", "h").task->succeed(std::make_shared<int const>(1), 100s);
  BOOST_TEST((kept->look("b", "h").error == oauth_errc::document_unavailable));
  BOOST_TEST(kept->look("b", "h").over_budget);
  clock.advance(200s);
  auto const known = kept->look("a", "h");
  BOOST_TEST(*known.value == 1);
  BOOST_TEST(!known.over_budget);
}

BOOST_AUTO_TEST_CASE(attack_many_documents_throw_out_what_is_of_least_use) {
  world w;
  w.keep("good", 1);
  w.lease("bad").fail(oauth_errc::unknown_client, true);
  w.keep("old", 2);
  w.keep("used", 3);
  BOOST_TEST(w.value("good") == 1);
  BOOST_TEST(w.value("used") == 3);
  w.keep("n1", 4);  // instead of what failed
  BOOST_TEST(w.kept->size() == 4u);
  w.keep("n2", 5);  // instead of what was not used for longest
  BOOST_TEST(w.kept->size() == 4u);
  BOOST_TEST(w.value("good") == 1);
  BOOST_TEST(w.value("used") == 3);
  BOOST_TEST(w.value("n1") == 4);
  BOOST_TEST(w.value("n2") == 5);
  for (int i = 0; i != 100; ++i) w.lease("flood" + std::to_string(i)).fail(oauth_errc::unknown_client, true);
  BOOST_TEST(w.kept->size() == 4u);
  BOOST_TEST(w.value("n2") == 5);  // the flood threw out one document and then itself
}

BOOST_AUTO_TEST_CASE(what_flies_is_never_thrown_out) {
  world w;
  for (auto const* const url : {"1", "2", "3"}) w.keep(url, 1);
  auto a = w.lease("a");
  auto b = w.lease("b");
  BOOST_TEST(w.kept->size() == 4u);
  a.succeed(std::make_shared<int const>(8), 100s);
  b.succeed(std::make_shared<int const>(9), 100s);
  BOOST_TEST(w.value("a") == 8);
  BOOST_TEST(w.value("b") == 9);
}

BOOST_AUTO_TEST_CASE(who_waits_is_notified_however_the_fetch_ends) {
  world w;
  for (std::string const end : {"succeeds", "fails", "is given up"}) {
    std::optional<cache::fetch_lease> lease(w.lease(end));
    auto const one = w.look(end), two = w.look(end);
    BOOST_TEST_REQUIRE((one.ended && two.ended));
    BOOST_TEST(!notified(one));
    if (end == "succeeds") lease->succeed(std::make_shared<int const>(1), 100s);
    if (end == "fails") lease->fail(oauth_errc::unknown_client, true);
    lease.reset();
    BOOST_TEST(notified(one), end);
    BOOST_TEST(notified(two), end);
  }
}

BOOST_AUTO_TEST_CASE(a_fetch_notifies_those_alone_who_wait_for_it) {
  world w;
  std::optional<cache::fetch_lease> a(w.lease("a")), b(w.lease("b"));
  auto const for_a = w.look("a"), for_b = w.look("b");
  a.reset();
  BOOST_TEST(notified(for_a));
  BOOST_TEST(!notified(for_b));
  // who begins again is waited for anew
  a.emplace(w.lease("a"));
  auto const again = w.look("a");
  BOOST_TEST(!notified(again));
  a.reset();
  BOOST_TEST(notified(again));
  BOOST_TEST(!notified(for_a));
}

BOOST_AUTO_TEST_CASE(who_does_not_have_to_wait_gets_nothing_to_wait_for) {
  world w;
  auto const first = w.look("a");
  BOOST_TEST((first.task && !first.ended));
  w.keep("b", 1);
  BOOST_TEST(!w.look("b").ended);
}

BOOST_AUTO_TEST_SUITE_END()
