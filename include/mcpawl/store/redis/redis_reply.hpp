// mcpawl/store/redis/redis_reply.hpp - one reply of a Redis server
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mcpawl::detail {

/** A reply of RESP 2, or a part of one. */
struct redis_reply {
  enum class kind : unsigned char { nil, status, bulk, error, integer, array };

  bool is(kind what) const noexcept { return type == what; }
  bool failed() const noexcept { return type == kind::error; }

  /** The first word of an error, such as `OOM`; empty for anything else. */
  std::string_view error_word() const noexcept {
    if (!failed()) return {};
    std::string_view const all = text;
    return all.substr(0, all.find(' '));
  }

  kind type = kind::nil;
  std::string text;         ///< Of `status`, `bulk` and `error`.
  std::int64_t number = 0;  ///< Of `integer`.
  std::vector<redis_reply> items;
};

}  // namespace mcpawl::detail
