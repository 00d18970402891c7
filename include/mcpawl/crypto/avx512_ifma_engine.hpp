// mcpawl/crypto/avx512_ifma_engine.hpp - RSA by AVX-512 IFMA where the CPU has it, OpenSSL for the rest
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/crypto/checked_rsa_engine.hpp>
#include <mcpawl/crypto/engine.hpp>
#include <mcpawl/crypto/rsa_ifma.hpp>

namespace mcpawl {

/** Verifies RS256, RS384 and RS512 with keys of 2048, 3072 or 4096 bits and e = 65537 by the AVX-512 IFMA
    instructions, in a third of OpenSSL's time; everything else, and everything on CPUs without them, with
    OpenSSL.

    What it accepts is the same. Before it is used it must compute known answers, once in a process, and
    for each key what OpenSSL computes; where it does not, OpenSSL verifies and the report says so.

    For public data only, which is all that there is to verifying: nothing here is hidden from whoever can
    measure its time.
*/
struct avx512_ifma_engine : detail::checked_rsa_engine<detail::ifma_arithmetic> {};

static_assert(detail::crypto_engine<avx512_ifma_engine>);

}  // namespace mcpawl
