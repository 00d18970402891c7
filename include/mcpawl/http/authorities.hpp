// mcpawl/http/authorities.hpp - whom to trust for connections to an issuer: what was set, or the system
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/configuration_error.hpp>
#include <mcpawl/http/tls.hpp>

#include <optional>

namespace mcpawl::detail {

/** The authorities given, or else the system's, which are read once per process.

    @par Errors
    Throws `configuration_error` if they cannot be read.
*/
inline http::tls_trust given_or_system(std::optional<http::tls_trust> const& given) {
  if (given) return *given;
  static auto const loaded = http::tls_trust::system();
  if (!loaded) throw configuration_error("the certificate authorities of the system cannot be read");
  return *loaded;
}

}  // namespace mcpawl::detail
