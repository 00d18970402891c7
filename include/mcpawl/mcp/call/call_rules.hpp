// mcpawl/mcp/call/call_rules.hpp - how long, how many at once and how often: what a handle said of its calls
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/mcp/call/rate_table.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

namespace mcpawl::detail {

/** Counts the calls of an entry that run; a slot is given back when the last copy of it is destroyed. */
class call_slots {
public:
  explicit call_slots(std::size_t most) : most_(most) {}

  std::size_t most() const noexcept { return most_; }

  /** Take a slot of `from`, which it keeps alive; null if all are taken. */
  static std::shared_ptr<void const> take(std::shared_ptr<call_slots> const& from) {
    if (from->taken_.fetch_add(1, std::memory_order_relaxed) < from->most_) {
      try {
        return std::make_shared<slot>(from);
      } catch (...) {
        from->taken_.fetch_sub(1, std::memory_order_relaxed);
        throw;
      }
    }
    from->taken_.fetch_sub(1, std::memory_order_relaxed);
    return nullptr;
  }

private:
  struct slot {
    explicit slot(std::shared_ptr<call_slots> from) : of(std::move(from)) {}
    slot(slot const&) = delete;
    slot& operator=(slot const&) = delete;
    ~slot() { of->taken_.fetch_sub(1, std::memory_order_relaxed); }
    std::shared_ptr<call_slots> of;
  };

  std::size_t const most_;
  std::atomic<std::size_t> taken_{0};
};

/** What was said of the calls of one entry. Made before the server starts; then only what counts changes, on any thread. */
struct call_rules {
  std::optional<std::chrono::milliseconds> timeout;
  std::shared_ptr<call_slots> slots;  ///< Null: any number at once.
  std::shared_ptr<rate_table> rate;   ///< Null: at any rate.
};

}  // namespace mcpawl::detail
