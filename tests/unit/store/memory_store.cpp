// tests/unit/store/memory_store.cpp - the bound of the store that lives in memory
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/store/memory_store.hpp>
#include <mcpawl/test/manual_clock.hpp>

#include "await.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

BOOST_AUTO_TEST_SUITE(store_memory_store)

using namespace mcpawl;
using namespace mcpawl::detail;

namespace {

result<store_version> put(memory_store& store, std::string key, std::size_t size,
                          unix_seconds expires = never_expires) {
  store_write write(std::move(key), std::string(size, 'v'));
  write.expires(expires);
  return await(store.put(std::move(write)));
}

}  // namespace

BOOST_AUTO_TEST_CASE(it_holds_no_more_than_its_bound) {
  memory_store store(10'000);
  int held = 0;
  while (put(store, "k" + std::to_string(held), 100)) BOOST_REQUIRE(++held < 100);
  BOOST_TEST(held > 10);
  BOOST_TEST(store.bytes() <= 10'000u);
  BOOST_TEST((put(store, "one more", 100).error() == store_errc::full));
  // what is there can still be changed, and what goes makes room
  BOOST_TEST(put(store, "k0", 100).has_value());
  BOOST_TEST((put(store, "k0", 9'000).error() == store_errc::full));
  BOOST_TEST(await(store.get("k0")).value()->value.size() == 100u);
  BOOST_TEST(await(store.erase("k1", durability::relaxed)).value() == 1u);
  BOOST_TEST(put(store, "one more", 100).has_value());
}

BOOST_AUTO_TEST_CASE(what_has_expired_makes_room_by_itself) {
  test::manual_clock clock;
  memory_store store(10'000, clock);
  auto const at = clock.wall() + 10;
  for (int i = 0; i != 20; ++i) put(store, "k" + std::to_string(i), 100, at);
  BOOST_TEST((put(store, "large", 8'000).error() == store_errc::full));
  clock.jump(at);
  BOOST_TEST(put(store, "large", 8'000).has_value());
}

BOOST_AUTO_TEST_CASE(strangers_fill_their_quota_and_no_more) {
  memory_store store(1'000'000);
  for (auto const& quota : store_quotas) {
    std::string const prefix(quota.prefix);
    std::size_t const most = 1'000'000 / 100 * quota.percent;
    // an entry takes twice its key, its value, and the bookkeeping
    std::size_t const value = most - memory_store::bytes_per_entry - 2 * (prefix.size() + 1);
    BOOST_TEST((put(store, prefix + 'k', value + 1).error() == store_errc::over_quota), prefix);
    BOOST_TEST(put(store, prefix + 'k', value).has_value(), prefix);
    BOOST_TEST((put(store, prefix + 'l', 0).error() == store_errc::over_quota), prefix);
    BOOST_TEST(put(store, prefix + 'k', value).has_value(), prefix);  // a change that needs no more room
  }
  BOOST_TEST(put(store, "grant/k", 400'000).has_value());
  BOOST_TEST(await(store.erase("flow/k", durability::relaxed)).value() == 1u);
  BOOST_TEST(put(store, "flow/l", 10).has_value());
}

BOOST_AUTO_TEST_CASE(a_full_store_takes_what_gets_no_larger) {
  memory_store store(10'000);
  BOOST_TEST(put(store, "grant/k", 9'000).has_value());
  while (put(store, "x" + std::to_string(store.bytes()), 0)) {
  }
  BOOST_TEST(put(store, "grant/k", 8'999).has_value());
}

BOOST_AUTO_TEST_CASE(its_bookkeeping_comes_back_to_nothing) {
  test::manual_clock clock;
  memory_store store(100'000, clock);
  for (int round = 0; round != 3; ++round) {
    for (int i = 0; i != 50; ++i)
      put(store, "k" + std::to_string(i), 10u * static_cast<unsigned>(i), clock.wall() + i % 7);
    for (int i = 0; i != 25; ++i) await(store.take("k" + std::to_string(i), durability::relaxed)).value();
    clock.jump(clock.wall() + 10);
    await(store.purge(1000)).value();
    BOOST_TEST(store.bytes() == 0u);
  }
}

BOOST_AUTO_TEST_SUITE_END()
