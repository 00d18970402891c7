// mcpawl/oauth/client_document.hpp - client metadata read from a registration or from the client's own URL
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/http/url.hpp>
#include <mcpawl/oauth/client_metadata.hpp>
#include <mcpawl/oauth/errc.hpp>
#include <mcpawl/oauth/json_members.hpp>
#include <mcpawl/oauth/redirect_uri.hpp>
#include <mcpawl/oauth/scope.hpp>
#include <mcpawl/reflect/utf8.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::oauth {

inline constexpr std::size_t largest_registration = 16 * 1024;    ///< Bytes.
inline constexpr std::size_t largest_client_document = 5 * 1024;  ///< Bytes, as the draft advises.
inline constexpr std::size_t most_redirect_uris = 16;

namespace detail {

/** Tell whether a text is fit to be shown: UTF-8 without control characters and without those that turn
    the direction of what follows, which make one name look like another. */
constexpr bool is_showable(std::string_view text, std::size_t most_bytes) noexcept {
  if (text.size() > most_bytes) return false;
  while (!text.empty()) {
    auto const point = mcpawl::detail::first_code_point(text);
    char32_t const c = point.value;
    if (!point.valid || c < 0x20 || (c >= 0x7f && c < 0xa0)) return false;
    if ((c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x2028 || c == 0x2029)
      return false;
    text.remove_prefix(point.size);
  }
  return true;
}

/** Reads the members one by one; the first that is wrong decides. */
class client_document_reader {
public:
  client_document_reader(std::vector<json_member> members, redirect_rules const& rules)
      : members_(std::move(members)), rules_(rules) {}

  result<client_metadata> read() {
    client_metadata out;
    if (error_code const bad = read_redirect_uris(out)) return bad;
    if (error_code const bad = read_types(out)) return bad;
    constexpr std::size_t short_text = 200;
    text("client_name", out.client_name, short_text);
    text("application_type", out.application_type, short_text);
    text("software_id", out.software_id, short_text);
    text("software_version", out.software_version, short_text);
    link("client_uri", out.client_uri);
    link("logo_uri", out.logo_uri);
    link("tos_uri", out.tos_uri);
    link("policy_uri", out.policy_uri);
    link("jwks_uri", out.jwks_uri);
    strings("contacts", out.contacts);
    std::string scope;
    text("scope", scope, scope_set::most_bytes);
    auto parsed = scope_set::parse(scope);
    if (!parsed) return errc::bad_registration;
    out.scope = std::move(*parsed);
    if (auto const* const keys = find("jwks")) {
      wrong_ = wrong_ || keys->type != json_member::kind::other || !keys->text.starts_with('{');
      out.jwks = keys->text;
    }
    if (wrong_ || (!out.jwks.empty() && !out.jwks_uri.empty())) return errc::bad_registration;
    return out;
  }

  json_member const* find(std::string_view name) const noexcept {
    for (auto const& each : members_)
      if (each.name == name && each.type != json_member::kind::null) return &each;
    return nullptr;
  }

private:
  error_code read_redirect_uris(client_metadata& out) {
    auto const* const given = find("redirect_uris");
    if (given == nullptr || given->type != json_member::kind::strings || given->list.empty() ||
        given->list.size() > most_redirect_uris) {
      return errc::bad_registered_uri;
    }
    for (auto const& each : given->list) {
      auto parsed = redirect_uri::parse(each, rules_);
      if (!parsed) return parsed.error();
      out.redirect_uris.push_back(std::move(*parsed));
    }
    return {};
  }

  /** The server may leave out what it does not have (RFC 7591 section 3.2.1), but what remains must work. */
  error_code read_types(client_metadata& out) {
    std::vector<std::string> grants{"authorization_code"}, responses{"code"};
    if (find("grant_types") != nullptr) strings("grant_types", grants);
    if (find("response_types") != nullptr) strings("response_types", responses);
    auto const has = [](std::vector<std::string> const& all, std::string_view one) {
      return std::find(all.begin(), all.end(), one) != all.end();
    };
    if (wrong_ || !has(grants, "authorization_code") || !has(responses, "code"))
      return errc::bad_registration;
    out.refreshable = has(grants, "refresh_token");
    std::string method{name_of(client_auth::basic)};
    text("token_endpoint_auth_method", method, method.capacity() + 64);
    auto const known = client_auth_named(method);
    if (!known) return errc::bad_registration;
    out.auth = *known;
    return {};
  }

  void text(std::string_view name, std::string& to, std::size_t most_bytes) {
    auto const* const given = find(name);
    if (given == nullptr) return;
    if (given->type == json_member::kind::string && is_showable(given->text, most_bytes)) {
      to = given->text;
    } else {
      wrong_ = true;
    }
  }

  void link(std::string_view name, std::string& to) {
    text(name, to, redirect_uri::most_bytes);
    if (!to.empty() && !http::origin_url::parse(to)) wrong_ = true;
  }

  void strings(std::string_view name, std::vector<std::string>& to) {
    constexpr std::size_t most = 16, most_bytes = 200;
    auto const* const given = find(name);
    if (given == nullptr) return;
    to = given->list;
    if (given->type != json_member::kind::strings || to.size() > most) wrong_ = true;
    for (auto const& each : to)
      if (!is_showable(each, most_bytes)) wrong_ = true;
  }

  std::vector<json_member> members_;
  redirect_rules const& rules_;
  bool wrong_ = false;
};

}  // namespace detail

/** Read the document of a registration request (RFC 7591 section 3.1). Members without a meaning here are
    ignored.

    Errors: `errc::registration_too_large`, `errc::bad_registration`, `errc::bad_registered_uri`.
*/
inline result<client_metadata> parse_registration(std::string_view json, redirect_rules const& rules = {}) {
  auto members = detail::read_json_members(json, largest_registration);
  if (!members) return members.error();
  auto out = detail::client_document_reader(std::move(*members), rules).read();
  // whoever registers here gets a secret or none; keys belong to clients with a document of their own
  if (out && out->auth == client_auth::private_key_jwt) return errc::bad_registration;
  return out;
}

/** Tell whether a client_id is the URL of a metadata document: https with a path, without dot segments, user
    information, fragment (OAuth Client ID Metadata Document section 2). */
inline bool is_client_document_url(std::string_view client_id) {
  if (!client_id.starts_with("https://") || client_id.size() > redirect_uri::most_bytes) return false;
  auto const url = http::origin_url::parse(client_id);
  if (!url) return false;
  std::string_view const path = std::string_view{url->target()}.substr(0, url->target().find('?'));
  if (path == "/") return false;
  for (std::size_t at = 0; at != std::string_view::npos; at = path.find('/', at + 1)) {
    std::string_view const rest = path.substr(at + 1);
    std::string_view const segment = rest.substr(0, rest.find('/'));
    if (segment == "." || segment == "..") return false;
  }
  return true;
}

/** Read the document that was found at `url`, which is the client_id.

    Such a client has no secret of ours: it authenticates with its key, or not at all.
    Errors: as `parse_registration`, and `errc::document_elsewhere` if the document is not about this URL.
*/
inline result<client_metadata> parse_client_document(std::string_view json, std::string_view url,
                                                     redirect_rules const& rules = {}) {
  auto members = detail::read_json_members(json, largest_client_document);
  if (!members) return members.error();
  detail::client_document_reader reader(std::move(*members), rules);
  auto const* const id = reader.find("client_id");
  if (id == nullptr || id->type != detail::json_member::kind::string || id->text != url)
    return errc::document_elsewhere;
  if (reader.find("client_secret") != nullptr || reader.find("client_secret_expires_at") != nullptr) {
    return errc::bad_registration;
  }
  bool const method_given = reader.find("token_endpoint_auth_method") != nullptr;
  auto out = reader.read();
  if (!out) return out;
  if (!method_given) out->auth = client_auth::none;
  if (has_secret(out->auth) || out->client_name.empty()) return errc::bad_registration;
  if (out->auth == client_auth::private_key_jwt && out->jwks.empty() && out->jwks_uri.empty()) {
    return errc::bad_registration;
  }
  return out;
}

}  // namespace mcpawl::oauth
