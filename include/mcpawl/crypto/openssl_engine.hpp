// mcpawl/crypto/openssl_engine.hpp - signatures by OpenSSL, RSA without what OpenSSL does around the
// arithmetic
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/crypto/checked_rsa_engine.hpp>
#include <mcpawl/crypto/engine.hpp>
#include <mcpawl/crypto/rsa_bn.hpp>

namespace mcpawl {

/** The engine of verifiers that name none.

    RS256, RS384 and RS512 with e = 65537 are verified by OpenSSL's Montgomery multiplication, on any CPU, in
    nine tenths of the time of `EVP_PKEY_verify`; everything else by `EVP_PKEY_verify`, as `evp_engine` does
    it. Both accept the same: known answers are computed once per process, and `EVP_PKEY_verify` must confirm
    each key before it is used. Public data only.
*/
struct openssl_engine {
  using verifier = detail::checked_rsa_engine<detail::bn_arithmetic>::verifier;

  /** That `EVP_PKEY_verify` serves a kind of key is no news; that it had to replace a wrong result is. */
  static detail::engine_report report(verifier const& of) noexcept {
    auto const full = detail::checked_rsa_engine<detail::bn_arithmetic>::report(of);
    return full.faulty ? full : detail::engine_report{"openssl", {}};
  }
};

static_assert(detail::crypto_engine<openssl_engine>);

}  // namespace mcpawl
