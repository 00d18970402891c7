// mcpawl/auth/access_login_reader.hpp - what an ID token of Access for SaaS says about a person, and how a grant
// keeps it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/access/access_claims.hpp>
#include <mcpawl/access/access_groups.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/jose/claims.hpp>
#include <mcpawl/oauth/common/errc.hpp>
#include <mcpawl/oauth/common/record.hpp>
#include <mcpawl/oauth/upstream/id_token_errc.hpp>
#include <mcpawl/oauth/upstream/login_reader.hpp>
#include <mcpawl/oauth/upstream/upstream_login.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** Reads logins at Cloudflare Access.

    Without an email, as users of some applications are, the subject names a person. An email that is not verified
    names nobody (OpenID Connect Core 1.0 section 5.7). In a refresh, a token without the email that there was leaves
    the profile as it was.
*/
class access_login_reader final : public oauth::login_reader {
public:
  std::string_view name() const noexcept override { return reader_name; }

  std::vector<std::string> claims() const override {
    return {"email", "email_verified", "name", "country", "groups", "custom"};
  }

  result<oauth::login_profile> read(std::span<jose::claim_value const> found,
                                    oauth::login_profile const* before) const override {
    for (auto const which : {email, name_of_person, country})
      if (oauth::is_no_text(found[which])) return oauth::id_token_errc::malformed_claim;
    if (found[email_verified].text == "false") return oauth::id_token_errc::email_not_verified;
    auto const text = [&found](claim which) { return found[which].string().value_or(std::string_view()); };
    if (before != nullptr && text(email).empty()) {
      oauth::detail::record_reader kept(before->bytes, layout);
      if (!kept.text().empty()) return *before;
    }
    auto const& own = found[custom];
    bool const has_custom = own.is == jose::claim_value::kind::json && own.text.starts_with('{');
    std::string const custom_json(has_custom ? own.text : std::string_view());
    auto const in = read_access_groups(found[groups], custom_json);
    oauth::detail::record_writer out(layout, 256 + custom_json.size());
    out.text(text(email)).text(text(name_of_person)).text(text(country)).text(custom_json);
    out.integer(static_cast<std::int64_t>(in.size()));
    for (auto const& group : in) out.text(group);
    oauth::login_profile made;
    made.label = text(email).empty() ? text(name_of_person) : text(email);
    made.bytes = out.take();
    return made;
  }

private:
  friend class access_session;

  enum claim : std::size_t { email, email_verified, name_of_person, country, groups, custom };
  static constexpr std::string_view reader_name = "access";
  static constexpr unsigned char layout = 1;

  /** The claims of a login that a grant has kept.

      @par Errors
      `oauth_errc::bad_token` for a login at another provider; `oauth_errc::damaged_record`. */
  static result<access_claims> claims_of(oauth::upstream_person const& from) {
    if (from.reader != reader_name) return oauth::oauth_errc::bad_token;
    oauth::detail::record_reader in(from.profile.bytes, layout);
    access_claims who;
    who.issuer = from.issuer;
    who.subject = from.subject;
    who.issued_at = from.issued_at;
    who.email = in.text();
    who.name = in.text();
    who.country = in.text();
    who.custom_json = in.text();
    who.groups.resize(in.count());
    for (auto& group : who.groups) group = in.text();
    if (!in.complete()) return oauth::oauth_errc::damaged_record;
    return who;
  }
};

}  // namespace mcpawl::detail
