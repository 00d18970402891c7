// mcpawl/store/local_store.hpp - a store in memory or in a SQLite file, as a setting says
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/store/entry.hpp>
#include <mcpawl/store/kv_store.hpp>
#include <mcpawl/store/memory_store.hpp>
#include <mcpawl/store/sqlite_store.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl {

/** A `kv_store` that is in memory or in a SQLite file: for programs whose user decides.

    @par Thread safety
    All operations may be called from any thread at once.
*/
class local_store {
public:
  static constexpr std::string_view in_memory = "memory:";

  /** Open it: `memory:`, or the path of a SQLite file. The clock must outlive the store.

      Errors: those of `sqlite_store::open`.
  */
  static result<std::unique_ptr<local_store>> open(std::string where, clock const& time = clock::system()) {
    std::unique_ptr<local_store> made(new local_store);
    if (where == in_memory) {
      made->memory_ = std::make_unique<memory_store>(memory_store::default_bytes, time);
      return made;
    }
    auto file = sqlite_store::open(std::move(where), time);
    if (!file) return file.error();
    made->file_ = std::move(*file);
    return made;
  }

  task<result<std::optional<store_entry>>> get(std::string key) {
    return memory_ ? memory_->get(std::move(key)) : file_->get(std::move(key));
  }
  task<result<store_version>> put(store_write write) {
    return memory_ ? memory_->put(std::move(write)) : file_->put(std::move(write));
  }
  task<result<std::optional<store_version>>> compare_and_set(store_write write, store_version expected) {
    return memory_ ? memory_->compare_and_set(std::move(write), expected)
                   : file_->compare_and_set(std::move(write), expected);
  }
  task<result<std::optional<store_entry>>> take(std::string key, durability wanted = durability::relaxed) {
    return memory_ ? memory_->take(std::move(key), wanted) : file_->take(std::move(key), wanted);
  }
  task<result<std::size_t>> erase(std::string key, durability wanted = durability::relaxed) {
    return memory_ ? memory_->erase(std::move(key), wanted) : file_->erase(std::move(key), wanted);
  }
  task<result<store_page>> scan(std::string prefix, std::string after, std::size_t limit) {
    return memory_ ? memory_->scan(std::move(prefix), std::move(after), limit)
                   : file_->scan(std::move(prefix), std::move(after), limit);
  }
  task<result<std::size_t>> purge(std::size_t limit) {
    return memory_ ? memory_->purge(limit) : file_->purge(limit);
  }

private:
  local_store() = default;

  std::unique_ptr<memory_store> memory_;
  std::unique_ptr<sqlite_store> file_;
};

}  // namespace mcpawl
