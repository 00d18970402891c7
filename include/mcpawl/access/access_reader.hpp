// mcpawl/access/access_reader.hpp - makes identities of the claims of verified tokens of Cloudflare Access
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/access/access_claims.hpp>
#include <mcpawl/access/access_groups.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/crypto/engine.hpp>
#include <mcpawl/jose/claims.hpp>
#include <mcpawl/keys/auth_errc.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl {

namespace detail {
class access_session;
class development_identity_maker;
}  // namespace detail

/** Makes identities of the claims of tokens that were verified. Nothing else can, and only the verifier may
    ask it to; so may `development_or`, in programs that name it. */
class access_reader {
private:
  template <detail::crypto_engine Engine>
  friend class basic_access_verifier;
  friend class detail::access_session;
  friend class detail::development_identity_maker;  // defined in auth/development_identity.hpp alone

  using kind = jose::claim_value::kind;

  /** Which claims are read, beside the registered ones; the order is that of `claim`. */
  static std::vector<std::string> names() {
    return {"type", "email", "country", "common_name", "groups", "custom"};
  }
  struct claim {
    enum index : std::size_t { type, email, country, common_name, groups, custom };
  };

  /** Read what Access says about the caller.

      @param claims of a verifier that was told to collect `names()`

      @par Errors
      `malformed_claim` if a claim has the wrong type, `not_an_application_token`, `no_identity` if the token
      names neither a user (a subject) nor a service (a common name and nothing of a user),
      `service_token_refused`. No refusal allocates.
  */
  static result<access_identity> read(jose::claims_view const& claims, bool service_tokens) {
    auto const& found = claims.wanted;
    for (auto const which : {claim::type, claim::email, claim::country, claim::common_name})
      if (found[which].is == kind::json && found[which].text != "null")
        return detail::auth_errc::malformed_claim;
    if (text(found[claim::type]) != "app") return detail::auth_errc::not_an_application_token;
    auto const& custom = found[claim::custom];
    bool const has_custom = custom.is == kind::json && custom.text.starts_with('{');
    if (custom.is != kind::absent && !has_custom && !is_null(custom))
      return detail::auth_errc::malformed_claim;

    auto const subject = claims.sub.value_or(std::string_view());
    auto const email = text(found[claim::email]), common_name = text(found[claim::common_name]);
    // a common name without an email might be a service's, which not everybody lets in
    bool const user = !subject.empty() && (!email.empty() || common_name.empty());
    bool const service = subject.empty() && email.empty() && !common_name.empty();
    if (!user && !service) return detail::auth_errc::no_identity;
    if (service && !service_tokens) return detail::auth_errc::service_token_refused;

    std::string custom_json(has_custom ? custom.text : std::string_view());
    auto groups = detail::read_access_groups(found[claim::groups], custom_json);
    return access_identity(std::in_place, user ? access_kind::user : access_kind::service,
                           std::string(claims.iss), std::string(subject), std::string(email), std::string(),
                           std::string(text(found[claim::country])), std::string(common_name),
                           std::move(groups), std::move(custom_json), claims.iat.value_or(0), claims.exp);
  }

  /** Claims of an ID token that was verified when the caller logged in, as the sealed grant kept them. */
  static access_identity restore(access_claims claims) { return access_identity(std::move(claims)); }

  static std::string_view text(jose::claim_value const& from) noexcept {
    return from.string().value_or(std::string_view());
  }
  static bool is_null(jose::claim_value const& value) noexcept {
    return value.is == kind::json && value.text == "null";
  }
};

}  // namespace mcpawl
