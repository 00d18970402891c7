// tests/fuzz/jwks.cpp - no key set throws, and what is kept of it is usable and within the limits
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/jose/jwk_set.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using mcpawl::jose::jwk_set;
  auto const set = mcpawl::jose::parse_jwk_set({reinterpret_cast<char const*>(data), size});
  if (!set) return 0;
  if (set->keys().empty() || set->keys().size() > jwk_set::max_keys) std::abort();
  if (set->skipped().size() > jwk_set::max_skipped) std::abort();
  for (auto const& key : set->keys()) {
    if (set->find(key.kid()) == nullptr || key.algorithms().empty()) std::abort();
    for (std::size_t i = 0; i != mcpawl::jose::algorithm_count; ++i) {
      auto const alg = static_cast<mcpawl::jose::algorithm>(i);
      bool const chosen = set->find(key.kid(), alg) == &key;
      if (!key.kid().empty() && key.algorithms().contains(alg) != chosen) std::abort();
    }
  }
  return 0;
}
