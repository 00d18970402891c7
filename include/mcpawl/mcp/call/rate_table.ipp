// mcpawl/mcp/call/rate_table.ipp - the bodies of rate_table.hpp
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/crypto/digest.hpp>
#include <mcpawl/crypto/random.hpp>
#include <mcpawl/crypto/sip_hash.hpp>
#include <mcpawl/mcp/call/rate_table.hpp>

#include <algorithm>
#include <utility>

namespace mcpawl::detail {

MCPAWL_DECL rate_table::rate_table(std::uint32_t calls, std::chrono::nanoseconds period,
                                   std::size_t max_callers)
    // rounded up, so that never more are let through than was said
    : each_((period.count() + calls - 1) / calls),
      most_(each_ * calls),
      max_callers_(max_callers),
      buckets_(16, none) {
  fill_random(key_);
}

MCPAWL_DECL std::chrono::nanoseconds rate_table::take(std::string_view caller, time_point now) {
  caller_digest who{};
  bool const shared = shared_;
  if (shared) {
    thread_local sha256_context digests;
    auto const whole = digests(caller);
    std::copy_n(whole.begin(), who.size(), who.begin());
  }
  std::shared_ptr<rate_peers> others;
  {
    std::uint64_t const hash = shared ? hash_of(who) : hash_of(caller);
    std::lock_guard const lock(mutex_);
    time_point& paid = paid_until(hash, now);
    auto const after = std::max(paid, now) + each_;
    auto const excess = after - now - most_;
    if (excess.count() > 0) return std::chrono::duration_cast<std::chrono::nanoseconds>(excess);
    paid = after;
    if (shared) others = others_told_.lock();
  }
  if (others) others->called(*this, who);
  return std::chrono::nanoseconds(0);
}

MCPAWL_DECL void rate_table::share(std::weak_ptr<rate_peers> others) {
  std::lock_guard const lock(mutex_);
  others_told_ = std::move(others);
  shared_ = true;
}

MCPAWL_DECL void rate_table::count(caller_digest const& who, std::uint32_t calls, time_point now) {
  std::uint64_t const hash = hash_of(who);
  std::lock_guard const lock(mutex_);
  time_point& paid = paid_until(hash, now);
  paid = std::max(paid, now) + each_ * calls;
}

MCPAWL_DECL std::size_t rate_table::size() const {
  std::lock_guard const lock(mutex_);
  return entries_.size();
}

MCPAWL_DECL std::uint64_t rate_table::hash_of(std::string_view caller) const noexcept {
  return sip_hash(key_)(caller);
}

MCPAWL_DECL std::uint64_t rate_table::hash_of(caller_digest const& who) const noexcept {
  return hash_of({reinterpret_cast<char const*>(who.data()), who.size()});
}

MCPAWL_DECL rate_table::time_point& rate_table::paid_until(std::uint64_t hash, time_point now) {
  if (time_point* const known = find(hash)) return *known;
  bool const has_room = entries_.size() < max_callers_ || forget_one(now);
  return has_room ? add(hash, now) : others_;
}

MCPAWL_DECL rate_table::time_point* rate_table::find(std::uint64_t hash) noexcept {
  for (auto at = bucket_of(hash); at != none; at = entries_[at].next)
    if (entries_[at].hash == hash) return &entries_[at].paid_until;
  return nullptr;
}

MCPAWL_DECL rate_table::time_point& rate_table::add(std::uint64_t hash, time_point now) {
  auto at = free_;
  if (at == none) {
    at = static_cast<std::uint32_t>(entries_.size());
    entries_.push_back({hash, now, none});
    if (entries_.size() > buckets_.size()) {
      buckets_.assign(buckets_.size() * 2, none);
      for (std::uint32_t i = 0; i != at; ++i) link(i);
    }
  } else {
    free_ = none;
    entries_[at] = {hash, now, none};
  }
  link(at);
  return entries_[at].paid_until;
}

/** Only the next few are looked at, so that a full table costs each call a few nanoseconds and no call all of them. */
MCPAWL_DECL bool rate_table::forget_one(time_point now) noexcept {
  std::size_t const most = std::min(looked_at, entries_.size());
  for (std::size_t i = 0; i != most; ++i) {
    hand_ = hand_ + 1 < entries_.size() ? hand_ + 1 : 0;
    if (entries_[hand_].paid_until > now) continue;
    unlink(static_cast<std::uint32_t>(hand_));
    free_ = static_cast<std::uint32_t>(hand_);
    return true;
  }
  return false;
}

MCPAWL_DECL void rate_table::link(std::uint32_t at) noexcept {
  auto& first = bucket_of(entries_[at].hash);
  entries_[at].next = first;
  first = at;
}

MCPAWL_DECL void rate_table::unlink(std::uint32_t at) noexcept {
  auto* link = &bucket_of(entries_[at].hash);
  while (*link != at) link = &entries_[*link].next;
  *link = entries_[at].next;
}

MCPAWL_DECL std::uint32_t& rate_table::bucket_of(std::uint64_t hash) noexcept {
  return buckets_[hash & (buckets_.size() - 1)];
}

}  // namespace mcpawl::detail
