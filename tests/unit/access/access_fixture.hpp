// tests/unit/access/access_fixture.hpp - one fake Access for the tests that need no network
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/jose/jwk_set.hpp>
#include <mcpawl/test/fake_access.hpp>
#include <mcpawl/test/manual_clock.hpp>

#include <memory>
#include <string>

namespace access_fixture {

inline constexpr char const* team = "https://acme.cloudflareaccess.com";
inline constexpr char const* aud = "f70ff985a9b5cd1e9d8e0ee1d0d2a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4";

inline mcpawl::test::manual_clock& time() {
  static mcpawl::test::manual_clock clock;
  return clock;
}

/** Made once: its keys take a quarter of a second. Nobody may rotate it. */
inline mcpawl::test::fake_access const& access() {
  static mcpawl::test::fake_access const one(team, aud, time());
  return one;
}

/** The code of an enumeration's value: the test library prints codes, not enumerations. */
template <class Errc>
mcpawl::error_code code(Errc e) {
  return make_error_code(e);
}

inline std::shared_ptr<mcpawl::jose::jwk_set const> keys_of(std::string const& document) {
  return std::make_shared<mcpawl::jose::jwk_set const>(mcpawl::jose::parse_jwk_set(document).value());
}

inline std::shared_ptr<mcpawl::jose::jwk_set const> keys() { return keys_of(access().certs()); }

}  // namespace access_fixture
