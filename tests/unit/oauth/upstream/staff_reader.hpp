// tests/unit/oauth/upstream/staff_reader.hpp - a login reader for a provider that is not Access, and the identities
// that come of it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/verified.hpp>
#include <mcpawl/oauth/common/errc.hpp>
#include <mcpawl/oauth/grant/token_types.hpp>
#include <mcpawl/oauth/upstream/id_token_errc.hpp>
#include <mcpawl/oauth/upstream/login_reader.hpp>
#include <mcpawl/oauth/upstream/login_record.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace staff {

using namespace mcpawl;

/** What the provider says: a name to log in with, and a department with a number. */
struct claims {
  using verified_by = class session;

  std::string principal;
  std::string username;
  std::string department;
};

class reader final : public oauth::login_reader {
public:
  std::string_view name() const noexcept override { return "staff"; }
  std::vector<std::string> claims() const override { return {"preferred_username", "department"}; }
  result<oauth::login_profile> read(std::span<jose::claim_value const> found,
                                    oauth::login_profile const* before) const override {
    if (oauth::is_no_text(found[0])) return oauth::id_token_errc::malformed_claim;
    if (before != nullptr && !found[0].string()) return *before;
    oauth::login_profile made;
    made.label = found[0].string().value_or("");
    made.bytes = found[1].text;
    return made;
  }
};

/** Makes identities of grants. */
class session {
public:
  static result<verified<claims>> open(oauth::access_grant const& grant) {
    auto const login = oauth::login_of(grant.props);
    if (!login) return login.error();
    auto const& who = login->who;
    if (who.reader != reader().name()) return oauth::oauth_errc::bad_token;
    claims made;
    made.principal = "staff " + who.issuer + ' ' + who.subject;
    made.username = who.profile.label;
    made.department = who.profile.bytes;
    return verified<claims>(std::move(made));
  }
};

}  // namespace staff
