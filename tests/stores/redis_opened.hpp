// tests/stores/redis_opened.hpp - Redis stores for tests, and what is done with them in one line
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "../support/on_threads.hpp"
#include "../unit/store/await.hpp"

#include <mcpawl/store/redis/redis_store.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace redis_test {

using store_ptr = std::unique_ptr<mcpawl::redis_store>;

/** Open quietly. */
inline mcpawl::result<store_ptr> try_open(std::string const& url,
                                          std::vector<std::string>* mistakes = nullptr,
                                          mcpawl::clock const& time = mcpawl::clock::system()) {
  std::vector<std::string> unread;
  auto options = mcpawl::redis_options::parse(url, mistakes != nullptr ? *mistakes : unread);
  if (!options) return options.error();
  options->log = mcpawl::logger::none();
  return mcpawl::redis_store::open(std::move(*options), time, mistakes);
}
inline store_ptr open(std::string const& url, mcpawl::clock const& time = mcpawl::clock::system()) {
  auto opened = try_open(url, nullptr, time);
  if (!opened) throw std::runtime_error(opened.error().message());
  return std::move(*opened);
}

inline mcpawl::store_write write_of(std::string key, std::string value,
                                    mcpawl::durability wanted = mcpawl::durability::relaxed,
                                    mcpawl::unix_seconds expires = mcpawl::never_expires) {
  mcpawl::store_write made(std::move(key), std::move(value));
  made.survives(wanted).expires(expires);
  return made;
}

inline auto put(mcpawl::kv_store& store, std::string key, std::string value,
                mcpawl::durability wanted = mcpawl::durability::relaxed) {
  return await(store.put(write_of(std::move(key), std::move(value), wanted)));
}
inline auto insert(mcpawl::kv_store& store, std::string key, std::string value,
                   mcpawl::durability wanted = mcpawl::durability::relaxed) {
  return await(
      store.compare_and_set(write_of(std::move(key), std::move(value), wanted), mcpawl::store_absent));
}
inline std::optional<std::string> get(mcpawl::kv_store& store, std::string key) {
  auto const found = await(store.get(std::move(key))).value();
  if (!found) return std::nullopt;
  return found->value;
}

}  // namespace redis_test
