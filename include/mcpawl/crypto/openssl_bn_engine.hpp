// mcpawl/crypto/openssl_bn_engine.hpp - RSA by OpenSSL's multiplications without what OpenSSL does around
// them
#pragma once

#include <mcpawl/crypto/checked_rsa_engine.hpp>
#include <mcpawl/crypto/engine.hpp>
#include <mcpawl/crypto/rsa_bn.hpp>

namespace mcpawl {

/** Verifies RS256, RS384 and RS512 with e = 65537 by OpenSSL's Montgomery multiplication, on any CPU, in six
    sevenths of the time of `EVP_PKEY_verify`; everything else with OpenSSL as usual.

    What it accepts is the same; it is checked as `avx512_ifma_engine` is, and like that one it is for public
    data only.
*/
struct openssl_bn_engine : detail::checked_rsa_engine<detail::bn_arithmetic> {};

static_assert(crypto_engine<openssl_bn_engine>);

}  // namespace mcpawl
