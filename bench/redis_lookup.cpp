// bench/redis_lookup.cpp - what a look-up in a Redis store costs, against a bare GET through hiredis
// SPDX-License-Identifier: BSL-1.0
//
//   build/release/bench/redis_lookup
//
// CPU time of this process, the thread of the store included, for values of 1.8 KB; the server is a process of its own and not counted. Both
// are measured in turn, five times, and the medians compared: alone (each asked when the one before is answered), and 32 at once.
#include <mcpawl/store/redis/redis_store.hpp>

#include "../tests/stores/redis_server.hpp"
#include "processor_time.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <hiredis/hiredis.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace {

constexpr std::size_t lookups = 20'000, entries = 256;

std::string key_of(std::size_t i) { return "grant/owner/" + std::to_string(i % entries); }

/** Microseconds of CPU per look-up. */
template <class F>
double cost_of(F work) {
  double const before = bench::cpu_us();
  work();
  return (bench::cpu_us() - before) / static_cast<double>(lookups);
}

double median(std::array<double, 5> of) {
  std::sort(of.begin(), of.end());
  return of[2];
}

void ask_bare(redisContext* over, std::size_t at_once) {
  for (std::size_t i = 0; i < lookups; i += at_once) {
    for (std::size_t k = 0; k != at_once; ++k) {
      std::string const name = "mcpawl:{grant/owner}:" + key_of(i + k);
      redisAppendCommand(over, "GET %b", name.data(), name.size());
    }
    for (std::size_t k = 0; k != at_once; ++k) {
      void* reply = nullptr;
      if (redisGetReply(over, &reply) != REDIS_OK ||
          static_cast<redisReply*>(reply)->type != REDIS_REPLY_STRING)
        throw std::runtime_error("no value");
      freeReplyObject(reply);
    }
  }
}

mcpawl::task<> look_up(mcpawl::kv_store& in, std::size_t first, std::size_t step) {
  for (std::size_t i = first; i < lookups; i += step) {
    auto const found = co_await in.get(key_of(i));
    if (!found || !*found) throw std::runtime_error("no entry");
  }
}

void ask_store(mcpawl::kv_store& store, std::size_t at_once) {
  boost::asio::io_context context{1};
  // as in a server, where some timer is always due before a wait without end
  boost::asio::steady_timer other(context, std::chrono::hours{1});
  other.async_wait([](boost::system::error_code const&) {});
  std::exception_ptr failed;
  std::size_t running = at_once;
  for (std::size_t i = 0; i != at_once; ++i)
    boost::asio::co_spawn(context, look_up(store, i, at_once), [&](std::exception_ptr e) {
      if (e) failed = e;
      if (--running == 0) other.cancel();
    });
  context.run();
  if (failed) std::rethrow_exception(failed);
}

mcpawl::task<> fill(mcpawl::kv_store& store) {
  for (std::size_t i = 0; i != entries; ++i) {
    mcpawl::store_write write(key_of(i), std::string(1800, 'v'));
    auto const written = co_await store.put(std::move(write));
    if (!written) throw std::runtime_error(written.error().message());
  }
}

}  // namespace

int main() {
  redis_test::server const at(redis_test::durable());
  auto const store = mcpawl::redis_store::open_url(at.url(), mcpawl::clock::system()).value();
  {
    boost::asio::io_context context{1};
    boost::asio::co_spawn(context, fill(*store), [](std::exception_ptr e) {
      if (e) std::rethrow_exception(e);
    });
    context.run();
  }
  std::unique_ptr<redisContext, void (*)(redisContext*)> const bare(redisConnect("127.0.0.1", at.port()),
                                                                    &redisFree);
  std::puts("| look-ups at once | bare GET, us | redis_store, us | ratio |\n|---:|---:|---:|---:|");
  for (std::size_t const at_once : {std::size_t{1}, std::size_t{32}}) {
    std::array<double, 5> of_bare{}, of_store{};
    for (std::size_t i = 0; i != of_bare.size(); ++i) {
      of_bare[i] = cost_of([&] { ask_bare(bare.get(), at_once); });
      of_store[i] = cost_of([&] { ask_store(*store, at_once); });
    }
    std::printf("| %zu | %.2f | %.2f | %.2f |\n", at_once, median(of_bare), median(of_store),
                median(of_store) / median(of_bare));
  }
  return 0;
}
