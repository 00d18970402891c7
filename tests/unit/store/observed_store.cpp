// tests/unit/store/observed_store.cpp - a store that is observed does the same, and tells how each operation ended
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/store/memory_store.hpp>
#include <mcpawl/store/observed_store.hpp>

#include "await.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(store_observed_store)

using namespace mcpawl;
using namespace mcpawl::detail;

struct noting final : observer {
  void on_store(store_record const& r) override {
    told.push_back(std::string(r.operation) + ' ' + std::string(r.result));
    if (r.duration.count() < 0) told.emplace_back("before it began");
  }
  std::vector<std::string> told;
};

BOOST_AUTO_TEST_CASE(each_operation_is_told_and_does_the_same) {
  noting seen;
  observed_store store(std::make_shared<memory_store>(10'000), {&seen});
  BOOST_TEST(!await(store.get("k")).value().has_value());
  store_write one("k", "v"), large("l", std::string(20'000, 'x')), again("k", "w");
  auto const version = await(store.put(std::move(one))).value();
  BOOST_TEST(!await(store.put(std::move(large))).has_value());
  BOOST_TEST(await(store.get("k")).value()->value == "v");
  BOOST_TEST(!await(store.compare_and_set(again, version + 100)).value().has_value());
  BOOST_TEST(await(store.compare_and_set(again, version)).value().has_value());
  BOOST_TEST(await(store.scan("", "", 10)).value().items.size() == 1u);
  BOOST_TEST(await(store.take("k", durability::relaxed)).value()->value == "w");
  BOOST_TEST(!await(store.take("k", durability::relaxed)).value().has_value());
  BOOST_TEST(await(store.erase("k", durability::relaxed)).value() == 0u);
  BOOST_TEST(await(store.purge(10)).value() == 0u);
  std::vector<std::string> const expected{"get absent",
                                          "put ok",
                                          "put failed",
                                          "get ok",
                                          "compare_and_set changed",
                                          "compare_and_set ok",
                                          "scan ok",
                                          "take ok",
                                          "take absent",
                                          "erase ok",
                                          "purge ok"};
  BOOST_TEST(seen.told == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
