// mcpawl/store/redis/redis_slots.hpp - the hash slots of a Redis Cluster: which key is in which, and who has them
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/store/redis/redis_errc.hpp>
#include <mcpawl/store/redis/redis_options.hpp>
#include <mcpawl/store/redis/redis_reply.hpp>
#include <mcpawl/text/number_text.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

inline constexpr std::size_t redis_slot_count = 16'384;

/** What each byte adds to a CRC-16/XMODEM. */
inline constexpr auto redis_crc16_table = [] {
  std::array<std::uint16_t, 256> out{};
  for (std::size_t i = 0; i != out.size(); ++i) {
    auto crc = static_cast<std::uint16_t>(i << 8);
    for (int bit = 0; bit != 8; ++bit)
      crc = static_cast<std::uint16_t>((crc & 0x8000) != 0 ? crc << 1 ^ 0x1021 : crc << 1);
    out[i] = crc;
  }
  return out;
}();

/** CRC-16/XMODEM, as the specification of Redis Cluster has it. */
constexpr std::uint16_t redis_crc16(std::string_view text) noexcept {
  std::uint16_t crc = 0;
  for (char const c : text)
    crc = static_cast<std::uint16_t>(crc << 8 ^
                                     redis_crc16_table[(crc >> 8 ^ static_cast<unsigned char>(c)) & 0xff]);
  return crc;
}

/** The slot of a key: that of what stands in its first braces, if that is anything ("Hash tags" of the specification). */
constexpr std::size_t redis_slot_of(std::string_view key) noexcept {
  auto const open = key.find('{');
  if (open != std::string_view::npos) {
    auto const close = key.find('}', open + 1);
    if (close != std::string_view::npos && close != open + 1) key = key.substr(open + 1, close - open - 1);
  }
  return redis_crc16(key) % redis_slot_count;
}

/** Slots that one primary has. */
struct redis_slot_range {
  std::size_t first, last;
  redis_host primary;
};

/** Read the answer to CLUSTER SLOTS.

    @param asked  who has answered: a server that does not know its own address leaves it out

    @par Errors
    `redis_errc::cluster` if it is none, or not each slot has one primary. */
inline result<std::vector<redis_slot_range>> read_redis_slots(redis_reply const& reply,
                                                              redis_host const& asked) {
  using kind = redis_reply::kind;
  std::vector<redis_slot_range> out;
  std::vector<bool> known(redis_slot_count);
  for (auto const& each : reply.items) {
    if (!each.is(kind::array) || each.items.size() < 3 || !each.items[2].is(kind::array) ||
        each.items[2].items.size() < 2)
      return make_error_code(redis_errc::cluster);
    auto const first = each.items[0].number, last = each.items[1].number;
    auto const& node = each.items[2].items;
    auto const port = node[1].number;
    if (first < 0 || last < first || last >= static_cast<std::int64_t>(redis_slot_count) || port <= 0 ||
        port > 65'535)
      return make_error_code(redis_errc::cluster);
    redis_host const primary{node[0].text.empty() ? asked.name : node[0].text,
                             static_cast<std::uint16_t>(port)};
    out.push_back({static_cast<std::size_t>(first), static_cast<std::size_t>(last), primary});
    for (auto i = static_cast<std::size_t>(first); i <= static_cast<std::size_t>(last); ++i) {
      if (known[i]) return make_error_code(redis_errc::cluster);
      known[i] = true;
    }
  }
  for (bool const each : known)
    if (!each) return make_error_code(redis_errc::cluster);
  return out;
}

/** Where a server sends an operation: `MOVED 3999 127.0.0.1:6381`, for ever, or `ASK ...`, this once. */
struct redis_redirection {
  bool for_ever;
  std::size_t slot;
  redis_host to;
};

/** Nothing if an error is no such thing. */
inline std::optional<redis_redirection> read_redis_redirection(redis_reply const& error,
                                                               redis_host const& asked) {
  auto const word = error.error_word();
  if (word != "MOVED" && word != "ASK") return std::nullopt;
  std::string_view rest = std::string_view(error.text).substr(word.size());
  redis_redirection out{word == "MOVED", redis_slot_count, asked};
  auto const space = rest.find(' ', 1), colon = rest.rfind(':');
  if (space == std::string_view::npos || colon == std::string_view::npos || colon < space)
    return std::nullopt;
  if (!read_number(rest.substr(1, space - 1), out.slot) || out.slot >= redis_slot_count) return std::nullopt;
  if (!read_number(rest.substr(colon + 1), out.to.port) || out.to.port == 0) return std::nullopt;
  if (auto const name = rest.substr(space + 1, colon - space - 1); !name.empty()) out.to.name = name;
  return out;
}

}  // namespace mcpawl::detail
