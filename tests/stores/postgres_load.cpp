// tests/stores/postgres_load.cpp - many at once, cancellations at every moment, crashes of the server
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/store/clock_watch.hpp>
#include <mcpawl/store/postgres_statements.hpp>
#include <mcpawl/store/postgres_store.hpp>
#include <mcpawl/test/manual_clock.hpp>

#include "../unit/store/await.hpp"
#include "postgres_backend.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <signal.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace postgres_load {

using namespace mcpawl;
using namespace std::chrono_literals;

namespace {

struct fixture {
  stores::postgres_server& server = stores::postgres_server::shared();
  std::unique_ptr<postgres_store> one = stores::open_postgres(server.url());
  std::unique_ptr<postgres_store> two = stores::open_postgres(server.url());

  fixture() { server.sql("TRUNCATE mcpawl.entry"); }
};

/** Run `f(store, i)`, a coroutine, `count` times at once: half of them on each store, all on this thread. */
template <class F>
void at_once(fixture& on, int count, F f) {
  boost::asio::io_context context{1};
  std::exception_ptr thrown;
  auto const end = [&thrown](std::exception_ptr e) {
    if (e) thrown = e;
  };
  for (int i = 0; i != count; ++i) boost::asio::co_spawn(context, f(i % 2 == 0 ? *on.one : *on.two, i), end);
  context.run();
  if (thrown) std::rethrow_exception(thrown);
}

task<> add_up(postgres_store& store, int additions, durability how) {
  std::string const key = "n";
  for (int added = 0; added != additions;) {
    auto const now = co_await store.get(key);
    if (!now) throw std::runtime_error(now.error().message());
    store_write next(key, std::to_string(std::stoi((*now)->value) + 1));
    next.survives(how);
    auto const done = co_await store.compare_and_set(std::move(next), (*now)->version);
    if (!done) throw std::runtime_error(done.error().message());
    if (*done) ++added;
  }
}

// by the plan that a statement gets when it has been used a few times
std::string plan_of(stores::postgres_server const& server, detail::postgres_operation which,
                    std::string const& types, std::string const& values) {
  return server.sql(
      "SET enable_seqscan = off; SET enable_bitmapscan = off; SET plan_cache_mode = force_generic_plan; PREPARE it(" +
      types + ") AS " + detail::postgres_statements[static_cast<std::size_t>(which)].sql +
      "; EXPLAIN (FORMAT JSON) EXECUTE it(" + values + ")");
}

}  // namespace

}  // namespace postgres_load

BOOST_FIXTURE_TEST_SUITE(postgres_load, fixture)

BOOST_AUTO_TEST_CASE(fifty_writers_add_up) {
  constexpr int writers = 50, each = 4;
  await(one->put(store_write("n", "0"))).value();
  auto const adds = [](postgres_store& store, int i) {
    return add_up(store, each, i % 5 == 0 ? durability::power_loss : durability::relaxed);
  };
  at_once(*this, writers, adds);
  BOOST_TEST(await(two->get("n")).value()->value == std::to_string(writers * each));
}

BOOST_AUTO_TEST_CASE(of_fifty_takes_one_wins) {
  for (int round = 0; round != 10; ++round) {
    await(one->put(store_write("code", "v"))).value();
    int won = 0;
    auto const takes = [&won](postgres_store& store, int i) -> task<> {
      std::string const key = "code";
      durability const survives = i % 2 == 0 ? durability::relaxed : durability::power_loss;
      auto const got = co_await store.take(key, survives);
      if (got.value()) ++won;
    };
    at_once(*this, 50, takes);
    BOOST_TEST(won == 1);
  }
}

// it looked at all keys behind the prefix once
BOOST_AUTO_TEST_CASE(a_scan_reads_no_further_than_its_prefix) {
  std::string const plan = plan_of(server, detail::postgres_operation::scan,
                                   "bytea, bytea, bytea, int8, int8, int8", "'a', '', 'b', 0, 10, 1000");
  auto const begin = plan.find("\"Index Cond\"");
  BOOST_TEST_REQUIRE(begin != plan.npos, plan);
  std::string const condition = plan.substr(begin, plan.find('\n', begin) - begin);
  BOOST_TEST(condition.find("key < $3") != condition.npos, plan);
  BOOST_TEST(condition.find("key >= $1") != condition.npos, plan);
}

// it looked at each entry once
BOOST_AUTO_TEST_CASE(a_purge_reads_what_has_expired_and_nothing_else) {
  std::string const plan = plan_of(server, detail::postgres_operation::purge, "int8, int8, int8", "1, 1, 10");
  for (std::string const part : {"\"Tid Scan\"", "\"entry_by_expiry\"", "\"entry_by_taking\""})
    BOOST_TEST(plan.find(part) != plan.npos, part + " is not in " + plan);
  BOOST_TEST(plan.find("\"Seq Scan\"") == plan.npos, plan);
}

