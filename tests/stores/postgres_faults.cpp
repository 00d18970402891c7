// tests/stores/postgres_faults.cpp - answers are lost, requests come late, the server goes away and comes back
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/store/postgres_store.hpp>

#include "../unit/store/await.hpp"
#include "postgres_backend.hpp"
#include "tcp_proxy.hpp"

#include <boost/test/unit_test.hpp>

#include <signal.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace postgres_faults {

using namespace mcpawl;
using namespace std::chrono_literals;

namespace {

/** A store behind a proxy, and one that nothing gets in the way of. */
struct fixture {
  stores::postgres_server& server = stores::postgres_server::shared();
  stores::tcp_proxy proxy{server.port()};
  std::unique_ptr<postgres_store> direct = stores::open_postgres(server.url());
  std::unique_ptr<postgres_store> store = stores::open_postgres(server.url(proxy.port(), "?sslmode=disable"));

  fixture() {
    server.sql("TRUNCATE mcpawl.entry");
    settle();
  }

  /** Until all connections of the store are made. */
  void settle() const {
    for (int quiet = 0, before = -1, i = 0; quiet != 6 && i != 200; ++i) {
      int const now = proxy.accepted();
      quiet = now == before && now >= 5 ? quiet + 1 : 0;
      before = now;
      std::this_thread::sleep_for(10ms);
    }
  }

  store_version put(std::string key, std::string value) {
    return await(direct->put(store_write(std::move(key), std::move(value)))).value();
  }
  std::optional<std::string> value(std::string key) {
    auto const found = await(direct->get(std::move(key))).value();
    if (!found) return std::nullopt;
    return found->value;
  }
};

/** How long it took, in milliseconds. */
template <class F>
long took(F f) {
  auto const begin = std::chrono::steady_clock::now();
  f();
  return static_cast<long>(
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin)
          .count());
}

}  // namespace

}  // namespace postgres_faults

BOOST_FIXTURE_TEST_SUITE(postgres_faults, fixture)

BOOST_AUTO_TEST_CASE(an_operation_whose_answer_is_lost_is_as_if_run_once) {
  for (durability const how : {durability::relaxed, durability::power_loss}) {
    auto const version = put("k", "1");
    int const before = proxy.lost_answers();
    proxy.lose_answers(1);
    BOOST_TEST(await(store->get("k")).value()->value == "1");
    BOOST_TEST(proxy.lost_answers() == before + 1);
    settle();

    store_write update("k", "2");
    update.survives(how);
    proxy.lose_answers(1);
    auto const updated = await(store->compare_and_set(update, version)).value();
    BOOST_REQUIRE(updated);
    BOOST_TEST(*updated == update.version());
    BOOST_TEST(*value("k") == "2");
    BOOST_TEST(proxy.lost_answers() == before + 2);
    settle();

    proxy.lose_answers(1);
    store_write hopeless("k", "3");
    hopeless.survives(how);
    BOOST_TEST(!await(store->compare_and_set(hopeless, version)).value());
    settle();

    proxy.lose_answers(1);
    auto const taken = await(store->take("k", how)).value();
    BOOST_REQUIRE(taken);
    BOOST_TEST(taken->value == "2");
    BOOST_TEST(taken->version == update.version());
    BOOST_TEST(!await(direct->take("k", how)).value());
    BOOST_TEST(!value("k"));
    settle();

    store_write insert("k", "4");
    insert.survives(how);
    proxy.lose_answers(1);
    auto const inserted = await(store->compare_and_set(insert, store_absent)).value();
    BOOST_REQUIRE(inserted);
    BOOST_TEST(*inserted == insert.version());
    BOOST_TEST(*value("k") == "4");
    settle();

    proxy.lose_answers(1);
    BOOST_TEST(await(store->erase("k", how)).value() == 1u);
    BOOST_TEST(await(store->erase("k", how)).value() == 0u);
    settle();

    put("k", "v");
    proxy.lose_answers(1);
    BOOST_TEST(await(store->scan("k", "", 10)).value().items.size() == 1u);
    BOOST_TEST(proxy.lost_answers() == before + 7);
    settle();
  }
}

BOOST_AUTO_TEST_CASE(a_put_whose_answer_is_lost_is_not_sent_again) {
  for (durability const how : {durability::relaxed, durability::power_loss}) {
    store_write write("k", how == durability::relaxed ? "relaxed" : "durable");
    write.survives(how);
    proxy.lose_answers(1);
    BOOST_TEST((await(store->put(write)).error() == store_errc::unconfirmed));
    // who looks finds that it was done
    auto const found = await(store->get("k")).value();
    BOOST_REQUIRE(found);
    BOOST_TEST(found->version == write.version());
    settle();
  }
}

