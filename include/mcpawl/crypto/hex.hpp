// mcpawl/crypto/hex.hpp - keys as hexadecimal digits, as people set them
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/secret.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl {

/** Read so many bytes from hexadecimal digits, capital or small (RFC 4648 section 8).

    Nothing if there are not exactly two digits for each byte, or anything else among them.

    @par Errors
    Throws only `std::bad_alloc`.
*/
inline std::optional<secret> decode_hex(std::string_view digits, std::size_t bytes) {
  auto const value = [](char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
  };
  if (digits.size() / 2 != bytes || digits.size() % 2 != 0) return std::nullopt;
  for (char const c : digits)
    if (value(c) < 0) return std::nullopt;
  std::string out;
  out.reserve(bytes);  // a string that grows leaves copies behind
  for (std::size_t i = 0; i != digits.size(); i += 2)
    out += static_cast<char>(value(digits[i]) * 16 + value(digits[i + 1]));
  return secret{std::move(out)};
}

}  // namespace mcpawl
