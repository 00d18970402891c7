// tests/fuzz/jwt.cpp - no token throws, and only what was signed is accepted, as it was signed
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/jose/verifier.hpp>

#include "../unit/jose/signing.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

using namespace mcpawl::jose;

static auto const signer = mcpawl::jose_tests::signing_key::ed25519();

struct prepared : verifier {
  explicit prepared(bool first)
      : verifier({.issuer = "i",
                  .audiences = {"a"},
                  .algorithms = {algorithm::eddsa},
                  .leeway = {},
                  .wanted = {"w", "sub"},
                  .expiry_first = first}) {
    use(std::make_shared<jwk_set const>(parse_jwk_set("{\"keys\":[" + signer.jwk("k", "") + "]}").value()));
  }
};

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  static prepared usual{false}, expiry_first{true};
  std::string_view const text{reinterpret_cast<char const*>(data), size};
  if (usual.verify(text, 1) || expiry_first.verify(text, 1)) std::abort();
  auto const line = text.find('\n');  // behind the header; the rest is the payload
  if (line == text.npos) return 0;
  auto const token = signer.token(text.substr(0, line), text.substr(line + 1), algorithm::eddsa);
  auto const claims = usual.verify(token, 1);
  if (claims && claims->payload_json != text.substr(line + 1)) std::abort();
  auto const same = expiry_first.verify(token, 1);
  if (claims.has_value() != same.has_value() || (!claims && claims.error() != same.error())) std::abort();
  return 0;
}
