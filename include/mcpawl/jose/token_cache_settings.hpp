// mcpawl/jose/token_cache_settings.hpp - how verified tokens are remembered
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <chrono>
#include <cstddef>

namespace mcpawl::jose {

/** How many tokens are remembered, for how long, and in what form. */
struct token_cache_settings {
  token_cache_settings() {}  // not an aggregate: GCC 12 destroys those twice in some co_await expressions

  std::size_t entries = 1024;          ///< Rounded up to a power of two; 0 turns the cache off.
  std::size_t max_token_bytes = 1536;  ///< Longer tokens are verified each time.
  std::chrono::seconds max_age{60};    ///< After which a token is verified again; at most a day.
  bool digest_only = false;  ///< Keep SHA-256 of the tokens instead of the tokens; a hit costs more.
};

}  // namespace mcpawl::jose
