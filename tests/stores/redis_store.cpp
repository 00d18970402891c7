// tests/stores/redis_store.cpp - many callers of a Redis store, and what it leaves in the server
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/store/redis/redis_store.hpp>

#include "redis_opened.hpp"
#include "redis_server.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

BOOST_AUTO_TEST_SUITE(redis_store_itself)

using namespace mcpawl;
using namespace redis_test;

namespace {

server& durable_server() {
  static server only(durable());
  return only;
}

struct emptied {
  emptied() { durable_server().connect().ask({"FLUSHALL"}); }
  server& at = durable_server();
};

task<> write_and_count(kv_store& to, int n, std::atomic<int>& count) {
  store_write one("k" + std::to_string(n), "v");
  if (n % 2 == 0) one.survives(durability::power_loss);
  auto const written = co_await to.compare_and_set(std::move(one), store_absent);
  if (written && *written) ++count;
}

}  // namespace

BOOST_AUTO_TEST_CASE(fifty_writers_lose_nothing) {
  emptied const with;
  auto const one = open(with.at.url()), other = open(with.at.url());
  put(*one, "n", "0").value();
  constexpr int writers = 50, each = 4;
  std::atomic<int> failed{0};
  support::on_threads(writers, [&](int i) {
    auto& store = i % 2 == 0 ? *one : *other;
    for (int added = 0; added != each;) {
      auto const now = await(store.get("n"));
      if (!now || !*now) {
        ++failed;
        return;
      }
      auto const written = await(store.compare_and_set(
          write_of("n", std::to_string(std::stoi((*now)->value) + 1)), (*now)->version));
      if (written && *written) ++added;
    }
  });
  BOOST_TEST(failed == 0);
  BOOST_TEST(*get(*one, "n") == std::to_string(writers * each));
}

BOOST_AUTO_TEST_CASE(one_of_fifty_takes_wins) {
  emptied const with;
  auto const one = open(with.at.url()), other = open(with.at.url());
  for (int round = 0; round != 5; ++round) {
    put(*one, "code", "v", durability::power_loss).value();
    std::atomic<int> won{0};
    support::on_threads(50, [&](int i) {
      auto const taken = await((i % 2 == 0 ? *one : *other).take("code", durability::power_loss));
      if (taken && *taken) ++won;
    });
    BOOST_TEST(won == 1);
  }
}

BOOST_AUTO_TEST_CASE(many_operations_share_two_connections) {
  emptied const with;
  auto const store = open(with.at.url());
  boost::asio::io_context context{1};
  std::atomic<int> written{0};
  constexpr int count = 4000;
  for (int i = 0; i != count; ++i)
    boost::asio::co_spawn(context, write_and_count(*store, i, written), [](std::exception_ptr) {});
  context.run();
  BOOST_TEST(written == count);
  auto there = with.at.connect();
  BOOST_TEST(there.ask({"DBSIZE"}).number == count);
  auto const clients = there.ask({"CLIENT", "LIST"}).text;
  BOOST_TEST(std::count(clients.begin(), clients.end(), '\n') == 3);  // this one, too
}

BOOST_AUTO_TEST_CASE(a_scan_sees_what_stays_while_others_come_and_go) {
  emptied const with;
  auto const store = open(with.at.url()), other = open(with.at.url());
  std::string const group = "grant/owner/";
  for (int i = 100; i != 200; ++i) put(*store, group + "stays" + std::to_string(i), "v").value();
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (int i = 0; !stop; ++i) {
      std::string const key = group + "stays" + std::to_string(100 + i % 100) + "x";
      if (i % 2 == 0)
        await(other->put(write_of(key, "new"))).value();
      else
        await(other->take(group + "stays" + std::to_string(100 + (i - 1) % 100) + "x", durability::relaxed))
            .value();
    }
  });
  for (int round = 0; round != 10; ++round) {
    std::map<std::string, int> seen;
    std::string last;
    for (std::string after;;) {
      auto const page = await(store->scan(group, after, 7)).value();
      for (auto const& each : page.items) {
        BOOST_TEST((each.key > last));
        last = each.key;
        if (!each.key.ends_with('x')) ++seen[each.key];
      }
      if (!page.next) break;
      after = *page.next;
    }
    BOOST_TEST(seen.size() == 100u);
    for (auto const& [key, times] : seen) BOOST_TEST(times == 1, key);
  }
  stop = true;
  writer.join();
}

