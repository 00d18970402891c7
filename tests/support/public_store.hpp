// tests/support/public_store.hpp - a store that others could write to, as a server is: a test may read and change what is in it, and have it answer nothing
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/store/errc.hpp>
#include <mcpawl/store/kv_store.hpp>
#include <mcpawl/store/memory_store.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace support {

/** Keeps all in `in`, and says that it is not private. While it does not work, all but `purge` is `store_errc::unreachable`. */
class public_store : public mcpawl::kv_store {
public:
  explicit public_store(mcpawl::clock const& time = mcpawl::clock::system())
      : in(mcpawl::memory_store::default_bytes, time) {}

  mcpawl::task<mcpawl::result<std::optional<mcpawl::store_entry>>> get(std::string key) override {
    ++gets;
    return works ? in.get(std::move(key)) : broken<std::optional<mcpawl::store_entry>>();
  }
  mcpawl::task<mcpawl::result<mcpawl::store_version>> put(mcpawl::store_write write) override {
    return works ? in.put(std::move(write)) : broken<mcpawl::store_version>();
  }
  mcpawl::task<mcpawl::result<std::optional<mcpawl::store_version>>> compare_and_set(
      mcpawl::store_write write, mcpawl::store_version expected) override {
    return works ? in.compare_and_set(std::move(write), expected)
                 : broken<std::optional<mcpawl::store_version>>();
  }
  mcpawl::task<mcpawl::result<std::optional<mcpawl::store_entry>>> take(
      std::string key, mcpawl::durability survives) override {
    return works ? in.take(std::move(key), survives) : broken<std::optional<mcpawl::store_entry>>();
  }
  mcpawl::task<mcpawl::result<std::size_t>> erase(std::string key, mcpawl::durability survives) override {
    return works ? in.erase(std::move(key), survives) : broken<std::size_t>();
  }
  mcpawl::task<mcpawl::result<mcpawl::store_page>> scan(std::string prefix, std::string after,
                                                        std::size_t limit) override {
    return works ? in.scan(std::move(prefix), std::move(after), limit) : broken<mcpawl::store_page>();
  }
  mcpawl::task<mcpawl::result<std::size_t>> purge(std::size_t limit) override { return in.purge(limit); }
  std::unique_ptr<mcpawl::bus_channel> make_channel() override { return in.make_channel(); }

  mcpawl::memory_store in;
  std::atomic<bool> works = true;
  std::atomic<int> gets = 0;

private:
  template <class T>
  static mcpawl::task<mcpawl::result<T>> broken() {
    co_return make_error_code(mcpawl::store_errc::unreachable);
  }
};

}  // namespace support
