// tests/unit/auth/bearer_options.cpp - settings are read, and everything wrong with them is told at once
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/auth/jwt_bearer.hpp>

#include <boost/test/unit_test.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(auth_bearer_options)

namespace {

using namespace mcpawl;

using table = std::map<std::string, std::string>;

table const good = {{"PUBLIC_URL", "https://mcp.example.com"},
                    {"JWT_ISSUER", "https://tenant.auth0.com/"},
                    {"JWT_AUDIENCE", "api-1, https://mcp.example.com/mcp"}};

settings reading(table const& values) {
  return settings([values](std::string const& name) {
    auto const found = values.find(name);
    return found == values.end() ? std::nullopt : std::optional(found->second);
  });
}

std::vector<std::string> errors(table const& values) {
  try {
    jwt_bearer<>::from_env(reading(values));
    return {};
  } catch (configuration_error const& e) {
    return e.errors();
  }
}
std::string mistake_with(std::string const& name, std::string const& value) {
  table changed = good;
  changed[name] = value;
  auto const all = errors(changed);
  return all.size() == 1 ? all.front() : std::to_string(all.size()) + " errors";
}

}  // namespace

BOOST_AUTO_TEST_CASE(settings_become_options) {
  auto from = reading(good);
  auto const options = bearer_options::from(from);
  from.throw_if_invalid();
  BOOST_TEST(options.expectation().issuer == "https://tenant.auth0.com/");  // the slash is part of the name
  BOOST_TEST(options.expectation().audiences.size() == 2u);
  BOOST_TEST(options.expectation().scopes.empty());
  BOOST_TEST(!options.keys().keys().has_value());
  BOOST_TEST(options.keys().metadata().size() == 2u);
  BOOST_CHECK(options.expectation().algorithms ==
              jose::algorithm_set({jose::algorithm::rs256, jose::algorithm::es256}));
}

BOOST_AUTO_TEST_CASE(optional_settings) {
  table more = good;
  more["JWT_JWKS_URL"] = "https://keys.example/jwks?x=1";
  more["JWT_SCOPES"] = "files:read files:list";
  auto from = reading(more);
  auto const options = bearer_options::from(from);
  from.throw_if_invalid();
  BOOST_REQUIRE(options.keys().keys().has_value());
  BOOST_TEST(options.keys().keys()->target() == "/jwks?x=1");
  BOOST_TEST(options.keys().metadata().empty());
  BOOST_TEST(options.expectation().scopes.size() == 2u);
}

BOOST_AUTO_TEST_CASE(what_is_missing_is_listed_all_at_once) {
  auto const all = errors({});
  BOOST_REQUIRE(all.size() == 3u);
  BOOST_TEST(all[0] == "PUBLIC_URL is not set");
  BOOST_TEST(all[1] == "JWT_ISSUER is not set");
  BOOST_TEST(all[2] == "JWT_AUDIENCE is not set");
  BOOST_TEST(errors({{"PUBLIC_URL", "http://mcp.example.com"},
                     {"JWT_ISSUER", "issuer"},
                     {"JWT_AUDIENCE", "a,,b c"},
                     {"JWT_JWKS_URL", "ftp://x"},
                     {"JWT_SCOPES", "a,b \"c\""}})
                 .size() == 7u);
  BOOST_TEST(errors(good).empty());
}

BOOST_AUTO_TEST_CASE(each_mistake_has_its_words) {
  std::string const scheme = " must begin with https:// (http:// is for loopback addresses alone)";
  BOOST_TEST(mistake_with("PUBLIC_URL", "http://mcp.example.com") == "PUBLIC_URL" + scheme);
  BOOST_TEST(mistake_with("PUBLIC_URL", "mcp.example.com") == "PUBLIC_URL is not an https:// URL");
  BOOST_TEST(mistake_with("PUBLIC_URL", "https://mcp.example.com/?a") == "PUBLIC_URL must have no query");
  BOOST_TEST(mistake_with("JWT_ISSUER", "http://issuer.example") == "JWT_ISSUER" + scheme);
  BOOST_TEST(mistake_with("JWT_ISSUER", "tenant") == "JWT_ISSUER is not an https:// URL");
  BOOST_TEST(mistake_with("JWT_ISSUER", "https://issuer.example/?a") == "JWT_ISSUER must have no query");
  BOOST_TEST(mistake_with("JWT_ISSUER", "https://<tenant>.auth0.com/").find("placeholder") !=
             std::string::npos);
  BOOST_TEST(mistake_with("JWT_AUDIENCE", "a b") == "JWT_AUDIENCE has spaces or characters beyond ASCII");
  BOOST_TEST(mistake_with("JWT_AUDIENCE", std::string(600, 'a')) == "JWT_AUDIENCE is too long");
  BOOST_TEST(mistake_with("JWT_JWKS_URL", "http://keys.example/") == "JWT_JWKS_URL" + scheme);
  BOOST_TEST(mistake_with("JWT_SCOPES", "a,b") ==
             "JWT_SCOPES \"a,b\" has a comma: scopes have spaces between them");
  BOOST_TEST(mistake_with("JWT_SCOPES", "a\\b") == "JWT_SCOPES \"a\\b\" has characters that no scope has");
}

BOOST_AUTO_TEST_CASE(options_in_code_are_checked_as_well) {
  bearer_options const bad{.public_url = "x",
                           .issuer = "y",
                           .keys_url = "z",
                           .required_scopes = {"a\""},
                           .offered_scopes = {"b,c"},
                           .scope_claims = std::vector<std::string>(20, "name"),
                           .algorithms = {},
                           .leeway = std::chrono::seconds(61)};
  BOOST_TEST(bad.validate().size() == 9u);
  try {
    jwt_bearer<> policy(bad);
    BOOST_ERROR("it was accepted");
  } catch (configuration_error const& e) {
    BOOST_TEST(e.errors().size() == 9u);
  }
}

BOOST_AUTO_TEST_SUITE_END()
