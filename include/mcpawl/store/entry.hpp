// mcpawl/store/entry.hpp - what goes into a store and what comes out
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/crypto/random.hpp>
#include <mcpawl/store/errc.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl {

inline constexpr std::size_t max_store_key = 512;            ///< Bytes; a key has at least one.
inline constexpr std::size_t max_store_value = 1024 * 1024;  ///< Bytes; a value may be empty.
inline constexpr std::size_t max_store_page = 1000;          ///< Entries that one scan returns.
/** A scan ends with the entry that makes its keys and values longer than this, in bytes. */
inline constexpr std::size_t max_store_page_bytes = 4 * max_store_value;

/** The expiry of what does not expire. */
inline constexpr unix_seconds never_expires = std::numeric_limits<unix_seconds>::max();

/** Names one write of one key: equal versions mean that nobody wrote in between. They have no order. */
using store_version = std::uint64_t;

/** The version of what is not there. */
inline constexpr store_version store_absent = 0;

/** What a write that was acknowledged survives. */
enum class durability : unsigned char {
  relaxed,     ///< The death of the process, also by SIGKILL; the last seconds may be lost with the power.
  power_loss,  ///< A power cut too. All writes that were acknowledged before then survive one with it.
};

/** A value found in a store. */
struct store_entry {
  std::string value;
  store_version version = store_absent;
  unix_seconds expires = never_expires;  ///< From this second on the entry is absent.
};

namespace detail {

/** 63 random bits, never 0: nobody else ever makes the same, in whatever process. */
inline store_version make_store_version() {
  store_version made = 0;
  while (made == store_absent) {
    unsigned char bytes[sizeof made];
    fill_random(bytes);
    for (unsigned char const each : bytes) made = made << 8 | each;
    made &= std::numeric_limits<store_version>::max() >> 1;
  }
  return made;
}

}  // namespace detail

/** A value to be written, and how.

    It has the version that the entry gets, which copies keep: a write whose answer was lost may be sent again, and
    finds itself if it was done. Another write is made anew.

    @par Errors
    Making one throws `std::system_error` if there is no randomness to be had. */
class store_write {
public:
  store_write(std::string key, std::string value)
      : key_(std::move(key)), value_(std::move(value)), version_(detail::make_store_version()) {}

  /** The same write, version included, with another form of its value. */
  store_write with(std::string value) const {
    store_write out = *this;
    out.value_ = std::move(value);
    return out;
  }
  /** Let the entry be absent from this second on. */
  store_write& expires(unix_seconds at) & noexcept {
    expires_ = at;
    return *this;
  }
  store_write& survives(durability what) & noexcept {
    durability_ = what;
    return *this;
  }

  std::string const& key() const noexcept { return key_; }
  std::string const& value() const noexcept { return value_; }
  unix_seconds expiry() const noexcept { return expires_; }
  durability wanted_durability() const noexcept { return durability_; }
  /** What the entry has once this is written. */
  store_version version() const noexcept { return version_; }

private:
  std::string key_;
  std::string value_;
  unix_seconds expires_ = never_expires;
  durability durability_ = durability::relaxed;
  store_version version_;
};

/** One entry of a scan. */
struct store_item {
  std::string key;
  store_entry entry;
};

/** A part of a scan. */
struct store_page {
  std::vector<store_item> items;    ///< In the order of the bytes of their keys.
  std::optional<std::string> next;  ///< Where to go on: the `after` of the next call. Unset at the end.
};

namespace detail {

inline error_code check_store_key(std::string_view key) noexcept {
  if (key.empty() || key.size() > max_store_key) return store_errc::bad_key;
  return {};
}

inline error_code check_store_write(store_write const& write) noexcept {
  if (error_code const bad = check_store_key(write.key())) return bad;
  if (write.value().size() > max_store_value) return store_errc::value_too_large;
  return {};
}

/** The first key behind all keys that begin with `prefix`; unset if there is none. */
inline std::optional<std::string> end_of_prefix(std::string prefix) {
  while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) == 0xff) prefix.pop_back();
  if (prefix.empty()) return std::nullopt;
  prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
  return prefix;
}

}  // namespace detail

}  // namespace mcpawl