BOOST_AUTO_TEST_CASE(a_scan_sees_everything_that_stays_while_others_write) {
  std::set<std::string> staying;
  for (int i = 0; i != 300; ++i) {
    std::string const key = "grant/x/" + std::to_string(1000 + i);
    staying.insert(key);
    await(one->put(store_write(key, "v"))).value();
  }
  std::atomic<bool> enough{false};
  std::thread writer([&] {
    for (int i = 0; !enough; ++i) {
      std::string const key = "grant/x/" + std::to_string(1000 + i % 300);
      await(two->put(store_write(key, std::to_string(i)))).value();
      await(two->put(store_write(key + "x", "coming"))).value();
      await(two->erase(key + "x", durability::relaxed)).value();
    }
  });
  for (int round = 0; round != 5; ++round) {
    std::set<std::string> seen;
    std::optional<std::string> after = std::string{};
    while (after) {
      auto page = await(one->scan("grant/x/", *after, 40)).value();
      for (auto const& item : page.items) BOOST_TEST(seen.insert(item.key).second);
      after = page.next;
    }
    BOOST_TEST(std::includes(seen.begin(), seen.end(), staying.begin(), staying.end()));
  }
  enough = true;
  writer.join();
}

BOOST_AUTO_TEST_CASE(huge_values_and_small_ones_share_a_connection) {
  auto const both = [](postgres_store& store, int i) -> task<> {
    std::string const key = "k" + std::to_string(i),
                      value(i % 4 == 0 ? max_store_value : 10, static_cast<char>('a' + i % 26));
    store_write write(key, value);
    auto const put = co_await store.put(std::move(write));
    put.value();
    auto const got = co_await store.get(key);
    if (got.value()->value != value) throw std::runtime_error("another value");
  };
  at_once(*this, 40, both);
  BOOST_TEST(true);
}

BOOST_AUTO_TEST_CASE(look_ups_that_share_a_transaction_with_one_that_is_refused_are_answered) {
  for (int i = 0; i != 8; ++i) await(one->put(store_write("k" + std::to_string(i), "v"))).value();
  // reading k3 fails
  server.sql("ALTER TABLE mcpawl.entry RENAME TO kept");
  server.sql(
      "CREATE FUNCTION public.value_of(key bytea, value bytea) RETURNS bytea LANGUAGE plpgsql AS $$ BEGIN"
      " IF key = 'k3' THEN RAISE EXCEPTION 'no'; END IF; RETURN value; END $$");
  server.sql(
      "CREATE VIEW mcpawl.entry AS SELECT key, public.value_of(key, value) AS value, version, expires, taker,"
      " taken, past FROM mcpawl.kept");
  int found = 0, failed = 0;
  auto const looks = [&](postgres_store& store, int i) -> task<> {
    std::string const key = "k" + std::to_string(i % 8);
    auto const got = co_await store.get(key);
    if (got && *got && (*got)->value == "v") ++found;
    if (!got && got.error() == store_errc::io) ++failed;
  };
  at_once(*this, 64, looks);
  server.sql("DROP VIEW mcpawl.entry");
  server.sql("DROP FUNCTION public.value_of");
  server.sql("ALTER TABLE mcpawl.kept RENAME TO entry");
  BOOST_TEST(found == 56);
  BOOST_TEST(failed == 8);
}

BOOST_AUTO_TEST_CASE(purges_at_once_delete_each_entry_once) {
  // a store deletes nothing in its first hour, so ask with a clock that is past it
  mcpawl::test::manual_clock time;
  auto const store = stores::open_postgres(server.url(), time);
  time.advance(mcpawl::detail::clock_watch::probation);
  for (int i = 0; i != 200; ++i) {
    store_write write("old" + std::to_string(i), "v");
    write.expires(time.wall() + 1);
    await(store->put(std::move(write))).value();
  }
  for (int i = 0; i != 20; ++i) await(store->erase("old" + std::to_string(i), durability::relaxed)).value();
  time.advance(2s);
  std::atomic<std::size_t> deleted{0};
  std::vector<std::thread> all;
  for (int i = 0; i != 4; ++i)
    all.emplace_back([&] {
      for (int round = 0; round != 20; ++round) deleted += await(store->purge(25)).value();
    });
  for (auto& each : all) each.join();
  BOOST_TEST(server.sql("SELECT count(*) FROM mcpawl.entry") == "0");
  BOOST_TEST(deleted <= 200u);
}

BOOST_AUTO_TEST_CASE(what_was_taken_is_kept_for_a_minute_and_then_deleted) {
  mcpawl::test::manual_clock time;
  auto const store = stores::open_postgres(server.url(), time);
  time.advance(mcpawl::detail::clock_watch::probation);
  await(store->put(store_write("k", "v"))).value();
  await(store->take("k", durability::relaxed)).value();
  time.advance(60s);
  BOOST_TEST(await(store->purge(10)).value() == 0u);
  time.advance(1s);
  BOOST_TEST(await(store->purge(10)).value() == 1u);
}

