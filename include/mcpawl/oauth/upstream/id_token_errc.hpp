// mcpawl/oauth/upstream/id_token_errc.hpp - what can be wrong with an ID token beyond what can be with every token
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>

#include <type_traits>

namespace mcpawl::oauth {

/** Faults of an ID token, for the log; the comments name the rule of OpenID Connect Core 1.0. */
enum class id_token_errc {
  malformed_claim = 1,     ///< A claim of the wrong type. Section 2.
  no_issue_time,           ///< Section 2: `iat` is required.
  no_authorized_party,     ///< Section 3.1.3.7, step 4.
  other_authorized_party,  ///< Section 3.1.3.7, step 5.
  wrong_nonce,             ///< Missing, or that of another login. Section 3.1.3.7, step 11.
  other_access_token,      ///< Section 3.1.3.8.
  no_subject,              ///< Section 2.
  other_subject,           ///< Section 12.2.
  email_not_verified,      ///< Section 5.7: such an email names nobody.
};

constexpr error_entry describe(id_token_errc e) noexcept {
  switch (e) {
    case id_token_errc::malformed_claim: return {"a claim has the wrong type", condition::malformed};
    case id_token_errc::no_issue_time: return {"no time of issue", condition::refused};
    case id_token_errc::no_authorized_party:
      return {"several audiences and no authorized party", condition::refused};
    case id_token_errc::other_authorized_party: return {"another authorized party", condition::refused};
    case id_token_errc::wrong_nonce: return {"the nonce is not that of the login", condition::refused};
    case id_token_errc::other_access_token: return {"the hash of another access token", condition::refused};
    case id_token_errc::no_subject: return {"no subject", condition::refused};
    case id_token_errc::other_subject: return {"another subject than before", condition::refused};
    case id_token_errc::email_not_verified: return {"the email is not verified", condition::refused};
  }
  return {"unknown error of an ID token", condition::internal};
}
constexpr char const* category_name(id_token_errc) noexcept { return "mcpawl.id_token"; }
inline error_code make_error_code(id_token_errc e) noexcept { return code_of(e); }

}  // namespace mcpawl::oauth

template <>
struct boost::system::is_error_code_enum<mcpawl::oauth::id_token_errc> : std::true_type {};
