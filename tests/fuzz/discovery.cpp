// tests/fuzz/discovery.cpp - an issuer's metadata from anywhere: an address over https, or a refusal
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/keys/discovery.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const document(reinterpret_cast<char const*>(data), size);
  for (std::string_view issuer : {"https://a.example/t", "http://127.0.0.1:1"}) {
    auto const found = mcpawl::oauth::read_jwks_uri(document, issuer);
    if (found && !found->is_secure() && !found->is_loopback()) std::abort();
    if (found && !found->is_secure() && issuer.starts_with("https")) std::abort();
  }
  // as an issuer, the same bytes are judged first and give two addresses on the same server then
  if (mcpawl::oauth::validate_issuer(document).empty() && mcpawl::oauth::discovery_urls(document).size() != 2)
    std::abort();
  return 0;
}
