// mcpawl/oauth/client/client_metadata_reader.hpp - reads the members of client metadata, and names those that are
// wrong
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/http/url.hpp>
#include <mcpawl/oauth/client/client_metadata.hpp>
#include <mcpawl/oauth/common/errc.hpp>
#include <mcpawl/oauth/common/json_members.hpp>
#include <mcpawl/oauth/common/redirect_uri.hpp>
#include <mcpawl/oauth/common/redirect_uri_errc.hpp>
#include <mcpawl/oauth/common/scope.hpp>
#include <mcpawl/text/json_text.hpp>
#include <mcpawl/text/utf8.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::oauth {

inline constexpr std::size_t max_redirect_uris = 16;

/** What there is to tell about client metadata besides what was read. */
struct client_metadata_report {
  struct refused_uri {
    std::string uri;  ///< As it was sent.
    error_code why;   ///< `redirect_uri_errc`.
  };

  std::string wrong;  ///< Which member cannot be accepted, and what could be. Empty if all can.
  /** The redirect URIs that were left out, or that all was refused for. */
  std::vector<refused_uri> refused;

  /** Append them as a member of a JSON object, behind others; nothing if there are none. */
  void append_json_member(std::string& out) const {
    if (refused.empty()) return;
    out += ",\"refused_redirect_uris\":[";
    for (std::size_t i = 0; i != refused.size(); ++i) {
      out += i == 0 ? "{\"redirect_uri\":" : ",{\"redirect_uri\":";
      append_json_string(out, refused[i].uri);
      out += ",\"reason\":";
      append_json_string(out, refused[i].why.message());
      out += '}';
    }
    out += ']';
  }
};

