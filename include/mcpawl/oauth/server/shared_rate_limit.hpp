// mcpawl/oauth/server/shared_rate_limit.hpp - so many at once and so many an hour, for all instances together
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/store/entry.hpp>
#include <mcpawl/store/kv_store.hpp>
#include <mcpawl/text/number_text.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::oauth {

/** A token bucket in a store that instances share: `burst` at once, and one more for each `interval` that passes.

    The store has the time at which the bucket would be full again if nobody took from it (the generic cell rate algorithm),
    by the clocks of the instances, in which a second is the smallest step. A time that is further ahead than an empty bucket, by
    an instance whose clock is, counts as that of an empty one.

    @par Lifetime
    Store and clock must outlive it and its tasks.
    @par Thread safety
    All functions may be called from any thread at once. */
class shared_rate_limit {
public:
  /** @param key       of the store
      @param interval  positive */
  shared_rate_limit(kv_store& store, std::string key, unsigned burst, std::chrono::milliseconds interval,
                    clock const& time)
      : store_(&store),
        key_(std::move(key)),
        interval_(std::clamp<std::int64_t>(interval.count(), 1, longest)),
        whole_(burst > longest / interval_ ? longest : burst * interval_),
        clock_(&time) {}

  /** Use one up, and return how many that were: 0 if none is left, or if so many ask at once that the store cannot say.

      @par Errors
      What the store says. */
  task<result<std::size_t>> take() const { return take_one(*this); }

private:
  static constexpr int max_attempts = 16;
  static constexpr std::int64_t longest = 1'000'000'000'000'000;  // milliseconds: no sum overflows

  static task<result<std::size_t>> take_one(shared_rate_limit self) {
    for (int attempt = 0; attempt != max_attempts; ++attempt) {
      std::string key = self.key_;
      auto const found = co_await self.store_->get(std::move(key));
      if (!found) co_return found.error();
      std::int64_t const now = self.clock_->wall() * 1000;
      std::int64_t const latest = now + self.whole_;
      std::int64_t const stored = *found ? read((*found)->value) : 0;
      std::int64_t const next = std::clamp(stored, now, latest) + self.interval_;
      bool const left = next <= latest;
      if (!left && stored <= latest) co_return std::size_t{0};
      store_write write(self.key_, std::to_string(std::min(next, latest)));
      write.expires(std::min(next, latest) / 1000 + 1);
      store_version const expected = *found ? (*found)->version : store_absent;
      auto const written = co_await self.store_->compare_and_set(std::move(write), expected);
      if (!written) co_return written.error();
      if (*written) co_return std::size_t{left};
    }
    co_return std::size_t{0};
  }

  /** 0 for what is no number. */
  static std::int64_t read(std::string_view text) noexcept {
    std::int64_t out = 0;
    return mcpawl::detail::read_number(text, out) ? out : 0;
  }

  kv_store* store_;
  std::string key_;
  std::int64_t interval_, whole_;  // milliseconds: for one, and for all of the burst
  clock const* clock_;
};

}  // namespace mcpawl::oauth
