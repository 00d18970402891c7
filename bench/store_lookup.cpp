// bench/store_lookup.cpp - what an entry costs that is read from PostgreSQL, beside a bare SELECT through the same library
// SPDX-License-Identifier: BSL-1.0
//
//   build/release/bench/store_lookup [ROUNDS]
//
// Starts a PostgreSQL server of its own, as tests/stores do. Entries have 1.8 KB, as a grant has. Each line: microseconds of processor
// time of this process, all threads together, for one entry; the server's are not in it. Both take turns, and the middle of all rounds is
// printed.
//
//   alone        one after another
//   32 at once   so many are on their way, on one connection in both cases
#include "../tests/stores/postgres_server.hpp"
#include "processor_time.hpp"

#include <mcpawl/store/postgres_handle.hpp>
#include <mcpawl/store/postgres_statements.hpp>
#include <mcpawl/store/postgres_store.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <poll.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

constexpr int entries = 256;

using bench::cpu_us;

std::string key_of(int i) { return "grant/somebody/" + std::to_string(i % entries); }

mcpawl::task<> read(mcpawl::postgres_store& store, int count) {
  for (int i = 0; i != count; ++i) {
    std::string key = key_of(i);
    auto const found = co_await store.get(std::move(key));
    if (!found || !*found) throw std::runtime_error("an entry is missing");
  }
}

double through_store(mcpawl::postgres_store& store, int at_once, int all) {
  boost::asio::io_context context{1};
  double const before = cpu_us();
  for (int i = 0; i != at_once; ++i)
    boost::asio::co_spawn(context, read(store, all / at_once), boost::asio::detached);
  context.run();
  return (cpu_us() - before) / all;
}

/** The same statement, parameters and form of the answer; the value is copied, too. */
class bare {
public:
  explicit bare(std::string const& url) : on_(PQconnectdb(url.c_str())) {
    auto const& get = mcpawl::detail::postgres_statements[0];
    std::array<Oid, 2> const types{17, 20};
    mcpawl::detail::postgres_result const made(
        PQprepare(on_.get(), get.name, get.sql, get.parameters, types.data()));
    if (PQresultStatus(made.get()) != PGRES_COMMAND_OK) throw std::runtime_error(PQerrorMessage(on_.get()));
    PQsetnonblocking(on_.get(), 1);
    PQenterPipelineMode(on_.get());
  }

  double measure(int at_once, int all) {
    double const before = cpu_us();
    int sent = 0, got = 0;
    while (got != all) {
      while (sent != all && sent - got != at_once) send(sent++);
      while (PQflush(on_.get()) == 1) wait(POLLOUT);
      while (PQisBusy(on_.get()) != 0) {
        wait(POLLIN);
        if (PQconsumeInput(on_.get()) == 0) throw std::runtime_error(PQerrorMessage(on_.get()));
      }
      mcpawl::detail::postgres_result const next(PQgetResult(on_.get()));
      if (PQresultStatus(next.get()) == PGRES_TUPLES_OK)
        value_ = mcpawl::detail::postgres_bytes(next.get(), 0, 0);
      if (PQresultStatus(next.get()) == PGRES_PIPELINE_SYNC) ++got;
    }
    return (cpu_us() - before) / all;
  }

private:
  void send(int i) {
    std::string const key = key_of(i), now = mcpawl::detail::postgres_integer(1);
    std::array<char const*, 2> const values{key.data(), now.data()};
    std::array<int, 2> const lengths{static_cast<int>(key.size()), static_cast<int>(now.size())},
        formats{1, 1};
    PQsendQueryPrepared(on_.get(), "get", 2, values.data(), lengths.data(), formats.data(), 1);
    PQpipelineSync(on_.get());
  }
  void wait(short events) const {
    pollfd one{PQsocket(on_.get()), events, 0};
    ::poll(&one, 1, -1);
  }

  mcpawl::detail::postgres_handle on_;
  std::string value_;
};

double middle(std::vector<double> of) {
  std::sort(of.begin(), of.end());
  return of[of.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  int const rounds = argc > 1 ? std::atoi(argv[1]) : 9;
  stores::postgres_server const server;
  auto const store = mcpawl::postgres_store::open(server.url()).value();
  for (int i = 0; i != entries; ++i) {
    boost::asio::io_context context{1};
    auto put = [](mcpawl::postgres_store& to, int n) -> mcpawl::task<> {
      mcpawl::store_write write(key_of(n), std::string(1800, 'v'));
      auto const done = co_await to.put(std::move(write));
      done.value();
    };
    boost::asio::co_spawn(context, put(*store, i), boost::asio::detached);
    context.run();
  }
  bare direct(server.url());
  for (int const at_once : {1, 32}) {
    constexpr int all = 3200;
    std::vector<double> ours, theirs;
    for (int i = 0; i != rounds; ++i) {
      ours.push_back(through_store(*store, at_once, all));
      theirs.push_back(direct.measure(at_once, all));
    }
    std::printf("%-11s postgres_store %6.1f us   bare SELECT %6.1f us   ratio %.2f\n",
                at_once == 1 ? "alone" : "32 at once", middle(ours), middle(theirs),
                middle(ours) / middle(theirs));
  }
}