BOOST_AUTO_TEST_CASE(a_request_that_comes_after_its_repetition_changes_nothing) {
  struct step {
    char const* what;
    std::function<bool()> run;
    std::function<void()> meanwhile;
    std::string left;
  };
  store_write first("k", "first"), second("k", "second");
  std::vector<step> const steps{
      {"insert",
       [&] { return await(store->compare_and_set(first, store_absent)).value() == first.version(); },
       [&] { BOOST_TEST(await(direct->take("k", durability::relaxed)).value().has_value()); }, ""},
      {"insert again",
       [&] { return await(store->compare_and_set(second, store_absent)).value() == second.version(); },
       [&] { put("k", "newer"); }, "newer"},
      {"erase", [&] { return await(store->erase("k", durability::relaxed)).value() == 1; },
       [&] { put("k", "newest"); }, "newest"},
      {"take", [&] { return await(store->take("k", durability::relaxed)).value().has_value(); },
       [&] { put("k", "last"); }, "last"},
  };
  for (auto const& each : steps) {
    BOOST_TEST_CONTEXT(each.what) {
      proxy.hold_next_request();
      BOOST_TEST(each.run());
      BOOST_TEST(proxy.holds());
      each.meanwhile();
      proxy.deliver_held();
      std::this_thread::sleep_for(50ms);
      BOOST_TEST(value("k").value_or("") == each.left);
      settle();
    }
  }
}

BOOST_AUTO_TEST_CASE(an_update_that_comes_late_changes_nothing) {
  auto const begin = put("k", "1");
  store_write update("k", "2");
  proxy.hold_next_request();
  BOOST_TEST((await(store->compare_and_set(update, begin)).value() == update.version()));
  store_write more("k", "3");
  BOOST_TEST((await(direct->compare_and_set(more, update.version())).value() == more.version()));
  BOOST_TEST(proxy.holds());
  proxy.deliver_held();
  std::this_thread::sleep_for(50ms);
  BOOST_TEST(*value("k") == "3");
}

BOOST_AUTO_TEST_CASE(what_was_lost_on_the_way_there_is_sent_again) {
  proxy.lose_requests(1);
  store_write write("k", "v");
  BOOST_TEST((await(store->compare_and_set(write, store_absent)).value() == write.version()));
  BOOST_TEST(*value("k") == "v");
}

BOOST_AUTO_TEST_CASE(without_a_server_it_is_told_within_its_time_and_nothing_was_done) {
  proxy.refuse(true);
  proxy.cut();
  std::this_thread::sleep_for(50ms);
  for (durability const how : {durability::relaxed, durability::power_loss}) {
    store_write write("k", "v");
    write.survives(how);
    long const ms = took([&] { BOOST_TEST((await(store->put(write)).error() == store_errc::unreachable)); });
    BOOST_TEST(ms >= 1900);
    BOOST_TEST(ms < 4000);
  }
  BOOST_TEST((await(store->get("k")).error() == store_errc::unreachable));
  BOOST_TEST(!value("k"));
  proxy.refuse(false);
  long const ms = took([&] { BOOST_TEST(!await(store->get("k")).value()); });
  BOOST_TEST(ms < 1500);
}

BOOST_AUTO_TEST_CASE(a_silent_connection_is_given_up_and_what_may_be_done_is_not_known) {
  auto const version = put("k", "1");
  proxy.blackhole(true);
  store_write update("k", "2");
  long const ms = took([&] {
    BOOST_TEST((await(store->compare_and_set(update, version)).error() == store_errc::unconfirmed));
  });
  BOOST_TEST(ms < 4000);
  BOOST_TEST((await(store->get("k")).error() == store_errc::unreachable));
  proxy.blackhole(false);
  BOOST_TEST(took([&] { await(store->get("k")).value(); }) < 1900);
}

BOOST_AUTO_TEST_CASE(a_server_that_was_restarted_is_found_again) {
  put("k", "v");
  for (int const how : {SIGINT, SIGQUIT, SIGKILL}) {
    // the shared connection of the other store breaks, too
    server.restart(how);
    long const ms = took([&] { BOOST_TEST(await(store->get("k")).value().has_value()); });
    BOOST_TEST(ms < 1900);
    store_write write("k", "w");
    write.survives(durability::power_loss);
    BOOST_TEST(await(store->put(write)).has_value());
  }
}

