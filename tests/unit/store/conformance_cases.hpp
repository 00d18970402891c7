// tests/unit/store/conformance_cases.hpp - what every store promises, as cases for the stores that a program has
// SPDX-License-Identifier: BSL-1.0
//
// Included, perhaps several times, inside of a test suite, after await.hpp and what else it uses (see conformance.cpp), by a program that has made two types: `every_store`, a std::tuple of what
// the cases run on, and `backends`, those of them whose data is looked at after the store was opened again. A backend has
//   store(), other()    two stores over the same data, as two processes have them
//   clock               a test::manual_clock, which both go by
//   persistent          whether the data outlives the stores; then there is reopen(), which makes both anew
//   scans_anything      whether every prefix can be scanned, or only those that hold a class and a group (`grant/somebody/`)
//   purges              whether purge() deletes, and counts; or the engine does by itself
//   sweeps              whether each write deletes something that has expired
// and is empty when it is made.

namespace {

/** Where the keys are that are scanned: a class and a group, which every store can scan. */
std::string const group = "grant/somebody/";

store_write write_of(std::string key, std::string value, unix_seconds expires = never_expires) {
  store_write made(std::move(key), std::move(value));
  made.expires(expires);
  return made;
}

template <class Store>
store_version put(Store& store, std::string key, std::string value, unix_seconds expires = never_expires) {
  return await(store.put(write_of(std::move(key), std::move(value), expires))).value();
}

template <class Store>
std::optional<std::string> get(Store& store, std::string key) {
  auto const found = await(store.get(std::move(key))).value();
  if (!found) return std::nullopt;
  return found->value;
}

/** The keys that begin with the group and `prefix`, without the group. */
template <class Store>
std::vector<std::string> keys(Store& store, std::string const& prefix = {}, std::size_t limit = 1000) {
  std::vector<std::string> all;
  for (std::string after;;) {
    auto page = await(store.scan(group + prefix, after, limit)).value();
    BOOST_TEST_REQUIRE(page.items.size() <= limit);
    for (auto& item : page.items) all.push_back(item.key.substr(group.size()));
    if (!page.next) return all;
    BOOST_TEST_REQUIRE((*page.next > after));
    after = *page.next;
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(what_was_put_is_found_and_what_was_not_is_not, Backend, every_store) {
  Backend b;
  BOOST_TEST(!get(b.store(), "a"));
  auto const first = put(b.store(), "a", "1");
  BOOST_TEST(first != store_absent);
  auto const found = await(b.store().get("a")).value();
  BOOST_REQUIRE(found);
  BOOST_TEST(found->value == "1");
  BOOST_TEST(found->version == first);
  BOOST_TEST(found->expires == never_expires);
  auto const second = put(b.store(), "a", "2");
  BOOST_TEST(second != first);
  BOOST_TEST(*get(b.store(), "a") == "2");
  BOOST_TEST(*get(b.other(), "a") == "2");
  BOOST_TEST(!get(b.store(), "A"));
  BOOST_TEST(!get(b.store(), std::string("a\0", 2)));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(bytes_of_every_kind_are_kept_as_they_are, Backend, every_store) {
  Backend b;
  std::string all;
  for (int c = 0; c != 256; ++c) all += static_cast<char>(c);
  put(b.store(), all, all);
  put(b.store(), "empty", "");
  std::string const huge(max_store_value, '\xff');
  put(b.store(), std::string(max_store_key, '\0'), huge);
  BOOST_TEST((*get(b.store(), all) == all));
  BOOST_TEST(*get(b.store(), "empty") == "");
  BOOST_TEST((*get(b.store(), std::string(max_store_key, '\0')) == huge));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(sizes_are_bounded, Backend, every_store) {
  Backend b;
  auto& store = b.store();
  for (std::string const& key : {std::string{}, std::string(max_store_key + 1, 'k')}) {
    BOOST_TEST((await(store.get(key)).error() == store_errc::bad_key));
    BOOST_TEST((await(store.put(write_of(key, "v"))).error() == store_errc::bad_key));
    BOOST_TEST(
        (await(store.compare_and_set(write_of(key, "v"), store_absent)).error() == store_errc::bad_key));
    BOOST_TEST((await(store.take(key, durability::relaxed)).error() == store_errc::bad_key));
    BOOST_TEST((await(store.erase(key, durability::relaxed)).error() == store_errc::bad_key));
  }
  auto const huge = write_of("k", std::string(max_store_value + 1, 'v'));
  BOOST_TEST((await(store.put(huge)).error() == store_errc::value_too_large));
  BOOST_TEST((await(store.compare_and_set(huge, store_absent)).error() == store_errc::value_too_large));
  BOOST_TEST((await(store.put(write_of(group, std::string(max_store_value + 1, 'v')))).error() ==
              store_errc::value_too_large));
  BOOST_TEST(keys(store).empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(compare_and_set_writes_only_over_the_expected_version, Backend, every_store) {
  Backend b;
  auto& store = b.store();
  BOOST_TEST(!await(store.compare_and_set(write_of("k", "x"), 7)).value());
  BOOST_TEST(!get(store, "k"));
  auto const first = await(store.compare_and_set(write_of("k", "1"), store_absent)).value();
  BOOST_REQUIRE(first);
  BOOST_TEST(!await(store.compare_and_set(write_of("k", "x"), store_absent)).value());
  BOOST_TEST(!await(store.compare_and_set(write_of("k", "x"), *first + 2)).value());
  auto const second = await(b.other().compare_and_set(write_of("k", "2"), *first)).value();
  BOOST_REQUIRE(second);
  BOOST_TEST(*second != *first);
  BOOST_TEST(!await(store.compare_and_set(write_of("k", "x"), *first)).value());
  BOOST_TEST(*get(store, "k") == "2");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_version_does_not_come_back_after_the_entry_was_gone, Backend, every_store) {
  Backend b;
  auto& store = b.store();
  auto const first = put(store, "k", "same");
  BOOST_TEST(await(store.erase("k", durability::relaxed)).value() == 1u);
  BOOST_TEST(!await(store.compare_and_set(write_of("k", "x"), first)).value());
  put(store, "k", "same");
  BOOST_TEST(!await(store.compare_and_set(write_of("k", "x"), first)).value());
  BOOST_TEST(*get(store, "k") == "same");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_same_write_again_answers_the_same_and_changes_nothing, Backend,
                              every_store) {
  Backend b;
  auto const first = write_of("k", "1", b.clock.wall() + 100);
  store_write const copy = first;
  BOOST_TEST(first.version() != store_absent);
  BOOST_TEST(copy.version() == first.version());
  BOOST_TEST(write_of("k", "1").version() != first.version());
  for (int i = 0; i != 3; ++i) {
    auto& store = i == 1 ? b.other() : b.store();
    auto const written = await(store.compare_and_set(i == 0 ? first : copy, store_absent)).value();
    BOOST_REQUIRE(written);
    BOOST_TEST(*written == first.version());
  }
  auto const second = write_of("k", "2");
  for (int i = 0; i != 3; ++i) {
    auto& store = i == 1 ? b.other() : b.store();
    auto const written = await(store.compare_and_set(second, first.version())).value();
    BOOST_REQUIRE(written);
    BOOST_TEST(*written == second.version());
    BOOST_TEST(*get(b.store(), "k") == "2");
  }
  // what was written over is not written again
  BOOST_TEST(!await(b.store().compare_and_set(first, store_absent)).value());
  BOOST_TEST(*get(b.store(), "k") == "2");
  auto const third = write_of("k", "3");
  for (int i = 0; i != 2; ++i) BOOST_TEST(await(b.store().put(third)).value() == third.version());
  BOOST_TEST(!await(b.store().compare_and_set(second, first.version())).value());
  auto const found = await(b.other().get("k")).value();
  BOOST_REQUIRE(found);
  BOOST_TEST(found->value == "3");
  BOOST_TEST(found->version == third.version());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(of_many_that_send_one_write_all_hear_that_it_was_done, Backend, every_store) {
  Backend b;
  auto const same = write_of("k", "v");
  std::atomic<int> done{0};
  support::on_threads(8, [&](int i) {
    auto& store = i % 2 == 0 ? b.store() : b.other();
    auto const written = await(store.compare_and_set(same, store_absent)).value();
    if (written == same.version()) ++done;
  });
  BOOST_TEST(done == 8);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(take_and_erase_remove, Backend, every_store) {
  Backend b;
  auto& store = b.store();
  auto const version = put(store, "k", "v", b.clock.wall() + 5);
  auto const taken = await(store.take("k", durability::power_loss)).value();
  BOOST_REQUIRE(taken);
  BOOST_TEST(taken->value == "v");
  BOOST_TEST(taken->version == version);
  BOOST_TEST(taken->expires == b.clock.wall() + 5);
  BOOST_TEST(!await(store.take("k", durability::relaxed)).value());
  BOOST_TEST(await(store.erase("k", durability::relaxed)).value() == 0u);
  put(store, "k", "v");
  BOOST_TEST(await(store.erase("k", durability::power_loss)).value() == 1u);
  BOOST_TEST(!get(store, "k"));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_entry_is_absent_from_the_second_of_its_expiry_on, Backend, every_store) {
  Backend b;
  auto& store = b.store();
  auto const at = b.clock.wall() + 10;
  std::string const k = group + 'k', later = group + "later";
  auto const version = put(store, k, "v", at);
  put(store, later, "v", at + 1);
  b.clock.jump(at - 1);
  BOOST_TEST(*get(store, k) == "v");
  BOOST_TEST(keys(store).size() == 2u);
  b.clock.jump(at);
  BOOST_TEST(!get(store, k));
  BOOST_TEST(keys(store).size() == 1u);
  BOOST_TEST(!await(store.take(k, durability::relaxed)).value());
  BOOST_TEST(await(store.erase(k, durability::relaxed)).value() == 0u);
  BOOST_TEST(!await(store.compare_and_set(write_of(k, "x"), version)).value());
  auto const again = await(store.compare_and_set(write_of(k, "new"), store_absent)).value();
  BOOST_REQUIRE(again);
  BOOST_TEST(*again != version);
  BOOST_TEST(*get(store, k) == "new");
  BOOST_TEST(*get(store, later) == "v");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_expiry_can_be_put_off_and_taken_away, Backend, every_store) {
  Backend b;
  auto& store = b.store();
  auto const at = b.clock.wall() + 10;
  put(store, group + "longer", "v", at);
  put(store, group + "longer", "v", at + 10);
  put(store, group + "for ever", "v", at);
  put(store, group + "for ever", "v");
  put(store, group + "past", "v", b.clock.wall());
  BOOST_TEST(!get(store, group + "past"));
  b.clock.jump(at);
  await(store.purge(100)).value();
  BOOST_TEST((keys(store) == std::vector<std::string>{"for ever", "longer"}));
  b.clock.jump(at + 10);
  await(store.purge(100)).value();
  BOOST_TEST((keys(store) == std::vector<std::string>{"for ever"}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_clock_in_the_wrong_year_deletes_nothing, Backend, every_store) {
  Backend b;
  auto& store = b.store();
  b.clock.advance(detail::clock_watch::probation);
  auto const now = b.clock.wall();
  put(store, "grant/a", "v", now + 30 * 86'400);
  b.clock.jump(now + 10 * 365 * 86'400);
  BOOST_TEST(!get(store, "grant/a"));
  for (int i = 0; i != 20; ++i) put(store, "k" + std::to_string(i), "v");
  BOOST_TEST(await(store.purge(1000)).value() == 0u);
  b.clock.jump(now + 60);
  BOOST_TEST(*get(store, "grant/a") == "v");
  if (!Backend::purges) return;
  // a clock that has run with the steady one for an hour is believed
  b.clock.jump(now + 31 * 86'400);
  BOOST_TEST(await(store.purge(1000)).value() == 0u);
  b.clock.advance(detail::clock_watch::probation);
  BOOST_TEST(await(store.purge(1000)).value() == 1u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_strangers_cause_is_deleted_as_fast_as_it_is_written, Backend,
                              every_store) {
  if (!Backend::sweeps) return;
  Backend b;
  auto& store = b.store();
  b.clock.advance(detail::clock_watch::probation);
  auto const at = b.clock.wall() + 10;
  for (int i = 0; i != 40; ++i) put(store, "flow/old" + std::to_string(i), "v", at);
  b.clock.advance(std::chrono::seconds{10});
  for (int i = 0; i != 20; ++i) put(store, "flow/new" + std::to_string(i), "v", at + 600);
  BOOST_TEST(await(store.purge(1000)).value() == 0u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_scan_finds_the_prefix_and_nothing_else, Backend, every_store) {
  Backend b;
  auto& store = b.store();
  std::vector<std::string> const prefixes{
      "%",        "_",     std::string(1, '\0'), "\xff",  "\xff\xff",   "gr%", "grant/",
      "\xc3\xa9", "a\xff", "a\xff\xff",          "'; --", "grant/\x7f", "*",   "grant/[a-z]"};
  std::set<std::string> all;
  for (auto const& prefix : prefixes) {
    for (auto const& tail : {std::string{}, std::string("x"), std::string(1, '\0'), std::string("\xff")}) {
      all.insert(prefix + tail);
    }
  }
  all.insert("b");
  all.insert("gran");
  for (auto const& key : all) put(store, group + key, key);
  // neighbours
  for (auto const* key : {"grant/somebodx/%", "grant/somebody.", "grant/somebody0", "grant/somebodz/"})
    put(store, key, "v");
  for (auto const& prefix : prefixes) {
    std::vector<std::string> expected;
    for (auto const& key : all)
      if (key.starts_with(prefix)) expected.push_back(key);
    for (std::size_t limit : {1u, 2u, 1000u}) BOOST_TEST((keys(store, prefix, limit) == expected));
  }
  BOOST_TEST(keys(store).size() == all.size());
  BOOST_TEST(keys(store, "nothing").empty());
  auto const everything = await(store.scan("", "", 1000));
  if (Backend::scans_anything)
    BOOST_TEST(everything.value().items.size() == all.size() + 4);
  else
    BOOST_TEST((everything.error() == store_errc::bad_key));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_scan_is_bounded_and_can_be_resumed, Backend, every_store) {
  Backend b;
  auto& store = b.store();
  for (int i = 100; i != 350; ++i) put(store, group + "k" + std::to_string(i), "v");
  auto const page = await(store.scan(group + "k", "", 100)).value();
  BOOST_TEST(page.items.size() == 100u);
  BOOST_TEST(page.items.front().entry.value == "v");
  BOOST_TEST(page.items.front().entry.version != store_absent);
  BOOST_REQUIRE(page.next);
  // what comes and goes in between disturbs nothing else
  await(store.erase(*page.next, durability::relaxed)).value();
  put(store, group + "k200a", "new");
  auto const rest = await(store.scan(group + "k", *page.next, 1000)).value();
  BOOST_TEST(rest.items.size() == 151u);
  BOOST_TEST(!rest.next);
  BOOST_TEST(await(store.scan(group + "k", "", 0)).value().items.size() == 1u);
  BOOST_TEST(await(store.scan(group + "k", group + "z", 10)).value().items.empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_page_of_huge_values_is_cut, Backend, every_store) {
  Backend b;
  auto& store = b.store();
  for (int i = 0; i != 8; ++i)
    put(store, group + static_cast<char>('a' + i), std::string(max_store_value, 'v'));
  auto const page = await(store.scan(group, "", 1000)).value();
  BOOST_TEST(page.items.size() < 8u);
  BOOST_TEST(keys(store).size() == 8u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(purge_removes_what_has_expired_a_bounded_number_at_a_time, Backend,
                              every_store) {
  Backend b;
  auto& store = b.store();
  b.clock.advance(detail::clock_watch::probation);
  auto const at = b.clock.wall() + 10;
  for (int i = 0; i != 25; ++i) put(store, group + "old" + std::to_string(i), "v", at);
  put(store, group + "young", "v", at + 1);
  put(store, group + "eternal", "v");
  BOOST_TEST(await(store.purge(100)).value() == 0u);
  b.clock.jump(at);
  if (Backend::purges) {
    BOOST_TEST(await(store.purge(10)).value() == 10u);
    BOOST_TEST(await(store.purge(0)).value() == 0u);
    BOOST_TEST(await(store.purge(100)).value() == 15u);
  }
  BOOST_TEST(await(store.purge(100)).value() == 0u);
  BOOST_TEST((keys(store) == std::vector<std::string>{"eternal", "young"}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(exactly_one_of_many_takes_wins, Backend, every_store) {
  Backend b;
  for (int round = 0; round != 20; ++round) {
    put(b.store(), "code", "v");
    std::atomic<int> won{0};
    support::on_threads(8, [&](int i) {
      auto& store = i % 2 == 0 ? b.store() : b.other();
      if (await(store.take("code", durability::relaxed)).value()) ++won;
    });
    BOOST_TEST(won == 1);
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(exactly_one_of_many_first_writes_wins, Backend, every_store) {
  Backend b;
  for (int round = 0; round != 20; ++round) {
    std::string const key = "lock" + std::to_string(round);
    std::atomic<int> won{0};
    support::on_threads(8, [&](int i) {
      auto& store = i % 2 == 0 ? b.store() : b.other();
      auto const mine = await(store.compare_and_set(write_of(key, std::to_string(i)), store_absent)).value();
      if (mine) ++won;
    });
    BOOST_TEST(won == 1);
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(counters_that_are_compared_and_set_add_up, Backend, every_store) {
  Backend b;
  constexpr int threads = 8, each = 25;
  put(b.store(), "n", "0");
  support::on_threads(threads, [&](int i) {
    auto& store = i % 2 == 0 ? b.store() : b.other();
    for (int added = 0; added != each;) {
      auto const now = await(store.get("n")).value();
      auto const next = std::to_string(std::stoi(now->value) + 1);
      if (await(store.compare_and_set(write_of("n", next), now->version)).value()) ++added;
    }
  });
  BOOST_TEST(*get(b.store(), "n") == std::to_string(threads * each));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_store_that_persists_is_the_same_after_it_was_opened_again, Backend,
                              backends) {
  if constexpr (Backend::persistent) {
    Backend b;
    auto const version = put(b.store(), "k", "v");
    put(b.store(), "old", "v", b.clock.wall() + 5);
    b.clock.advance(5s);
    b.reopen();
    auto const found = await(b.store().get("k")).value();
    BOOST_REQUIRE(found);
    BOOST_TEST(found->value == "v");
    BOOST_TEST(found->version == version);
    BOOST_TEST(!get(b.store(), "old"));
    BOOST_TEST(await(b.store().compare_and_set(write_of("k", "w"), version)).value().has_value());
  } else {
    Backend b, another;
    put(b.store(), "k", "v");
    BOOST_TEST(!get(another.store(), "k"));
  }
}
