// mcpawl/http/client_certificate.hpp - what the verified certificate of a client says
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>

#include <string>
#include <vector>

namespace mcpawl::http {

/** The certificate of a client, after TLS has verified that an authority of the listener signed it and that the client has
    its key. */
struct client_certificate {
  std::string subject;  ///< As in RFC 2253: `CN=agent,O=Example`.
  std::string issuer;   ///< The same of who signed it.
  std::vector<std::string>
      names;  ///< Alternative names: `DNS:a.example`, `URI:spiffe://a/b`, `email:a@b.example`.
  std::string
      public_key_sha256;  ///< Of the SubjectPublicKeyInfo, 64 hexadecimal digits; a renewal may keep it.
  std::string certificate_sha256;  ///< Of the certificate, 64 hexadecimal digits.
  unix_seconds not_before = 0;
  unix_seconds not_after = 0;
};

}  // namespace mcpawl::http
