// mcpawl/http/tls_options.hpp - with which certificate a listener speaks TLS, and whose certificates it asks for
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <string>

namespace mcpawl {

/** The oldest version of TLS that a listener speaks. */
enum class tls_version : unsigned char { v1_2, v1_3 };

/** Whether a client must show a certificate, or may. */
enum class client_certificate_mode : unsigned char { optional, required };

/** A certificate for a listener, from files in PEM, and the rules for those of clients.

    Of TLS 1.2 only ECDHE with AES-GCM or ChaCha20-Poly1305 is spoken; there is no early data, no compression and no
    renegotiation, and ALPN knows `http/1.1`. `http_server::reload` reads the files again.

    @code
    mcpawl::serve_http(srv, {.address = "0.0.0.0", .port = 443,
                             .tls = mcpawl::tls_options{.certificate = "tls.crt", .key = "tls.key"}});
    @endcode
*/
struct tls_options {
  std::string certificate =
      {};                ///< The file of the certificate, with those between it and its authority behind it.
  std::string key = {};  ///< The file of its key, without a password. May be the same file.
  tls_version at_least = tls_version::v1_2;

  /** The file of the authorities that sign the certificates of clients; empty: no client is asked for one. */
  std::string client_authorities = {};
  client_certificate_mode client_certificates = client_certificate_mode::required;
};

}  // namespace mcpawl
