// tests/stores/redis_backend.hpp - a store in Redis, in a form that the tests of every store can be run on it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/store/open_store.hpp>
#include <mcpawl/store/redis/redis_store.hpp>
#include <mcpawl/test/manual_clock.hpp>

#include <memory>
#include <stdexcept>
#include <utility>

namespace redis_test {

/** @tparam Servers  the same for all cases: `url()`, and `empty()`, which is called before each */
template <class Servers>
struct backend {
  static constexpr bool persistent = true;
  static constexpr bool scans_anything = false, purges = false, sweeps = false;
  using store_type = mcpawl::kv_store;

  backend() {
    Servers::empty();
    reopen();
  }
  std::shared_ptr<mcpawl::kv_store> open() {
    auto opened = mcpawl::open_store<mcpawl::redis_store>(Servers::url(), clock);
    if (!opened) throw std::runtime_error(opened.error().message());
    return std::move(*opened);
  }
  mcpawl::kv_store& store() { return *owner; }
  mcpawl::kv_store& other() { return *second; }
  void reopen() {
    owner.reset();
    second.reset();
    owner = open();
    second = open();
  }

  mcpawl::test::manual_clock clock;
  std::shared_ptr<mcpawl::kv_store> owner, second;
};

}  // namespace redis_test
