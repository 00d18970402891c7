// bench/store_size.cpp - what a store takes for with few entries and with many: it must not grow with what is in it
// SPDX-License-Identifier: BSL-1.0
//
//   build/release/bench/store_size [ENTRIES]        100000 by default; 1000000 takes some minutes and 10 GB of disk
//
// Starts servers of its own, as tests/stores do. Half of the entries are registrations of 212 bytes, half grants of 2.8 KB, each of another
// person. With 1000 of them and with all of them it measures the middle of some rounds, one after another, in microseconds:
//
//   open        a process opens the store
//   look-up     a grant by its key
//   scan        the grants of a person
//   write       a grant anew, which may be lost with the power
//   purge       100 entries that have expired, among all the others (Redis deletes them by itself)
#include "../tests/support/temporary_folder.hpp"

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/store/sqlite_store.hpp>
#include <mcpawl/test/manual_clock.hpp>
#include <mcpawl/text/fixed_number.hpp>
#ifdef MCPAWL_BENCH_POSTGRES
#include "../tests/stores/postgres_server.hpp"

#include <mcpawl/store/postgres_store.hpp>
#endif
#ifdef MCPAWL_BENCH_REDIS
#include "../tests/stores/redis_server.hpp"

#include <mcpawl/store/redis/redis_store.hpp>
#endif

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

using mcpawl::kv_store;
using mcpawl::store_write;
using mcpawl::task;

constexpr std::size_t few = 1000, rounds = 15, warming_rounds = 50, expired = 100;

/** Spread over all keys, as random names are, and the same in each run. */
std::string name_of(std::size_t i) { return mcpawl::detail::hex_number(i * 0x9e3779b97f4a7c15u); }
std::string owner_of(std::size_t i) { return "grant/" + name_of(i) + '/'; }
std::string grant_of(std::size_t i) { return owner_of(i) + name_of(i); }

store_write write_of(std::size_t i) {
  if (i % 2 == 0) return {"client/" + name_of(i), std::string(212, 'c')};
  return {grant_of(i), std::string(2800, 'g')};
}

void run(std::vector<task<>> all) {
  boost::asio::io_context context{1};
  for (auto& each : all)
    boost::asio::co_spawn(context, std::move(each), [](std::exception_ptr failed) {
      if (failed) std::rethrow_exception(failed);
    });
  context.run();
}
void run(task<> one) {
  std::vector<task<>> all;
  all.push_back(std::move(one));
  run(std::move(all));
}

task<> fill(kv_store& store, std::size_t from, std::size_t to, std::size_t step) {
  for (std::size_t i = from; i < to; i += step) {
    // a disk that is full of what was written may take longer than a store waits
    for (int attempts = 100; attempts != 0; --attempts) {
      auto write = write_of(i);
      auto const done = co_await store.put(std::move(write));
      if (done) break;
      if (attempts == 1) done.value();
    }
  }
}

double middle(std::vector<double> of) {
  auto const at = of.begin() + static_cast<std::ptrdiff_t>(of.size() / 2);
  std::nth_element(of.begin(), at, of.end());
  return *at;
}

/** Microseconds of each of `count` times. */
double measure(std::size_t count, std::function<task<>(std::size_t)> const& what) {
  // what most operations read is in the caches of a process that has run for a while
  for (std::size_t i = 0; i != warming_rounds; ++i) run(what(rounds + i));
  std::vector<double> all;
  for (std::size_t i = 0; i != rounds; ++i) {
    auto const began = std::chrono::steady_clock::now();
    run(what(i));
    std::chrono::duration<double, std::micro> const spent = std::chrono::steady_clock::now() - began;
    all.push_back(spent.count() / static_cast<double>(count));
  }
  return middle(std::move(all));
}

/** A grant out of `there` entries, another one each time. */
std::size_t some(std::size_t i, std::size_t there) { return i * 7919 % (there / 2) * 2 + 1; }

task<> look_up(kv_store& store, std::size_t round, std::size_t there) {
  for (std::size_t i = 0; i != 100; ++i) {
    std::string key = grant_of(some(round * 100 + i, there));
    auto const found = co_await store.get(std::move(key));
    if (!found || !*found) throw std::runtime_error("a grant is missing");
  }
}
task<> scan(kv_store& store, std::size_t round, std::size_t there) {
  for (std::size_t i = 0; i != 100; ++i) {
    std::string prefix = owner_of(some(round * 100 + i, there));
    auto const page = co_await store.scan(std::move(prefix), "", 10);
    if (!page || page->items.size() != 1) throw std::runtime_error("a grant is not among those of its owner");
  }
}
task<> write(kv_store& store, std::size_t round, std::size_t there) {
  for (std::size_t i = 0; i != 100; ++i) {
    auto again = write_of(some(round * 100 + i, there));
    auto const done = co_await store.put(std::move(again));
    done.value();
  }
}
task<> purge(kv_store& store) {
  std::size_t all = 0;
  for (std::size_t some_of_them = expired; some_of_them != 0; all += some_of_them) {
    auto const purged = co_await store.purge(expired);
    some_of_them = purged.value();
  }
  if (all != expired) throw std::runtime_error(std::to_string(all) + " entries were purged");
}
task<> add_expiring(kv_store& store, std::size_t round, mcpawl::unix_seconds when) {
  for (std::size_t i = 0; i != expired; ++i) {
    store_write over("flow/" + name_of(round * expired + i), std::string(500, 'f'));
    over.expires(when);
    auto const done = co_await store.put(std::move(over));
    done.value();
  }
}

