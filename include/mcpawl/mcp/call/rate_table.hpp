// mcpawl/mcp/call/rate_table.hpp - so many calls in a time of each caller, for any number of callers
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/separate.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

namespace mcpawl::detail {

/** Stands for a caller where others have to know whom: the first half of a SHA-256 digest. */
using caller_digest = std::array<unsigned char, 16>;

class rate_table;

/** Hears of calls that a rate has let through, to tell other instances. */
class rate_peers {
public:
  /** Called on any thread. It must not block. */
  virtual void called(rate_table const& by, caller_digest const& who) = 0;

protected:
  ~rate_peers() = default;
};

/** The generic cell rate algorithm (ITU-T I.371): of each caller there is one point in time, until which what it has called is paid for.

    A caller has `calls` at once, and gets one back each `period / calls`. Callers are known by a keyed hash. Of those who are told
    apart there are `max_callers`; only one who could call as often as a newcomer is forgotten for another, so that nobody gets rid of
    what they have used up. Where there is none, newcomers have the rate of one together.

    @par Thread safety
    Any thread.
*/
class rate_table {
public:
  using time_point = std::chrono::steady_clock::time_point;
  static constexpr std::size_t default_max_callers = 65'536;

  /** @param calls   at least one.
      @param period  at least as many nanoseconds. */
  MCPAWL_DECL rate_table(std::uint32_t calls, std::chrono::nanoseconds period,
                         std::size_t max_callers = default_max_callers);

  /** Count a call: zero if the caller may make it, else how long to wait, and nothing is counted. */
  MCPAWL_DECL std::chrono::nanoseconds take(std::string_view caller, time_point now);

  /** Have others told of the calls that are counted from now on, as long as they live; before there are calls. */
  MCPAWL_DECL void share(std::weak_ptr<rate_peers> others);
  /** Count calls that other instances have let through: they have been made, so they are counted even if they are too many. */
  MCPAWL_DECL void count(caller_digest const& who, std::uint32_t calls, time_point now);

  /** Callers that are told apart. */
  MCPAWL_DECL std::size_t size() const;

private:
  struct entry {
    std::uint64_t hash;
    time_point paid_until;  ///< From now on at the earliest.
    std::uint32_t next;     ///< In the list of its bucket.
  };
  static constexpr std::uint32_t none = 0xffffffff;
  static constexpr std::size_t looked_at = 16;  ///< Entries that are looked at for one that may be forgotten.

  std::uint64_t hash_of(std::string_view caller) const noexcept;
  std::uint64_t hash_of(caller_digest const& who) const noexcept;
  time_point& paid_until(std::uint64_t hash, time_point now);
  time_point* find(std::uint64_t hash) noexcept;
  time_point& add(std::uint64_t hash, time_point now);
  bool forget_one(time_point now) noexcept;
  void link(std::uint32_t at) noexcept;
  void unlink(std::uint32_t at) noexcept;
  std::uint32_t& bucket_of(std::uint64_t hash) noexcept;

  std::chrono::nanoseconds const each_;  ///< For one call.
  std::chrono::nanoseconds const most_;  ///< For all that one may make at once.
  std::size_t const max_callers_;
  std::array<unsigned char, 16> key_;
  std::atomic<bool> shared_ = false;
  mutable std::mutex mutex_;
  std::weak_ptr<rate_peers> others_told_;
  std::vector<entry> entries_;
  std::vector<std::uint32_t> buckets_;  ///< The first entry of each; a power of two of them.
  time_point others_{};                 ///< Of all for whom there is no entry.
  std::size_t hand_ = 0;                ///< The entry to be looked at next.
  std::uint32_t free_ = none;           ///< An entry that is in no list.
};

}  // namespace mcpawl::detail

#ifndef MCPAWL_SEPARATE_COMPILATION
#include <mcpawl/mcp/call/rate_table.ipp>
#endif
