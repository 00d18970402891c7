// examples/shared/session_keys.hpp - the keys that let a server be restarted under its clients, from the environment
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/secret.hpp>
#include <mcpawl/core/settings.hpp>
#include <mcpawl/crypto/hex.hpp>
#include <mcpawl/crypto/seal.hpp>
#include <mcpawl/crypto/weak_key.hpp>

#include "options.hpp"

#include <string>
#include <vector>

namespace examples {

/** `SESSION_KEYS` for `server_options::keys`: the sealing key first, with commas; none if it is not set. */
inline std::vector<mcpawl::secret> session_keys(mcpawl::settings& settings) {
  std::vector<mcpawl::secret> keys;
  for (std::string const& digits : list(settings, "SESSION_KEYS")) {
    keys.push_back(mcpawl::decode_hex(digits, mcpawl::sealer::key_size).value_or(mcpawl::secret()));
    if (keys.back().empty())
      settings.add_error(
          "SESSION_KEYS",
          "must have 64 hexadecimal digits for each key, as `openssl rand -hex 32` makes them");
    else if (mcpawl::is_weak_key(keys.back()))
      settings.add_error("SESSION_KEYS", mcpawl::weak_key_words);
  }
  return keys;
}

}  // namespace examples