BOOST_AUTO_TEST_CASE(who_is_cancelled_at_any_moment_disturbs_nobody) {
  boost::asio::io_context context{1};
  std::minstd_rand random(7);
  constexpr int all = 1000;
  std::vector<std::unique_ptr<boost::asio::cancellation_signal>> signals;
  int ended = 0, wrong = 0, cancelled = 0;
  auto const work = [](postgres_store& store, int i, int& bad) -> task<> {
    std::string const key = "k" + std::to_string(i % 37), value = "value of " + key;
    store_write write(key, value);
    if (i % 11 == 0) write.survives(durability::power_loss);
    auto const put = co_await store.put(std::move(write));
    if (!put) throw std::runtime_error(put.error().message());
    auto const got = co_await store.get(key);
    if (got && *got && (*got)->value != value) ++bad;
    if (got && !*got) ++bad;
  };
  auto const end = [&](std::exception_ptr e) {
    ++ended;
    if (e) ++cancelled;
  };
  for (int i = 0; i != all; ++i) {
    signals.push_back(std::make_unique<boost::asio::cancellation_signal>());
    auto& signal = *signals.back();
    boost::asio::co_spawn(context, work(i % 2 == 0 ? *one : *two, i, wrong),
                          boost::asio::bind_cancellation_slot(signal.slot(), end));
    // some before they begin, some while they wait, some too late
    for (auto steps = random() % 40; steps != 0; --steps) context.run_for(std::chrono::microseconds{20});
    if (random() % 4 != 0) signals[random() % signals.size()]->emit(boost::asio::cancellation_type::terminal);
  }
  context.restart();
  context.run();
  BOOST_TEST(ended == all);
  BOOST_TEST(wrong == 0);
  BOOST_TEST(cancelled > 0);
  BOOST_TEST(cancelled < all);
  for (auto* const store : {one.get(), two.get()}) {
    await(store->put(store_write("after", "v"))).value();
    BOOST_TEST(await(store->get("after")).value()->value == "v");
  }
}

BOOST_AUTO_TEST_CASE(nothing_that_was_acknowledged_as_durable_is_lost_by_a_crash) {
  for (int round = 0; round != 3; ++round) {
    std::mutex mutex;
    std::map<std::string, std::string> acknowledged;
    std::atomic<bool> enough{false};
    std::vector<std::thread> writers;
    for (int w = 0; w != 4; ++w) {
      writers.emplace_back([&, w] {
        auto& store = w % 2 == 0 ? *one : *two;
        for (int i = 0; !enough; ++i) {
          std::string const key = "d" + std::to_string(w) + '/' + std::to_string(i % 50),
                            value = std::to_string(i);
          store_write write(key, value);
          write.survives(durability::power_loss);
          auto const done = await(store.put(std::move(write)));
          std::lock_guard const lock(mutex);
          if (done)
            acknowledged[key] = value;
          else
            acknowledged.erase(key);  // either
        }
      });
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{100 + 50 * round});
    server.restart(SIGKILL);
    enough = true;
    for (auto& each : writers) each.join();
    BOOST_TEST(acknowledged.size() > 1u);
    for (auto const& [key, value] : acknowledged) {
      auto const found = await(one->get(key)).value();
      BOOST_TEST_REQUIRE(found.has_value());
      BOOST_TEST(found->value == value);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_page_of_what_a_quota_holds_ends_with_its_last_key) {
  server.sql(
      "INSERT INTO mcpawl.entry SELECT ('flow/' || i)::bytea, repeat('v', i)::bytea, 1, 9000000000000, 0, 0, 0"
      " FROM generate_series(1, 5) AS i");
  auto const page = [&](std::string const& behind) {
    std::string text =
        detail::postgres_statements[static_cast<std::size_t>(detail::postgres_operation::count)].sql;
    for (auto const& [parameter, value] :
         {std::pair<std::string, std::string>("$1", '\'' + behind + '\''), {"$2", "'flow0'"}, {"$3", "3"}})
      text.replace(text.find(parameter), parameter.size(), value);
    return server.sql("SET bytea_output = escape; SELECT found::text FROM (" + text + ") AS found");
  };
  BOOST_TEST(page("flow/") == "(24,3,flow/3)");
  BOOST_TEST(page("flow/3") == "(21,2,flow/5)");
  BOOST_TEST(page("flow/5") == "(0,0,)");
}

BOOST_AUTO_TEST_CASE(a_quota_bounds_what_strangers_cause) {
  auto const filler = std::string(1000, 'v');
  server.sql(
      "INSERT INTO mcpawl.entry SELECT ('flow/' || i)::bytea, repeat('v', 1000000)::bytea, 1, 9000000000000, 0, 0, 0"
      " FROM generate_series(1, 107) AS i");
  BOOST_TEST((await(one->put(store_write("flow/new", std::string(1000000, 'v')))).error() ==
              store_errc::over_quota));
  BOOST_TEST(await(one->put(store_write("grant/new", filler))).has_value());
  server.sql("DELETE FROM mcpawl.entry");
  std::this_thread::sleep_for(1100ms);
  BOOST_TEST(await(one->put(store_write("flow/new", std::string(1000000, 'v')))).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
