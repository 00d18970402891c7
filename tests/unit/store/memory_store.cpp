// tests/unit/store/memory_store.cpp - the bound of the store that lives in memory
#include <mcpawl/store/memory_store.hpp>
#include <mcpawl/test/manual_clock.hpp>

#include "await.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

BOOST_AUTO_TEST_SUITE(store_memory_store)

using namespace mcpawl;

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
  BOOST_TEST(await(store.erase("k1")).value() == 1u);
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

BOOST_AUTO_TEST_CASE(its_bookkeeping_comes_back_to_nothing) {
  test::manual_clock clock;
  memory_store store(100'000, clock);
  for (int round = 0; round != 3; ++round) {
    for (int i = 0; i != 50; ++i)
      put(store, "k" + std::to_string(i), 10u * static_cast<unsigned>(i), clock.wall() + i % 7);
    for (int i = 0; i != 25; ++i) await(store.take("k" + std::to_string(i))).value();
    clock.jump(clock.wall() + 10);
    await(store.purge(1000)).value();
    BOOST_TEST(store.bytes() == 0u);
  }
}

BOOST_AUTO_TEST_SUITE_END()
