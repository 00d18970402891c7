// examples/session_keys.hpp - the keys that let a server be restarted under its clients, from the environment
#pragma once

#include <mcpawl/auth/settings.hpp>
#include <mcpawl/core/secret.hpp>

#include "options.hpp"

#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace examples {

/** Read 32 bytes from 64 hexadecimal digits; empty if they are none. */
inline mcpawl::secret read_hex_key(std::string_view digits) {
  if (digits.size() != 64) return mcpawl::secret();
  std::string bytes;
  for (std::size_t at = 0; at != digits.size(); at += 2) {
    unsigned char byte = 0;
    char const* const end = digits.data() + at + 2;
    if (std::from_chars(digits.data() + at, end, byte, 16).ptr != end) return mcpawl::secret();
    bytes += static_cast<char>(byte);
  }
  return mcpawl::secret(std::move(bytes));
}

/** `SESSION_KEYS` for `server_options::keys`: the sealing key first, with commas; none if it is not set. */
inline std::vector<mcpawl::secret> session_keys(mcpawl::settings& settings) {
  std::vector<mcpawl::secret> keys;
  for (std::string const& digits : list(settings, "SESSION_KEYS")) {
    keys.push_back(read_hex_key(digits));
    if (keys.back().empty())
      settings.mistake("SESSION_KEYS",
                       "must have 64 hexadecimal digits for each key, as `openssl rand -hex 32` makes them");
  }
  return keys;
}

}  // namespace examples
