// mcpawl/test/fake_oidc_options.hpp - one application of the fake Access for SaaS, and the people who use it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::test {

/** Somebody who can sign in. */
struct oidc_person {
  explicit oidc_person(std::string address, std::string called = {}, std::vector<std::string> in = {})
      : email(std::move(address)), name(std::move(called)), groups(std::move(in)) {
    if (name.empty()) name = email.substr(0, email.find('@'));
  }

  std::string email;
  std::string name;
  std::vector<std::string> groups;
  boost::json::object custom;  ///< Further claims, as custom OIDC claims of an application.
  boost::json::object claims;  ///< Further claims beside those of Access, as other providers have them.
};

/** An OIDC application of Access for SaaS, as its owner sets it up. */
struct fake_oidc_options {
  fake_oidc_options(std::string id, std::string secret, std::vector<std::string> redirects)
      : client_id(std::move(id)), client_secret(std::move(secret)), redirect_uris(std::move(redirects)) {}

  std::string client_id;
  std::string client_secret;
  std::vector<std::string>
      redirect_uris;  ///< Compared byte by byte; `fake_oidc::allow_redirect` adds to them.

  /** The buttons of the sign-in page. Anybody else can sign in by writing an email. */
  std::vector<oidc_person> people{oidc_person("alice@example.com", "Alice Example", {"engineers"}),
                                  oidc_person("bob@example.com", "Bob Example")};

  /** The email of who signs in at once, without any page: for tests without a browser. */
  std::optional<std::string> signs_in;

  unix_seconds access_lifetime = 300;
  unix_seconds refresh_lifetime = 24 * 3600;
  bool rotates = true;  ///< Each refresh gives a new refresh token and ends the old one.
};

}  // namespace mcpawl::test
