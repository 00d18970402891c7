// mcpawl/store/quota.hpp - how much of a store what strangers cause may take
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::detail {

/** A part of a store, for all keys that begin so. */
struct store_quota {
  std::string_view prefix;
  unsigned percent;  ///< Of the bytes of the store.
};

/** The keys that anybody can cause to be written, without having signed in: logins under way, registrations,
    and the assertions of clients with a document. However many there are, they never take the room of grants. */
inline constexpr std::array<store_quota, 3> store_quotas{
    {{"flow/", 10}, {"client/", 25}, {"assertion/", 10}}};

/** Which of the quotas counts for a key; none for most. */
inline std::optional<std::size_t> quota_of(std::string_view key) noexcept {
  for (std::size_t i = 0; i != store_quotas.size(); ++i)
    if (key.starts_with(store_quotas[i].prefix)) return i;
  return std::nullopt;
}

/** Its bytes, in a store of so many. */
constexpr std::size_t quota_bytes(std::size_t which, std::size_t of) noexcept {
  return of / 100 * store_quotas[which].percent;
}

/** What is known of how much of a quota is used, where other processes write, too.

    What is there is counted a page at a time, since all of it may take seconds: the first page before the first entry, then a page
    after each 256 entries, and from the beginning again 1024 entries after the last page. So a process may overrun a quota by as
    many entries, or by a 39th of what is there if that is more. While the quota is used up a page is counted each 100 ms, and all
    anew each second.

    @par Thread safety
    One thread at a time. */
class quota_tally {
public:
  struct page {
    std::size_t bytes = 0, entries = 0;
    std::string last;  ///< The last key.
  };
  static constexpr std::size_t page_entries = 10'000;

  /** The key behind which a page is to be counted, if it is time for one; `add` or `give_up` has to follow.

      @param size  of an entry that is to be written, in bytes
      @param most  the quota, in bytes */
  std::optional<std::string> wants_page(std::string_view prefix, std::size_t size, std::size_t most,
                                        clock::steady_time now) {
    if (counting_) return std::nullopt;
    bool const spent = bytes_ + size > most;
    std::chrono::milliseconds const pause{behind_.empty() ? 1000 : 100};
    if (left_ != 0 && !(spent && now - at_ >= pause)) return std::nullopt;
    counting_ = true;
    at_ = now;
    return behind_.empty() ? std::string(prefix) : behind_;
  }
  void add(page counted) {
    counting_ = false;
    counted_ += counted.bytes;
    bool const all = counted.entries < page_entries;
    // what was let in meanwhile may be in it twice, and is then forgotten by the next count
    bytes_ = all ? counted_ + since_ : std::max(bytes_, counted_ + since_);
    left_ = all ? between_counts : between_pages;
    behind_ = all ? std::string() : std::move(counted.last);
    if (all) counted_ = since_ = 0;
  }
  /** It could not be counted. */
  void give_up() noexcept {
    counting_ = false;
    left_ = between_pages;
  }

  /** Let an entry in, if there is room. */
  bool charge(std::size_t size, std::size_t most) noexcept {
    if (bytes_ + size > most) return false;
    bytes_ += size;
    if (counting_ || !behind_.empty()) since_ += size;
    if (left_ != 0) --left_;
    return true;
  }

private:
  static constexpr std::size_t between_pages = 256, between_counts = 1024;

  std::size_t bytes_ = 0;
  std::size_t left_ = 0;  // so many entries may be let in before the next page
  std::size_t counted_ = 0,
              since_ = 0;  // by the count that is under way: bytes of its pages, and of what was let in
  std::string behind_;     // the last key of its last page
  bool counting_ = false;
  clock::steady_time at_{};
};

}  // namespace mcpawl::detail
