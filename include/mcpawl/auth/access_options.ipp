// mcpawl/auth/access_options.ipp - the bodies of access_options.hpp
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/auth/access_options.hpp>
#include <mcpawl/core/configuration_error.hpp>
#include <mcpawl/http/authorities.hpp>
#include <mcpawl/http/url.hpp>
#include <mcpawl/jose/leeway.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl {

namespace detail {

/** Visible ASCII, and nothing that ends a quoted string. */
inline bool fits_quoted_string(std::string_view text) noexcept {
  for (char c : text)
    if (c <= ' ' || c >= 0x7f || c == '"' || c == '\\' || c == ',') return false;
  return true;
}

inline std::string validate_audience_tag(std::string_view audience) {
  if (audience.empty()) return "is empty";
  if (is_placeholder(audience)) return "is still a placeholder";
  if (audience.size() > 256) return "is too long to be an AUD tag";
  if (!fits_quoted_string(audience)) return "has characters that no AUD tag has";
  if (audience.find("://") != std::string_view::npos) return "is a URL, not the AUD tag of an application";
  return {};
}

inline std::string validate_team_domain(std::string_view domain) {
  if (is_placeholder(domain)) return "is still a placeholder";
  if (domain.find("://") == std::string_view::npos) return "must begin with https://";
  auto const url = http::origin_url::parse(domain);
  if (!url) return "is not a URL of scheme, host and perhaps port";
  if (!url->is_secure() && !url->is_loopback())
    return "must begin with https:// (http:// is for loopback addresses alone)";
  if (url->target() != "/") return "must be the team domain alone, without a path or query";
  return {};
}

}  // namespace detail

MCPAWL_DECL access_options access_options::from(settings& from) {
  access_options out;
  out.team_domain = from.required("TEAM_DOMAIN");
  out.audiences = from.required_list("POLICY_AUD");
  out.service_tokens = from.flag("ALLOW_SERVICE_TOKENS");
  // an empty value has its error noted already
  if (auto const wrong = detail::validate_team_domain(out.team_domain);
      !out.team_domain.empty() && !wrong.empty())
    from.add_error("TEAM_DOMAIN", wrong);
  for (auto const& audience : out.audiences)
    if (auto const wrong = detail::validate_audience_tag(audience); !audience.empty() && !wrong.empty())
      from.add_error("POLICY_AUD", wrong);
  return out;
}

MCPAWL_DECL std::vector<std::string> access_options::validate() const {
  detail::option_errors errors;
  errors.note("the team domain",
              team_domain.empty() ? "is empty" : detail::validate_team_domain(team_domain));
  if (audiences.empty()) errors.note("the audience", "is missing");
  for (auto const& audience : audiences) errors.note("the audience", detail::validate_audience_tag(audience));
  errors.note("the leeway", jose::validate_leeway(leeway));
  errors.note("the resource metadata URL", detail::fits_quoted_string(resource_metadata)
                                               ? ""
                                               : "has characters that cannot stand in a header");
  return std::move(errors.all);
}

MCPAWL_DECL std::string access_options::issuer() const {
  return http::origin_url::parse(team_domain).value().origin();
}

MCPAWL_DECL access_expectation access_options::expectation() const {
  access_expectation out(issuer(), audiences);
  out.leeway = leeway;
  out.service_tokens = service_tokens;
  out.expiry_first = expiry_first;
  return out;
}

MCPAWL_DECL http::origin_url access_options::keys_url() const {
  return http::origin_url::parse(issuer() + "/cdn-cgi/access/certs").value();
}

MCPAWL_DECL http::tls_trust access_options::authorities() const { return detail::given_or_system(trust); }

}  // namespace mcpawl