BOOST_AUTO_TEST_CASE(an_index_lives_as_long_as_its_last_entry) {
  emptied const with;
  auto const store = open(with.at.url() + "?prefix=p");
  auto there = with.at.connect();
  auto const now = clock::system().wall();
  auto const left = [&there] { return there.ask({"PTTL", "p:{grant/o}:i"}).number; };
  auto const write = [&](std::string key, unix_seconds expires) {
    await(store->put(write_of("grant/o/" + std::move(key), "v", durability::relaxed, expires))).value();
  };
  write("a", now + 100);
  BOOST_TEST((left() > 150'000 && left() <= 160'000));
  write("b", now + 1000);
  BOOST_TEST(left() > 1'050'000);
  write("c", now + 10);
  BOOST_TEST(left() > 1'050'000);
  write("d", never_expires);
  BOOST_TEST(left() == -1);
  write("e", now + 10);
  BOOST_TEST(left() == -1);
  BOOST_TEST(there.ask({"PTTL", "p:{grant/o}:grant/o/d"}).number == -1);
  BOOST_TEST(there.ask({"PTTL", "p:{grant/o}:grant/o/e"}).number <= 70'000);
  // what is taken leaves the index at once, and the server within a minute
  await(store->erase("grant/o/d", durability::relaxed)).value();
  BOOST_TEST(there.ask({"ZCARD", "p:{grant/o}:i"}).number == 4);
  BOOST_TEST(there.ask({"PTTL", "p:{grant/o}:grant/o/d"}).number <= 60'000);
  // what the server has dropped is dropped from the index by who looks
  there.ask({"DEL", "p:{grant/o}:grant/o/a"});
  BOOST_TEST(await(store->scan("grant/o/", "", 1)).value().items.front().key == "grant/o/b");
  BOOST_TEST(there.ask({"ZCARD", "p:{grant/o}:i"}).number == 3);
}

BOOST_AUTO_TEST_CASE(stores_of_two_prefixes_do_not_meet) {
  emptied const with;
  auto const one = open(with.at.url("?prefix=one")), other = open(with.at.url("?prefix=other"));
  put(*one, "k", "1").value();
  BOOST_TEST(!get(*other, "k"));
  put(*other, "k", "2").value();
  BOOST_TEST(*get(*one, "k") == "1");
  auto const elsewhere = open("redis://127.0.0.1:" + std::to_string(with.at.port()) + "/1?prefix=one");
  BOOST_TEST(!get(*elsewhere, "k"));
}

BOOST_AUTO_TEST_CASE(what_another_program_has_written_is_not_touched) {
  emptied const with;
  auto const store = open(with.at.url());
  auto there = with.at.connect();
  there.ask({"SET", "mcpawl:{k}:k", "no value of ours"});
  BOOST_TEST((await(store->get("k")).error() == store_errc::foreign));
  there.ask({"DEL", "mcpawl:{k}:k"});
  there.ask({"LPUSH", "mcpawl:{k}:k", "x"});
  BOOST_TEST((await(store->get("k")).error() == store_errc::foreign));
  BOOST_TEST((insert(*store, "k", "v").error() == store_errc::foreign));
  BOOST_TEST((await(store->take("k", durability::relaxed)).error() == store_errc::foreign));
  BOOST_TEST(there.ask({"LLEN", "mcpawl:{k}:k"}).number == 1);
}

BOOST_AUTO_TEST_CASE(scripts_that_the_server_has_forgotten_are_told_again) {
  emptied const with;
  auto const store = open(with.at.url());
  for (int i = 0; i != 3; ++i) {
    with.at.connect().ask({"SCRIPT", "FLUSH"});
    std::string const key = "grant/o/" + std::to_string(i);
    auto const version =
        insert(*store, key, "v", i == 0 ? durability::power_loss : durability::relaxed).value();
    BOOST_REQUIRE(version);
    with.at.connect().ask({"SCRIPT", "FLUSH"});
    BOOST_TEST(await(store->compare_and_set(write_of(key, "w"), *version)).value().has_value());
    with.at.connect().ask({"SCRIPT", "FLUSH"});
    BOOST_TEST(await(store->scan("grant/o/", "", 10)).value().items.size() == 1u);
    with.at.connect().ask({"SCRIPT", "FLUSH"});
    BOOST_TEST(await(store->take(key, durability::power_loss)).value()->value == "w");
  }
}

BOOST_AUTO_TEST_CASE(a_full_server_takes_nothing_new_and_gives_what_it_has) {
  server small({"--appendonly", "yes", "--appendfsync", "always", "--maxmemory", "8mb"});
  auto const store = open(small.url());
  auto const version = insert(*store, "grant/o/first", std::string(2800, 'a')).value();
  BOOST_REQUIRE(version);
  error_code full;
  int n = 0;
  for (; n != 100 && !full; ++n) {
    auto const written = insert(*store, "flow/" + std::to_string(n), std::string(500'000, 'v'));
    if (!written) full = written.error();
  }
  BOOST_TEST((full == store_errc::full));
  BOOST_TEST((full == condition::unavailable));
  error_code put_failed;
  for (n = 0; n != 100 && !put_failed; ++n) {
    auto const written =
        put(*store, "flow/p" + std::to_string(n), std::string(500'000, 'v'), durability::power_loss);
    if (!written) put_failed = written.error();
  }
  BOOST_TEST((put_failed == store_errc::full));
  BOOST_TEST(get(*store, "grant/o/first")->size() == 2800u);
  auto const changed = await(store->compare_and_set(
      write_of("grant/o/first", std::string(2800, 'b'), durability::power_loss), *version));
  BOOST_TEST((changed && *changed));
  BOOST_TEST(await(store->scan("grant/o/", "", 10)).value().items.size() == 1u);
  BOOST_TEST(await(store->take("grant/o/first", durability::power_loss)).value()->value ==
             std::string(2800, 'b'));
  BOOST_TEST(await(store->erase("flow/0", durability::relaxed)).value() == 1u);
}

BOOST_AUTO_TEST_CASE(a_caller_that_is_cancelled_disturbs_nobody) {
  emptied const with;
  auto const store = open(with.at.url());
  boost::asio::io_context context{1};
  int ended = 0, wrong = 0;
  constexpr int count = 1000;
  std::vector<std::unique_ptr<boost::asio::cancellation_signal>> signals;
  auto work = [](kv_store& in, int n, int& mistakes) -> task<> {
    std::string const value = "v" + std::to_string(n);
    store_write one("k" + std::to_string(n), value);
    auto const written = co_await in.put(std::move(one));
    if (!written) co_return;
    auto const found = co_await in.get("k" + std::to_string(n));
    if (found && (!*found || (*found)->value != value)) ++mistakes;
  };
  std::vector<std::unique_ptr<boost::asio::steady_timer>> timers;
  for (int i = 0; i != count; ++i) {
    signals.push_back(std::make_unique<boost::asio::cancellation_signal>());
    boost::asio::co_spawn(context, work(*store, i, wrong),
                          boost::asio::bind_cancellation_slot(signals.back()->slot(),
                                                              [&ended](std::exception_ptr) { ++ended; }));
    timers.push_back(
        std::make_unique<boost::asio::steady_timer>(context, std::chrono::microseconds{(i * 7919) % 60'000}));
    timers.back()->async_wait([signal = signals.back().get()](error_code const&) {
      signal->emit(boost::asio::cancellation_type::terminal);
    });
  }
  context.run();
  BOOST_TEST(ended == count);
  BOOST_TEST(wrong == 0);
  put(*store, "after", "v").value();
  BOOST_TEST(*get(*store, "after") == "v");
}

BOOST_AUTO_TEST_CASE(a_store_that_is_closed_at_once_is_closed_at_once) {
  emptied const with;
  auto const began = std::chrono::steady_clock::now();
  for (int i = 0; i != 20; ++i) open(with.at.url());
  BOOST_TEST((std::chrono::steady_clock::now() - began < std::chrono::seconds{5}));
}

BOOST_AUTO_TEST_CASE(a_store_that_is_closed_answers_first) {
  emptied const with;
  auto store = open(with.at.url());
  boost::asio::io_context context{1};
  std::atomic<int> written{0};
  for (int i = 0; i != 100; ++i)
    boost::asio::co_spawn(context, write_and_count(*store, i, written), [](std::exception_ptr) {});
  context.poll();
  auto const began = std::chrono::steady_clock::now();
  store.reset();
  BOOST_TEST((std::chrono::steady_clock::now() - began < std::chrono::seconds{1}));
  context.restart();
  context.run();
  BOOST_TEST(written == 100);
}

BOOST_AUTO_TEST_SUITE_END()
