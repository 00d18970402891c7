// mcpawl/auth/downstream_errc.hpp - why a caller's token was not sent to another application
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>

#include <type_traits>

namespace mcpawl {

/** Refusals of `downstream`; nothing has been sent then. */
enum class downstream_errc {
  origin_not_allowed = 1,  ///< Not on the list that was given at start-up.
  credential_in_request,   ///< The request has a field already that only `downstream` sets.
  no_token,                ///< The caller came without a token.
  unusable_token,          ///< The token has characters that no token has.
};

constexpr error_entry describe(downstream_errc e) noexcept {
  switch (e) {
    case downstream_errc::origin_not_allowed:
      return {"not an application that callers' tokens may be sent to", condition::refused};
    case downstream_errc::credential_in_request:
      return {"the request has a credential of its own", condition::refused};
    case downstream_errc::no_token: return {"the caller has no token to be sent on", condition::refused};
    case downstream_errc::unusable_token:
      return {"the caller's token cannot stand in a header", condition::malformed};
  }
  return {"unknown error of a call downstream", condition::internal};
}
constexpr char const* category_name(downstream_errc) noexcept { return "mcpawl.downstream"; }
inline error_code make_error_code(downstream_errc e) noexcept { return code_of(e); }

}  // namespace mcpawl

template <>
struct boost::system::is_error_code_enum<mcpawl::downstream_errc> : std::true_type {};
