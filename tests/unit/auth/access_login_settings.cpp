// tests/unit/auth/access_login_settings.cpp - the OIDC application from the environment, with every error that is
// made in it
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/auth/access_login_settings.hpp>

#include <boost/test/unit_test.hpp>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(access_login_settings_suite)

namespace {

using namespace mcpawl;
using oauth::upstream_options;
using values = std::map<std::string, std::string>;

constexpr char const* issuer = "https://team.cloudflareaccess.com/cdn-cgi/access/sso/oidc/abc";
constexpr char const* callback = "https://mcp.example.com/callback";

values guide() {
  std::string const at = issuer;
  return {{"ACCESS_CLIENT_ID", "abc"},
          {"ACCESS_CLIENT_SECRET", "s3cret"},
          {"ACCESS_TOKEN_URL", at + "/token"},
          {"ACCESS_AUTHORIZATION_URL", at + "/authorization"},
          {"ACCESS_JWKS_URL", at + "/jwks"}};
}
values by_configuration() {
  return {{"ACCESS_CLIENT_ID", "abc"},
          {"ACCESS_CLIENT_SECRET", "s3cret"},
          {"ACCESS_CONFIG_URL", issuer + std::string("/.well-known/openid-configuration")}};
}
settings of(values const& all) {
  return settings([all](std::string const& name) -> std::optional<std::string> {
    auto const found = all.find(name);
    return found == all.end() ? std::nullopt : std::optional<std::string>(found->second);
  });
}
std::vector<std::string> errors(values const& all) {
  settings from = of(all);
  (void)mcpawl::detail::read_access_login(from, callback);
  try {
    from.throw_if_invalid();
  } catch (configuration_error const& e) {
    return e.errors();
  }
  return {};
}
/** Whether these settings have one error alone, that of one setting. */
bool only(values const& all, std::string const& name) {
  auto const found = errors(all);
  for (auto const& each : found) BOOST_TEST_MESSAGE(each);
  return found.size() == 1 && found.front().starts_with(name + ' ');
}
values with(values all, std::string const& name, std::string value) {
  all[name] = std::move(value);
  return all;
}
values without(values all, std::string const& name) {
  all.erase(name);
  return all;
}
upstream_options read(values const& all) {
  settings from = of(all);
  auto out = mcpawl::detail::read_access_login(from, callback);
  from.throw_if_invalid();
  BOOST_TEST(out.validate().empty());
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_three_addresses_of_the_guide) {
  auto const options = read(guide());
  BOOST_TEST(options.at.issuer == issuer);
  BOOST_TEST(options.client_id == "abc");
  BOOST_TEST((options.client_secret == secret("s3cret")));
  BOOST_TEST(options.callback == callback);
  BOOST_TEST(options.scopes == "openid email profile groups");
  BOOST_TEST(options.at.complete());
  BOOST_TEST(options.keys().keys().has_value());
}

BOOST_AUTO_TEST_CASE(the_configuration_instead_or_beside) {
  auto const alone = read(by_configuration());
  BOOST_TEST(alone.at.issuer == issuer);
  BOOST_TEST(!alone.at.complete());
  BOOST_TEST(!alone.keys().keys());
  values both = guide();
  both.merge(by_configuration());
  BOOST_TEST(read(both).at.complete());
  BOOST_TEST(read(both).at.issuer == issuer);
  BOOST_TEST(!read(without(both, "ACCESS_JWKS_URL")).at.complete());
  BOOST_TEST(only(
      with(both, "ACCESS_TOKEN_URL", "https://team.cloudflareaccess.com/cdn-cgi/access/sso/oidc/def/token"),
      "ACCESS_TOKEN_URL"));
}

BOOST_AUTO_TEST_CASE(every_mistake_is_noted) {
  for (auto const& [name, value] : guide()) {
    BOOST_TEST(only(without(guide(), name), name), name);
    BOOST_TEST(only(with(guide(), name, ""), name), name);
    BOOST_TEST(only(with(guide(), name, "<" + value + ">"), name), name);
  }
  for (char const* name : {"ACCESS_TOKEN_URL", "ACCESS_AUTHORIZATION_URL", "ACCESS_JWKS_URL"})
    for (char const* bad :
         {"nonsense", "http://team.cloudflareaccess.com/token", "ftp://x/token", "https://me@x/token"})
      BOOST_TEST(only(with(guide(), name, bad), name), name << ' ' << bad);
  BOOST_TEST(only(with(guide(), "ACCESS_JWKS_URL", "https://evil.example/jwks"), "ACCESS_JWKS_URL"));
  BOOST_TEST(only(with(guide(), "ACCESS_JWKS_URL", std::string(issuer) + "d/jwks"), "ACCESS_JWKS_URL"));
  BOOST_TEST(only(with(guide(), "ACCESS_TOKEN_URL", std::string(issuer) + "/tokens"), "ACCESS_TOKEN_URL"));
  BOOST_TEST(only(with(guide(), "ACCESS_CLIENT_SECRET", "two words"), "ACCESS_CLIENT_SECRET"));
  BOOST_TEST(only(with(by_configuration(), "ACCESS_CONFIG_URL", issuer), "ACCESS_CONFIG_URL"));
  BOOST_TEST(
      only(with(by_configuration(), "ACCESS_CONFIG_URL", "http://x.example/.well-known/openid-configuration"),
           "ACCESS_CONFIG_URL"));
  BOOST_TEST(errors({}).size() == 5u);
  for (auto const& text : errors(with(guide(), "ACCESS_CLIENT_SECRET", "two words")))
    BOOST_TEST(text.find("two words") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(another_provider_is_named) {
  values all = with(guide(), "ACCESS_TOKEN_URL", "https://api.example/oauth2/v1/exchange");
  all["ACCESS_ISSUER"] = "https://id.example";
  BOOST_TEST(read(all).at.issuer == "https://id.example");
  BOOST_TEST(only(with(all, "ACCESS_ISSUER", "id.example"), "ACCESS_ISSUER"));
  BOOST_TEST(only(with(by_configuration(), "ACCESS_ISSUER", "https://id.example"), "ACCESS_ISSUER"));
  BOOST_TEST(errors(with(by_configuration(), "ACCESS_ISSUER", issuer)).empty());
}

BOOST_AUTO_TEST_CASE(loopback_may_do_without_tls) {
  std::string const at = "http://127.0.0.1:9/oidc/abc";
  values all = guide();
  all["ACCESS_TOKEN_URL"] = at + "/token";
  all["ACCESS_AUTHORIZATION_URL"] = at + "/authorization";
  all["ACCESS_JWKS_URL"] = at + "/jwks";
  BOOST_TEST(read(all).at.issuer == at);
}

BOOST_AUTO_TEST_SUITE_END()