namespace detail {

/** Tell whether a text is fit to be shown: UTF-8 without control characters and without those that turn
    the direction of what follows, which make one name look like another. */
constexpr bool is_showable(std::string_view text, std::size_t max_bytes) noexcept {
  if (text.size() > max_bytes) return false;
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

/** The beginning of what a client sent, with the characters that an `error_description` may have (RFC 6749
    appendix A.8). */
inline std::string quotable(std::string_view text) {
  constexpr std::size_t max_bytes = 200;
  std::string out{text.substr(0, max_bytes)};
  for (char& c : out)
    if (c < ' ' || c > '~' || c == '"' || c == '\\') c = '?';
  if (text.size() > max_bytes) out += "...";
  return out;
}

/** Tell whether the rest of a registration is good without this URI: one that a client has for machines of
    another kind, or of an operator with other rules. What no honest client sends refuses all. */
inline bool can_be_left_out(error_code const& why) noexcept {
  return why == redirect_uri_errc::private_scheme || why == redirect_uri_errc::plain_http ||
         why == redirect_uri_errc::wildcard;
}

/** Say which redirect URIs were refused, the first four of them, and why. */
inline std::string refused_uris(client_metadata_report const& report) {
  constexpr std::size_t max_named = 4;
  std::string out;
  for (std::size_t i = 0; i != std::min(report.refused.size(), max_named); ++i) {
    auto const& each = report.refused[i];
    out += i == 0 ? "" : "; ";
    out.append(quotable(each.uri)).append(" - ").append(each.why.message());
  }
  return out;
}

/** Reads the members one by one; the first that is wrong is reported. */
class client_metadata_reader {
public:
  client_metadata_reader(std::vector<json_member> members, redirect_rules const& rules,
                         client_metadata_report& report)
      : members_(std::move(members)), rules_(rules), report_(report) {}

  /** @par Errors
      `oauth_errc::bad_registration`, `oauth_errc::bad_registered_uri`. */
  result<client_metadata> read() {
    client_metadata out;
    if (error_code const bad = read_redirect_uris(out)) return bad;
    read_types(out);
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
    read_scope(out);
    if (auto const* const keys = find("jwks")) {
      if (keys->type != json_member::kind::other || !keys->text.starts_with('{'))
        refuse("jwks", "must be an object");
      out.jwks = keys->text;
      if (!out.jwks_uri.empty()) refuse("jwks", "must not be beside jwks_uri");
    }
    if (!report_.wrong.empty()) return oauth_errc::bad_registration;
    return out;
  }

  json_member const* find(std::string_view name) const noexcept {
    for (auto const& each : members_)
      if (each.name == name && each.type != json_member::kind::null) return &each;
    return nullptr;
  }

  void refuse(std::string_view name, std::string_view why) {
    if (report_.wrong.empty()) report_.wrong.append(name).append(" ").append(why);
  }

private:
  error_code read_redirect_uris(client_metadata& out) {
    auto const* const given = find("redirect_uris");
    if (given == nullptr || given->type != json_member::kind::strings || given->list.empty() ||
        given->list.size() > max_redirect_uris) {
      refuse("redirect_uris", "must be an array of 1 to 16 strings");
      return oauth_errc::bad_registered_uri;
    }
    bool rest_is_good = true;
    for (auto const& each : given->list) {
      auto parsed = redirect_uri::parse(each, rules_);
      if (parsed) {
        out.redirect_uris.push_back(std::move(*parsed));
        continue;
      }
      rest_is_good = rest_is_good && can_be_left_out(parsed.error());
      report_.refused.push_back({each, parsed.error()});
    }
    if (rest_is_good && !out.redirect_uris.empty()) return {};
    report_.wrong += refused_uris(report_);
    return oauth_errc::bad_registered_uri;
  }

  /** The server may leave out what it does not have (RFC 7591 section 3.2.1), but what remains must work. */
  void read_types(client_metadata& out) {
    std::vector<std::string> grants{"authorization_code"}, responses{"code"};
    strings("grant_types", grants);
    strings("response_types", responses);
    auto const has = [](std::vector<std::string> const& all, std::string_view one) {
      return std::find(all.begin(), all.end(), one) != all.end();
    };
    if (!has(grants, "authorization_code")) refuse("grant_types", "must have authorization_code");
    if (!has(responses, "code")) refuse("response_types", "must have code");
    out.refreshable = has(grants, "refresh_token");
    std::string method{name_of(client_auth::basic)};
    text("token_endpoint_auth_method", method, 64);
    if (auto const known = client_auth_named(method)) {
      out.auth = *known;
    } else {
      refuse("token_endpoint_auth_method", "must be none, client_secret_basic or client_secret_post");
    }
  }

  void read_scope(client_metadata& out) {
    std::string scope;
    text("scope", scope, scope_set::max_bytes);
    auto parsed = scope_set::parse(scope);
    if (parsed) {
      out.scope = std::move(*parsed);
    } else {
      refuse("scope",
             "must be at most 64 names of ASCII, without quotes and backslashes, spaces between them");
    }
  }

  void text(std::string_view name, std::string& to, std::size_t max_bytes) {
    auto const* const given = find(name);
    if (given == nullptr) return;
    if (given->type != json_member::kind::string) {
      refuse(name, "must be a string");
    } else if (given->text.size() > max_bytes) {
      refuse(name, "may have " + std::to_string(max_bytes) + " bytes");
    } else if (!is_showable(given->text, max_bytes)) {
      refuse(name, "must have no control characters");
    } else {
      to = given->text;
    }
  }

  void link(std::string_view name, std::string& to) {
    text(name, to, redirect_uri::max_bytes);
    if (!to.empty() && !http::origin_url::parse(to))
      refuse(name, "must be an http or https URL without user information and fragment");
  }

  void strings(std::string_view name, std::vector<std::string>& to) {
    constexpr std::size_t most = 16, max_bytes = 200;
    auto const* const given = find(name);
    if (given == nullptr) return;
    to = given->list;
    bool good = given->type == json_member::kind::strings && to.size() <= most;
    for (auto const& each : to) good = good && is_showable(each, max_bytes);
    if (!good)
      refuse(name, "must be an array of at most 16 strings of 200 bytes, without control characters");
  }

  std::vector<json_member> members_;
  redirect_rules const& rules_;
  client_metadata_report& report_;
};

}  // namespace detail

}  // namespace mcpawl::oauth
