// mcpawl/crypto/openssl_version.hpp - says in one sentence that OpenSSL is missing or too old, before anything else does
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

// as in mcpawl/core/requirements.hpp
#if !__has_include(<openssl/opensslv.h>)
#error "mcpawl needs OpenSSL 3.0 or newer, and there is none: <openssl/opensslv.h> is not found"
#include <stopped_by_the_error_above>
#endif
#include <openssl/opensslv.h>
#if OPENSSL_VERSION_NUMBER < 0x30000000L
#error \
    "mcpawl needs OpenSSL 3.0 or newer: <openssl/opensslv.h> is of an older one, or of a library that takes its name"
#include <stopped_by_the_error_above>
#endif
