// mcpawl/crypto/weak_key.hpp - whether a key was typed by a person rather than drawn at random
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/secret.hpp>

#include <cstddef>
#include <string_view>

namespace mcpawl {

/** What to say about such a key. */
inline constexpr char const* weak_key_words =
    "follows a pattern that anybody could guess: make a key by `openssl rand -hex 32`";

/** Tell whether the bytes of a key repeat after 8 of them or less, as all zero does, or go up or down in
    equal steps. Of 32 random bytes one in 2^191 does. */
inline bool is_weak_key(secret const& key) noexcept {
  std::string_view const bytes = key.reveal();
  constexpr std::size_t max_period = 8;
  for (std::size_t period = 1; period <= max_period && period < bytes.size(); ++period)
    if (bytes.substr(period) == bytes.substr(0, bytes.size() - period)) return true;
  if (bytes.size() < 3) return true;
  auto const step = [bytes](std::size_t at) { return static_cast<unsigned char>(bytes[at] - bytes[at - 1]); };
  for (std::size_t i = 2; i != bytes.size(); ++i)
    if (step(i) != step(1)) return false;
  return true;
}

}  // namespace mcpawl
