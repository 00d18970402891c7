// tests/support/public_store.hpp - a store that others could write to, whose values a test may read and change
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/store/kv_store.hpp>
#include <mcpawl/store/memory_store.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace support {

/** Keeps all in `in`, and says that it is not private. */
class public_store : public mcpawl::kv_store {
public:
  explicit public_store(mcpawl::clock const& time = mcpawl::clock::system())
      : in(mcpawl::memory_store::default_bytes, time) {}

  mcpawl::task<mcpawl::result<std::optional<mcpawl::store_entry>>> get(std::string key) override {
    return in.get(std::move(key));
  }
  mcpawl::task<mcpawl::result<mcpawl::store_version>> put(mcpawl::store_write write) override {
    return in.put(std::move(write));
  }
  mcpawl::task<mcpawl::result<std::optional<mcpawl::store_version>>> compare_and_set(
      mcpawl::store_write write, mcpawl::store_version expected) override {
    return in.compare_and_set(std::move(write), expected);
  }
  mcpawl::task<mcpawl::result<std::optional<mcpawl::store_entry>>> take(
      std::string key, mcpawl::durability survives) override {
    return in.take(std::move(key), survives);
  }
  mcpawl::task<mcpawl::result<std::size_t>> erase(std::string key, mcpawl::durability survives) override {
    return in.erase(std::move(key), survives);
  }
  mcpawl::task<mcpawl::result<mcpawl::store_page>> scan(std::string prefix, std::string after,
                                                        std::size_t limit) override {
    return in.scan(std::move(prefix), std::move(after), limit);
  }
  mcpawl::task<mcpawl::result<std::size_t>> purge(std::size_t limit) override { return in.purge(limit); }
  std::unique_ptr<mcpawl::bus_channel> make_channel() override { return in.make_channel(); }

  mcpawl::memory_store in;
};

}  // namespace support
