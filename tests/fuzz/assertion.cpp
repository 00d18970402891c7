// tests/fuzz/assertion.cpp - an assertion from anywhere is refused; a signed one is of whom it claims, or
// refused
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/client/assertion_verifier.hpp>
#include <mcpawl/test/signing_key.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace mcpawl;
  using namespace mcpawl::detail;
  static auto const key = test::signing_key::generate();
  static auto const keys =
      std::make_shared<jose::jwk_set const>(jose::parse_jwk_set("{\"keys\":[" + key.jwk() + "]}").value());
  static auto const expected = oauth::detail::expect_assertion("https://c.example/me", {"https://a.example"});
  constexpr unix_seconds now = 1'800'000'000;
  std::string const text(reinterpret_cast<char const*>(data), size);
  (void)oauth::claimed_client_of(text);
  if (oauth::detail::verify_assertion(text, keys, expected, now)) std::abort();

  // the first line as a header, the rest as claims
  auto const line = std::min(text.find('\n'), size);
  std::string token;
  append_base64url(token, std::string_view(text).substr(0, line));
  append_base64url(token += '.', std::string_view(text).substr(std::min(line + 1, size)));
  std::string const signature = key.sign(token);
  append_base64url(token += '.', signature);
  auto const good = oauth::detail::verify_assertion(token, keys, expected, now);
  if (!good) return 0;
  auto const from = oauth::claimed_client_of(token);
  if (!from || *from != expected.issuer || good->jti.empty() || good->expires - now > 305) std::abort();
  return 0;
}
