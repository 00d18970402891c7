// mcpawl/store/redis/redis_entry.hpp - how an entry of a store is named and written in Redis
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/store/entry.hpp>
#include <mcpawl/text/fixed_number.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mcpawl::detail {

/** Nineteen decimal digits, so that texts compare as the seconds do; what was before 1970 is 0. */
inline std::string redis_seconds(unix_seconds at) {
  return padded_number(static_cast<std::uint64_t>(std::max<unix_seconds>(at, 0)), 19);
}

/** What stands before each value: version, taker (0 for nobody), expiry, and the taker of what this was written over. */
inline constexpr std::size_t redis_header = 16 + 16 + 19 + 16;

inline std::string redis_value(store_version version, unix_seconds expires, std::string_view value) {
  std::string out;
  out.reserve(redis_header + value.size());
  out.append(hex_number(version)).append(16, '0').append(redis_seconds(expires));
  out.append(16, '0').append(value);
  return out;
}

/** A string of Redis taken apart. */
struct redis_found {
  store_entry entry;
  std::uint64_t taker = 0;

  bool alive(unix_seconds now) const noexcept { return taker == 0 && entry.expires > now; }
};

/** Nothing if no store of ours has written it. */
inline std::optional<redis_found> read_redis_value(std::string_view text) {
  if (text.size() < redis_header) return std::nullopt;
  redis_found out;
  auto const read = [&text](std::size_t at, std::size_t size, auto& number, int base) {
    char const* const from = text.data() + at;
    auto const [end, ec] = std::from_chars(from, from + size, number, base);
    return ec == std::errc{} && end == from + size && *from != '-';
  };
  if (!read(0, 16, out.entry.version, 16) || !read(16, 16, out.taker, 16) ||
      !read(32, 19, out.entry.expires, 10))
    return std::nullopt;
  out.entry.value = text.substr(redis_header);
  return out;
}

/** Keys of which each is for itself: they are never listed, and there may be very many of one kind. */
inline constexpr std::array<std::string_view, 4> redis_spread{"flow/", "client/", "assertion/", "upstream/"};

/** The group of a key: its class and what follows up to the second slash, which is left out; empty if it has none. All keys
    of a group are in one slot of a Cluster, and in one index. */
inline std::string_view redis_group(std::string_view key) noexcept {
  for (auto const each : redis_spread)
    if (key.starts_with(each)) return {};
  auto const first = key.find('/');
  if (first == std::string_view::npos || first == 0) return {};
  auto const second = key.find('/', first + 1);
  if (second == std::string_view::npos || second == first + 1) return {};
  return key.substr(0, second);
}

/** The names in Redis of what a store keeps. */
class redis_names {
public:
  explicit redis_names(std::string prefix) : prefix_(std::move(prefix)) {}

  /** `<prefix>:{<tag>}:<key>`; the tag is the group, or the key. */
  std::string entry(std::string_view key) const {
    auto const group = redis_group(key);
    return tagged(group.empty() ? key : group).append(key);
  }
  /** The sorted set of the keys of a group. No entry is named so, since a group has exactly one slash. */
  std::string index(std::string_view group) const { return tagged(group).append(1, 'i'); }

private:
  std::string tagged(std::string_view tag) const {
    std::string out;
    out.reserve(prefix_.size() + 2 * tag.size() + 520);
    return out.append(prefix_).append(":{").append(tag).append("}:");
  }

  std::string prefix_;
};

/** How long Redis keeps an entry, in milliseconds: a minute more than it is there. Unset for ever. */
inline std::optional<std::uint64_t> redis_lifetime(unix_seconds expires, unix_seconds now) noexcept {
  constexpr unix_seconds longest = 100LL * 366 * 86'400, more = 60;
  if (expires == never_expires) return std::nullopt;
  unix_seconds const left = expires <= now ? 0 : std::min(expires - std::max<unix_seconds>(now, 0), longest);
  return static_cast<std::uint64_t>(left + more) * 1000;
}

}  // namespace mcpawl::detail
