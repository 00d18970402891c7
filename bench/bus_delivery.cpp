// bench/bus_delivery.cpp - how long a message between instances takes, and what it costs
// SPDX-License-Identifier: BSL-1.0
//
//   build/release/bench/bus_delivery [ROUNDS]
//
// Starts servers of its own, as tests/stores do. One instance publishes messages of 200 bytes to all, and three others hear them; each has
// a store of its own, all in this process. Latency is from the call of publish to that of a receiver, of all three; processor time is per
// message, of this process (who publishes and who hears, four instances together) and of the server. The middle of all rounds is printed.
//
//   alone        a message each 2 ms
//   32 at once   so many are on their way
#include <mcpawl/core/log.hpp>
#include <mcpawl/store/bus_channel.hpp>
#include <mcpawl/store/memory_store.hpp>
#ifdef MCPAWL_BENCH_SQLITE
#include "../tests/support/temporary_folder.hpp"

#include <mcpawl/store/sqlite_store.hpp>
#endif
#ifdef MCPAWL_BENCH_POSTGRES
#include "../tests/stores/postgres_server.hpp"

#include <mcpawl/store/postgres_store.hpp>
#endif
#ifdef MCPAWL_BENCH_REDIS
#include "../tests/stores/redis_server.hpp"

#include <mcpawl/store/redis/redis_store.hpp>
#endif

#include "processor_time.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fstream>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace {

using steady = std::chrono::steady_clock;

using bench::cpu_us;

/** Of a process and its children. */
double cpu_us_of(pid_t pid) {
  std::string const folder = "/proc/" + std::to_string(pid);
  double out = 0;
  // nanoseconds on a processor, of each thread
  std::ifstream(folder + "/schedstat") >> out;
  out /= 1e3;
  std::ifstream children(folder + "/task/" + std::to_string(pid) + "/children");
  for (pid_t each = 0; children >> each;) out += cpu_us_of(each);
  return out;
}

class clocked final : public mcpawl::bus_receiver {
public:
  void on_message(std::string_view message) override {
    steady::rep sent = 0;
    std::memcpy(&sent, message.data(), sizeof sent);
    latencies[count.load()] =
        std::chrono::duration<double, std::micro>(steady::now().time_since_epoch() - steady::duration{sent})
            .count();
    ++count;
  }
  void on_connected() override { connected = true; }
  void on_disconnected() override { std::puts("a connection was lost"); }

  std::vector<double> latencies;
  std::atomic<std::size_t> count{0};
  std::atomic<bool> connected{false};
};

void wait_until(std::function<bool()> const& ready) {
  auto const patience = steady::now() + std::chrono::seconds{30};
  while (!ready()) {
    if (steady::now() > patience) throw std::runtime_error("a message is missing");
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
}

mcpawl::task<> publish(mcpawl::bus_channel& over, std::size_t count, std::chrono::microseconds pause) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
  for (std::size_t i = 0; i != count; ++i) {
    std::string message(200, 'm');
    steady::rep const now = steady::now().time_since_epoch().count();
    std::memcpy(message.data(), &now, sizeof now);
    auto const done = co_await over.publish(0, std::move(message));
    if (!done) throw std::runtime_error(done.error().message());
    if (pause.count() == 0) continue;
    timer.expires_after(pause);
    co_await timer.async_wait(boost::asio::use_awaitable);
  }
}

double part(std::vector<double>& of, double which) {
  auto const at = of.begin() + static_cast<std::ptrdiff_t>(which * static_cast<double>(of.size() - 1));
  std::nth_element(of.begin(), at, of.end());
  return *at;
}
double middle(std::vector<double> of) { return part(of, 0.5); }

void measure(char const* name, std::function<std::shared_ptr<mcpawl::kv_store>()> const& open, pid_t server,
             int rounds) {
  auto const own = open();
  auto const sender = own->make_channel();
  std::vector<std::shared_ptr<mcpawl::kv_store>> stores;
  std::vector<std::unique_ptr<clocked>> heard;
  std::vector<std::unique_ptr<mcpawl::bus_channel>> channels;
  for (mcpawl::instance_id i = 1; i != 4; ++i) {
    stores.push_back(open());
    heard.push_back(std::make_unique<clocked>());
    channels.push_back(stores.back()->make_channel());
    channels.back()->listen(i, *heard.back());
    wait_until([&] { return heard.back()->connected.load(); });
  }
  for (std::size_t const at_once : {std::size_t{1}, std::size_t{32}}) {
    std::size_t const all = at_once == 1 ? 1000 : 9600;
    std::vector<double> p50, p99, ours, theirs;
    for (int round = 0; round != rounds; ++round) {
      for (auto const& each : heard) {
        each->latencies.assign(all, 0.0);
        each->count = 0;
      }
      double const began = cpu_us(), server_began = cpu_us_of(server);
      boost::asio::io_context context{1};
      for (std::size_t i = 0; i != at_once; ++i)
        boost::asio::co_spawn(
            context, publish(*sender, all / at_once, std::chrono::microseconds{at_once == 1 ? 2000 : 0}),
            [](std::exception_ptr failed) {
              if (failed) std::rethrow_exception(failed);
            });
      context.run();
      wait_until([&] {
        return std::all_of(heard.begin(), heard.end(), [&](auto const& each) { return each->count == all; });
      });
      ours.push_back((cpu_us() - began) / static_cast<double>(all));
      theirs.push_back((cpu_us_of(server) - server_began) / static_cast<double>(all));
      std::vector<double> latencies;
      for (auto const& each : heard)
        latencies.insert(latencies.end(), each->latencies.begin(), each->latencies.end());
      p50.push_back(part(latencies, 0.5));
      p99.push_back(part(latencies, 0.99));
    }
    std::printf("| %s | %s | %.0f | %.0f | %.1f | %.1f |\n", name, at_once == 1 ? "alone" : "32 at once",
                middle(p50), middle(p99), middle(ours), server == 0 ? 0.0 : middle(theirs));
  }
  for (auto const& each : channels) each->close();
}

}  // namespace

int main(int argc, char** argv) {
  int const rounds = argc > 1 ? std::atoi(argv[1]) : 5;
  std::puts("| store | load | p50, us | p99, us | process, us | server, us |\n|---|---|---:|---:|---:|---:|");
  auto const memory = std::make_shared<mcpawl::memory_store>();
  measure("memory", [&] { return memory; }, 0, rounds);
#ifdef MCPAWL_BENCH_SQLITE
  {
    temporary_folder const folder;
    auto const open = [&]() -> std::shared_ptr<mcpawl::kv_store> {
      return mcpawl::sqlite_store::open(folder.file("store.db")).value();
    };
    measure("SQLite", open, 0, rounds);
  }
#endif
#ifdef MCPAWL_BENCH_POSTGRES
  {
    stores::postgres_server const server;
    auto const open = [&]() -> std::shared_ptr<mcpawl::kv_store> {
      mcpawl::postgres_options options;
      options.log = mcpawl::logger::none();
      return mcpawl::postgres_store::open(server.url(), options).value();
    };
    measure("PostgreSQL", open, server.pid(), rounds);
  }
#endif
#ifdef MCPAWL_BENCH_REDIS
  {
    redis_test::server const server(redis_test::durable());
    auto const open = [&]() -> std::shared_ptr<mcpawl::kv_store> {
      std::vector<std::string> mistakes;
      auto options = mcpawl::redis_options::parse(server.url(), mistakes).value();
      options.log = mcpawl::logger::none();
      return mcpawl::redis_store::open(std::move(options)).value();
    };
    measure("Redis", open, server.pid(), rounds);
  }
#endif
  return 0;
}