BOOST_AUTO_TEST_CASE(where_a_server_of_the_url_is_gone_another_is_used) {
  stores::tcp_proxy other(server.port());
  auto const both =
      stores::open_postgres("postgresql://postgres@127.0.0.1:" + std::to_string(proxy.port()) +
                            ",127.0.0.1:" + std::to_string(other.port()) + "/postgres?sslmode=disable");
  await(both->put(store_write("k", "v"))).value();
  BOOST_TEST(other.accepted() == 0);
  proxy.refuse(true);
  proxy.cut();
  BOOST_TEST(took([&] { BOOST_TEST(await(both->get("k")).value().has_value()); }) < 1900);
  BOOST_TEST(other.accepted() > 0);
  // and back
  proxy.refuse(false);
  other.refuse(true);
  other.cut();
  BOOST_TEST(took([&] { BOOST_TEST(await(both->get("k")).value().has_value()); }) < 1900);
}

BOOST_AUTO_TEST_CASE(a_server_that_stands_still_holds_nobody_up_for_longer_than_that) {
  put("k", "v");
  server.signal_all(SIGSTOP);
  long const ms = took([&] { BOOST_TEST(!await(store->get("k")).has_value()); });
  server.signal_all(SIGCONT);
  BOOST_TEST(ms < 4000);
  BOOST_TEST(await(store->get("k")).has_value());
}

BOOST_AUTO_TEST_CASE(a_server_that_only_reads_now_is_left_until_it_writes_again) {
  server.sql("ALTER SYSTEM SET default_transaction_read_only = on");
  server.sql("SELECT pg_reload_conf()");
  std::this_thread::sleep_for(200ms);
  store_write write("k", "v");
  BOOST_TEST((await(store->compare_and_set(write, store_absent)).error() == store_errc::unreachable));
  std::vector<std::string> why;
  auto const opened = postgres_store::open(server.url(), {}, mcpawl::clock::system(), why);
  BOOST_TEST((opened.error() == store_errc::read_only));
  BOOST_TEST_REQUIRE(why.size() == 1u);
  BOOST_TEST(why.front() == "the PostgreSQL server only reads (transaction_read_only)");
  server.sql("ALTER SYSTEM RESET default_transaction_read_only");
  server.sql("SELECT pg_reload_conf()");
  BOOST_TEST(took([&] {
               for (int i = 0; i != 3; ++i)
                 if (await(store->compare_and_set(write, store_absent)).has_value()) return;
             }) < 2500);
  BOOST_TEST(*value("k") == "v");
}

BOOST_AUTO_TEST_CASE(who_waits_for_a_lock_hears_that_the_store_is_busy) {
  put("k", "v");
  std::thread holder(
      [this] { server.sql("BEGIN; SELECT * FROM mcpawl.entry FOR UPDATE; SELECT pg_sleep(1.6); COMMIT"); });
  std::this_thread::sleep_for(200ms);
  BOOST_TEST((await(store->take("k", durability::power_loss)).error() == store_errc::busy));
  holder.join();
  BOOST_TEST(await(store->take("k", durability::power_loss)).value().has_value());
}

BOOST_AUTO_TEST_CASE(a_full_disk_of_the_server_is_told_as_such) {
  server.sql(
      "CREATE FUNCTION public.no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE ="
      " '53100'; END $$; CREATE TRIGGER no_room BEFORE INSERT OR UPDATE ON mcpawl.entry EXECUTE FUNCTION public.no_room()");
  BOOST_TEST((await(store->put(store_write("k", "v"))).error() == store_errc::full));
  BOOST_TEST(!await(store->get("k")).value());
  server.sql("DROP TRIGGER no_room ON mcpawl.entry; DROP FUNCTION public.no_room()");
  BOOST_TEST(await(store->put(store_write("k", "v"))).has_value());
}

BOOST_AUTO_TEST_CASE(a_slow_network_is_waited_for) {
  proxy.delay(20ms);
  for (int i = 0; i != 5; ++i) BOOST_TEST(await(store->put(store_write("k", std::to_string(i)))).has_value());
  proxy.delay(0ms);
  BOOST_TEST(*value("k") == "4");
}

BOOST_AUTO_TEST_CASE(a_store_that_is_closed_answers_who_waits) {
  proxy.blackhole(true);
  std::optional<error_code> answer;
  std::thread waiting([&answer, &from = *store] {
    auto const got = await(from.get("k"));
    answer = got ? error_code{} : got.error();
  });
  std::this_thread::sleep_for(100ms);
  long const ms = took([&] { store.reset(); });
  waiting.join();
  BOOST_TEST((answer == make_error_code(store_errc::unreachable)));
  BOOST_TEST(ms < 4000);
}

BOOST_AUTO_TEST_SUITE_END()
