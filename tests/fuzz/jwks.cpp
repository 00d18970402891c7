// tests/fuzz/jwks.cpp - no key set throws, and what is kept of it is usable and within the limits
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
    if (set->find(key.kid()) != &key || key.algorithms().empty()) std::abort();
  }
  return 0;
}
