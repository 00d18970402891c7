// mcpawl/oauth/client/client.hpp - a client as the server knows it, and its secret
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/oauth/client/client_metadata.hpp>
#include <mcpawl/oauth/client/client_metadata_reader.hpp>
#include <mcpawl/oauth/common/errc.hpp>
#include <mcpawl/oauth/common/record.hpp>
#include <mcpawl/oauth/common/redirect_uri.hpp>
#include <mcpawl/oauth/grant/token.hpp>
#include <mcpawl/store/entry.hpp>
#include <mcpawl/text/json_text.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::oauth {

/** A client: registered, configured, or described by the document its client_id leads to. */
struct client {
  std::string id;
  client_metadata metadata;
  std::string secret_digest;  ///< Empty if it has none. The secret is random, so a plain digest hides it.
  unix_seconds issued = 0;
  unix_seconds expires = never_expires;

  /** Whether this is its secret. */
  bool knows(secret const& presented) const {
    return !secret_digest.empty() && equal_in_constant_time(digest_of(presented), secret_digest);
  }
  static std::string digest_of(secret const& of) {
    return detail::digest_for("mcpawl.oauth.client", of.reveal());
  }

  /** Its key in the store. */
  static std::string key_of(std::string_view id) { return std::string{"client/"}.append(id); }

  std::string bytes() const {
    detail::record_writer out(layout);
    out.text(id).text(secret_digest).integer(issued).integer(expires);
    auto const& m = metadata;
    out.integer(static_cast<std::int64_t>(m.redirect_uris.size()));
    for (auto const& each : m.redirect_uris) out.text(each.text());
    out.integer(static_cast<std::int64_t>(m.auth)).integer(m.refreshable).text(m.scope.text());
    out.text(m.client_name).text(m.client_uri).text(m.logo_uri).text(m.tos_uri).text(m.policy_uri);
    out.integer(static_cast<std::int64_t>(m.contacts.size()));
    for (auto const& each : m.contacts) out.text(each);
    out.text(m.application_type).text(m.software_id).text(m.software_version).text(m.jwks_uri).text(m.jwks);
    return out.take();
  }

  /** Read a record. Redirect URIs that the rules no longer allow are left out.

      @par Errors
      `oauth_errc::damaged_record`.
  */
  static result<client> parse(std::string_view bytes, redirect_rules const& rules = {}) {
    detail::record_reader in(bytes, layout);
    client out;
    auto& m = out.metadata;
    out.id = in.text();
    out.secret_digest = in.text();
    out.issued = in.integer();
    out.expires = in.integer();
    for (std::size_t n = in.count(); n != 0; --n) {
      auto parsed = redirect_uri::parse(in.text(), rules);
      if (parsed) m.redirect_uris.push_back(std::move(*parsed));
    }
    auto const method = in.integer();
    m.auth = static_cast<client_auth>(method);
    m.refreshable = in.integer() != 0;
    auto scope = scope_set::parse(in.text());
    m.client_name = in.text();
    m.client_uri = in.text();
    m.logo_uri = in.text();
    m.tos_uri = in.text();
    m.policy_uri = in.text();
    m.contacts.resize(in.count());
    for (auto& each : m.contacts) each = in.text();
    m.application_type = in.text();
    m.software_id = in.text();
    m.software_version = in.text();
    m.jwks_uri = in.text();
    m.jwks = in.text();
    bool const known = method >= 0 && method <= static_cast<std::int64_t>(client_auth::private_key_jwt);
    if (!in.complete() || !known || !scope) return oauth_errc::damaged_record;
    m.scope = std::move(*scope);
    return out;
  }

  /** The response to a registration (RFC 7591 section 3.2.1); `its_secret` may be empty. */
  std::string registration_json(secret const& its_secret, client_metadata_report const& report = {}) const {
    std::string out = "{\"client_id\":";
    append_json_string(out, id);
    out += ",\"client_id_issued_at\":";
    append_json_number(out, issued);
    if (!its_secret.empty()) {
      out += ",\"client_secret\":";
      append_json_string(out, its_secret.reveal());
      out += ",\"client_secret_expires_at\":";
      append_json_number(out, expires == never_expires ? unix_seconds{0} : expires);
    }
    out += ',';
    metadata.append_json_members(out);
    report.append_json_member(out);
    out += '}';
    return out;
  }

private:
  static constexpr unsigned char layout = 1;
};

}  // namespace mcpawl::oauth
