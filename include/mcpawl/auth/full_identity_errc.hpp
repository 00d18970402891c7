// mcpawl/auth/full_identity_errc.hpp - why the whole identity of a caller is not known
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>

#include <type_traits>

namespace mcpawl {

/** Errors of `access_identity_endpoint`, beside those of `http::fetch`. */
enum class full_identity_errc {
  no_assertion = 1,  ///< The caller has no application token of Access: see `access_identity_endpoint`.
  unusable_token,    ///< The token has characters that no token has.
  login_ended,       ///< Access does not take the token any more: the session was ended, say.
  no_answer,         ///< Another status than 200, or a redirect.
  not_an_identity,   ///< 200, and no JSON object that names somebody.
};

constexpr error_entry describe(full_identity_errc e) noexcept {
  switch (e) {
    case full_identity_errc::no_assertion:
      return {"the caller has no application token of Access", condition::refused};
    case full_identity_errc::unusable_token:
      return {"the caller's token cannot stand in a cookie", condition::malformed};
    case full_identity_errc::login_ended:
      return {"Access knows the caller's session no more", condition::expired};
    case full_identity_errc::no_answer: return {"Access did not tell the identity", condition::unavailable};
    case full_identity_errc::not_an_identity:
      return {"what Access answered is no identity", condition::unavailable};
  }
  return {"unknown error of an identity", condition::internal};
}
constexpr char const* category_name(full_identity_errc) noexcept { return "mcpawl.identity"; }
inline error_code make_error_code(full_identity_errc e) noexcept { return code_of(e); }

}  // namespace mcpawl

template <>
struct boost::system::is_error_code_enum<mcpawl::full_identity_errc> : std::true_type {};