struct figures {
  double open, look_up, scan, write, purge;
};

/** The time of the stores that purge: they delete nothing before a clock has run well for an hour. */
mcpawl::test::manual_clock time_of_stores(mcpawl::clock::system().wall());

figures measure_all(std::function<std::shared_ptr<kv_store>()> const& open, bool purges, std::size_t there) {
  figures out{};
  std::vector<double> opening;
  for (std::size_t i = 0; i != rounds; ++i) {
    auto const began = std::chrono::steady_clock::now();
    auto const opened = open();
    std::chrono::duration<double, std::micro> const spent = std::chrono::steady_clock::now() - began;
    opening.push_back(spent.count());
  }
  out.open = middle(std::move(opening));
  auto const store = open();
  out.look_up = measure(100, [&](std::size_t i) { return look_up(*store, i, there); });
  out.scan = measure(100, [&](std::size_t i) { return scan(*store, i, there); });
  out.write = measure(100, [&](std::size_t i) { return write(*store, i, there); });
  if (!purges) return out;
  std::vector<double> purging;
  time_of_stores.advance(std::chrono::hours{1});
  for (std::size_t i = 0; i != rounds; ++i) {
    run(add_expiring(*store, i, time_of_stores.wall() + 100));
    // by a margin, since the clocks of instances may differ
    time_of_stores.advance(std::chrono::seconds{200});
    auto const began = std::chrono::steady_clock::now();
    run(purge(*store));
    std::chrono::duration<double, std::micro> const spent = std::chrono::steady_clock::now() - began;
    purging.push_back(spent.count());
  }
  out.purge = middle(std::move(purging));
  return out;
}

void print(char const* store, char const* what, double little, double much) {
  std::printf("| %s | %s | %.0f | %.0f | %.2f |\n", store, what, little, much, much / little);
  std::fflush(stdout);
}

void measure(char const* name, std::function<std::shared_ptr<kv_store>()> const& open, bool purges,
             std::size_t entries) {
  auto const filled = [&open](std::size_t from, std::size_t to) {
    auto const store = open();
    constexpr std::size_t at_once = 64;
    std::vector<task<>> all;
    for (std::size_t i = 0; i != at_once; ++i) all.push_back(fill(*store, from + i, to, at_once));
    run(std::move(all));
  };
  filled(0, few);
  auto const little = measure_all(open, purges, few);
  filled(few, entries);
  auto const much = measure_all(open, purges, entries);
  print(name, "open", little.open, much.open);
  print(name, "look-up", little.look_up, much.look_up);
  print(name, "scan", little.scan, much.scan);
  print(name, "write", little.write, much.write);
  if (purges) print(name, "purge of 100", little.purge, much.purge);
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t const entries = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 100'000;
  if (entries < 2 * few) {
    std::fprintf(stderr, "usage: %s [ENTRIES], at least %zu\n", argv[0], 2 * few);
    return 2;
  }
  std::printf("| store | | 1000 entries, us | %zu, us | ratio |\n|---|---|---:|---:|---:|\n", entries);
  {
    temporary_folder const folder;
    auto const open = [&]() -> std::shared_ptr<kv_store> {
      return mcpawl::sqlite_store::open(folder.file("store.db"), time_of_stores).value();
    };
    measure("SQLite", open, true, entries);
  }
#ifdef MCPAWL_BENCH_POSTGRES
  {
    stores::postgres_server const server;
    auto const open = [&]() -> std::shared_ptr<kv_store> {
      mcpawl::postgres_options options;
      options.log = mcpawl::logger::none();
      return mcpawl::postgres_store::open(server.url(), options, time_of_stores).value();
    };
    measure("PostgreSQL", open, true, entries);
  }
#endif
#ifdef MCPAWL_BENCH_REDIS
  {
    redis_test::server const server(redis_test::durable());
    auto const open = [&]() -> std::shared_ptr<kv_store> {
      std::vector<std::string> mistakes;
      auto options = mcpawl::redis_options::parse(server.url(), mistakes).value();
      options.log = mcpawl::logger::none();
      return mcpawl::redis_store::open(std::move(options)).value();
    };
    measure("Redis", open, false, entries);
  }
#endif
  return 0;
}
