// tests/unit/store/backends.hpp - every store, in a form that one test can be run on all of them
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "../../support/temporary_folder.hpp"

#include <mcpawl/store/kv_store.hpp>
#include <mcpawl/store/memory_store.hpp>
#include <mcpawl/store/open_store.hpp>
#include <mcpawl/store/sqlite_store.hpp>
#include <mcpawl/test/manual_clock.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <tuple>

struct memory_backend {
  static constexpr bool persistent = false;
  static constexpr bool scans_anything = true, purges = true, sweeps = true;
  using store_type = mcpawl::memory_store;

  mcpawl::test::manual_clock clock;
  std::unique_ptr<store_type> owner =
      std::make_unique<store_type>(mcpawl::memory_store::default_bytes, clock);

  store_type& store() { return *owner; }
  /** What another process would use. */
  store_type& other() { return *owner; }
};

struct sqlite_backend {
  static constexpr bool persistent = true;
  static constexpr bool scans_anything = true, purges = true, sweeps = true;
  using store_type = mcpawl::sqlite_store;

  temporary_folder folder;
  mcpawl::test::manual_clock clock;
  std::unique_ptr<store_type> owner = open();
  std::unique_ptr<store_type> second = open();

  std::unique_ptr<store_type> open() {
    auto opened = mcpawl::sqlite_store::open(folder.file("store.db"), clock);
    if (!opened) throw std::runtime_error(opened.error().message());
    return std::move(*opened);
  }
  store_type& store() { return *owner; }
  store_type& other() { return *second; }
  void reopen() {
    owner.reset();
    second.reset();
    owner = open();
    second = open();
  }
};

/** What a URL opens. */
template <bool InFile>
struct opened_backend {
  static constexpr bool persistent = InFile;
  static constexpr bool scans_anything = true, purges = true, sweeps = true;
  using store_type = mcpawl::kv_store;

  temporary_folder folder;
  mcpawl::test::manual_clock clock;
  std::shared_ptr<store_type> owner = open();
  std::shared_ptr<store_type> second = InFile ? open() : nullptr;

  std::shared_ptr<store_type> open() {
    std::string const url = InFile ? "sqlite:" + folder.file("store.db") : std::string("memory:");
    auto opened = mcpawl::open_store<mcpawl::memory_store, mcpawl::sqlite_store>(url, clock);
    if (!opened) throw std::runtime_error(opened.error().message());
    return std::move(*opened);
  }
  store_type& store() { return *owner; }
  store_type& other() { return second ? *second : *owner; }
  void reopen() {
    owner.reset();
    second.reset();
    owner = open();
    second = open();
  }
};

using backends = std::tuple<memory_backend, sqlite_backend>;
/** For the test of stores themselves. */
using every_store = std::tuple<memory_backend, sqlite_backend, opened_backend<false>, opened_backend<true>>;
