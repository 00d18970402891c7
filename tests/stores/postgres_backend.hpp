// tests/stores/postgres_backend.hpp - two PostgreSQL stores over one table, for the cases that every store is tried with
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "postgres_server.hpp"

#include <mcpawl/core/clock.hpp>
#include <mcpawl/store/postgres_store.hpp>
#include <mcpawl/test/manual_clock.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace stores {

inline std::unique_ptr<mcpawl::postgres_store> open_postgres(
    std::string const& url, mcpawl::clock const& time = mcpawl::clock::system(),
    mcpawl::postgres_options const& options = {}) {
  std::vector<std::string> why;
  auto opened = mcpawl::postgres_store::open(url, options, time, why);
  if (opened) return std::move(*opened);
  std::string all = opened.error().message();
  for (auto const& each : why) all += "; " + each;
  throw std::runtime_error(all);
}

struct postgres_backend {
  static constexpr bool persistent = true;
  static constexpr bool scans_anything = true, purges = true, sweeps = false;
  using store_type = mcpawl::postgres_store;

  postgres_server& server = postgres_server::shared();
  mcpawl::test::manual_clock clock;
  std::unique_ptr<store_type> owner = empty();
  std::unique_ptr<store_type> second = open_postgres(server.url(), clock);

  std::unique_ptr<store_type> empty() {
    auto made = open_postgres(server.url(), clock);
    server.sql("TRUNCATE mcpawl.entry");
    return made;
  }
  store_type& store() { return *owner; }
  store_type& other() { return *second; }
  void reopen() {
    owner.reset();
    second.reset();
    owner = open_postgres(server.url(), clock);
    second = open_postgres(server.url(), clock);
  }
};

}  // namespace stores
