// tests/unit/store/sealed_store.cpp - values in a store that others can write to are of use only to who has the keys
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/store/sealed_store.hpp>

#include "../../support/public_store.hpp"
#include "await.hpp"

#include <mcpawl/core/log.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/crypto/seal.hpp>
#include <mcpawl/store/observed_store.hpp>

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(store_sealed_store)

using namespace mcpawl;
using detail::sealed_store;
using unreadable = sealed_store::unreadable;

namespace {

sealer keys(std::string const& fills) {
  std::vector<secret> all;
  for (char const fill : fills) all.emplace_back(std::string(sealer::key_size, fill));
  return sealer(std::move(all));
}

struct scene {
  std::shared_ptr<support::public_store> in = std::make_shared<support::public_store>();
  sealed_store store{in, keys("k"), "adder", unreadable::is_absent};

  void put(std::string const& key, std::string const& value) {
    store_write write(key, value);
    BOOST_TEST(await(store.put(std::move(write))).has_value());
  }
  std::string raw(std::string const& key) { return await(in->get(key)).value()->value; }
  void put_raw(std::string const& key, std::string const& value) {
    store_write write(key, value);
    BOOST_TEST(await(in->put(std::move(write))).has_value());
  }
  std::string got(std::string const& key) {
    auto const found = await(store.get(key)).value();
    return found ? found->value : "(absent)";
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(values_come_back_and_nobody_else_can_read_them, scene) {
  for (std::string const& value :
       {std::string(), std::string("a plain value"), std::string(3000, 'v'), std::string("\0\xff", 2)}) {
    put("grant/o/1", value);
    BOOST_TEST(got("grant/o/1") == value);
    BOOST_TEST((value.empty() || raw("grant/o/1").find(value) == std::string::npos));
  }
  put("grant/o/2", "w");
  auto const page = await(store.scan("grant/o/", "", 10)).value();
  BOOST_TEST(page.items.size() == 2u);
  BOOST_TEST(page.items[1].entry.value == "w");
  auto const version = await(store.get("grant/o/2")).value()->version;
  store_write next("grant/o/2", "x"), stale("grant/o/2", "y");
  BOOST_TEST(await(store.compare_and_set(std::move(next), version)).value().has_value());
  BOOST_TEST(!await(store.compare_and_set(std::move(stale), version)).value().has_value());
  BOOST_TEST(await(store.take("grant/o/2", durability::relaxed)).value()->value == "x");
  BOOST_TEST(await(store.erase("grant/o/1", durability::relaxed)).value() == 1u);
  BOOST_TEST(got("grant/o/1") == "(absent)");
  BOOST_TEST(await(store.purge(10)).value() == 0u);
  store_write large("large", std::string(max_store_value, 'x'));
  BOOST_TEST((await(store.put(std::move(large))).error() == store_errc::value_too_large));
}

BOOST_FIXTURE_TEST_CASE(what_somebody_else_made_moved_or_cut_is_absent_and_noted, scene) {
  std::vector<std::string> lines;
  logger const log(log_level::info, [&lines](log_level, std::string_view line) { lines.emplace_back(line); });
  store.log_to(log);
  put("grant/o/1", "mine");
  put("grant/o/3", "last");
  std::string const sealed = raw("grant/o/1");
  put_raw("grant/o/2", sealed);
  BOOST_TEST(got("grant/o/2") == "(absent)");
  BOOST_TEST(await(store.scan("grant/o/", "", 10)).value().items.size() == 2u);
  BOOST_TEST(!await(store.take("grant/o/2", durability::relaxed)).value().has_value());
  sealed_store of_another_server(in, keys("k"), "weather"), with_another_key(in, keys("o"), "adder");
  for (auto* const other : {&of_another_server, &with_another_key}) {
    BOOST_TEST((await(other->get("grant/o/1")).error() == store_errc::corrupt));
    BOOST_TEST((await(other->scan("grant/", "", 10)).error() == store_errc::corrupt));
    store_write foreign("grant/o/4", "foreign");
    BOOST_TEST(await(other->put(std::move(foreign))).has_value());
    BOOST_TEST(got("grant/o/4") == "(absent)");
  }
  lines.clear();
  for (std::string const& text : {std::string(), std::string("plain"), sealed.substr(1),
                                  sealed.substr(0, sealed.size() - 1), sealed + 'A'}) {
    put_raw("grant/o/1", text);
    BOOST_TEST(got("grant/o/1") == "(absent)");
  }
  BOOST_TEST(lines.size() == 5u);
  BOOST_TEST(lines[0].find("stored_value_refused kind=grant reason=") != std::string::npos);
  BOOST_TEST(lines[0].find("/o/1") == std::string::npos);
  put("grant/o/1", "again");
  BOOST_TEST(got("grant/o/1") == "again");
}

BOOST_FIXTURE_TEST_CASE(a_new_key_opens_what_the_old_one_has_sealed_as_long_as_it_is_there, scene) {
  put("a", "old");
  sealed_store both(in, keys("nk"), "adder", unreadable::is_absent),
      fresh(in, keys("n"), "adder", unreadable::is_absent);
  BOOST_TEST(await(both.get("a")).value()->value == "old");
  BOOST_TEST(!await(fresh.get("a")).value().has_value());
  store_write write("a", "new");
  BOOST_TEST(await(both.put(std::move(write))).has_value());
  BOOST_TEST(await(fresh.get("a")).value()->value == "new");
  BOOST_TEST(got("a") == "(absent)");
}

BOOST_AUTO_TEST_CASE(a_store_says_whether_it_is_ours_alone) {
  auto const open = std::make_shared<support::public_store>();
  BOOST_TEST(!open->is_private());
  BOOST_TEST(open->in.is_private());
  BOOST_TEST(!observed_store(open, {}).is_private());
  BOOST_TEST(sealed_store(open, keys("k"), "adder").is_private());
}

BOOST_AUTO_TEST_SUITE_END()
