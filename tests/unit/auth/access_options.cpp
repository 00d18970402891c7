// tests/unit/auth/access_options.cpp - settings that cannot work are refused, all of them at once
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/auth/access_options.hpp>

#include <boost/test/unit_test.hpp>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(auth_access_options)

namespace {

using namespace mcpawl;

constexpr char const* aud = "f70ff985a9b5cd1e9d8e0ee1d0d2a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4";

using values = std::map<std::string, std::string>;

std::vector<std::string> mistakes_in(values const& environment) {
  settings from([&](std::string const& name) {
    auto const found = environment.find(name);
    return found == environment.end() ? std::optional<std::string>()
                                      : std::optional<std::string>(found->second);
  });
  access_options::from(from);
  try {
    from.throw_if_invalid();
  } catch (configuration_error const& e) {
    return e.errors();
  }
  return {};
}

std::vector<std::string> mistakes_in(std::string team_domain, std::vector<std::string> audiences) {
  return access_options{.team_domain = std::move(team_domain), .audiences = std::move(audiences)}.validate();
}

/** The only error in a team domain, as read from the environment. */
std::string wrong_domain(std::string const& domain) {
  auto const errors = mistakes_in({{"TEAM_DOMAIN", domain}, {"POLICY_AUD", aud}});
  return errors.size() == 1 ? errors[0] : std::to_string(errors.size()) + " errors";
}

std::string mended(std::string domain) {
  access_options const options{.team_domain = std::move(domain), .audiences = {aud}};
  BOOST_TEST(options.validate().empty());
  return options.issuer();
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_guides_settings_are_accepted) {
  BOOST_TEST(
      mistakes_in({{"TEAM_DOMAIN", "https://acme.cloudflareaccess.com"}, {"POLICY_AUD", aud}}).empty());
  BOOST_TEST(mistakes_in({{"TEAM_DOMAIN", "https://acme.cloudflareaccess.com/"},
                          {"POLICY_AUD", std::string(aud) + ", another"},
                          {"ALLOW_SERVICE_TOKENS", "true"}})
                 .empty());
}

BOOST_AUTO_TEST_CASE(everything_wrong_is_listed) {
  auto const nothing = mistakes_in(values());
  std::vector<std::string> const expected{"TEAM_DOMAIN is not set", "POLICY_AUD is not set"};
  BOOST_TEST(nothing == expected, boost::test_tools::per_element());

  auto const guide = mistakes_in({{"TEAM_DOMAIN", "<Add-Team-Domain>"},
                                  {"POLICY_AUD", "<Add-Policy-AUD>"},
                                  {"ALLOW_SERVICE_TOKENS", "perhaps"}});
  std::vector<std::string> const all{"TEAM_DOMAIN is still the placeholder \"<Add-Team-Domain>\"",
                                     "POLICY_AUD is still the placeholder \"<Add-Policy-AUD>\"",
                                     "ALLOW_SERVICE_TOKENS must be true or false, not \"perhaps\""};
  BOOST_TEST(guide == all, boost::test_tools::per_element());

  BOOST_TEST(mistakes_in({{"TEAM_DOMAIN", "acme"}, {"POLICY_AUD", "a b,https://x,,c"}}).size() == 4u);
}

BOOST_AUTO_TEST_CASE(a_team_domain_is_an_https_origin) {
  BOOST_TEST(wrong_domain("acme.cloudflareaccess.com") == "TEAM_DOMAIN must begin with https://");
  BOOST_TEST(wrong_domain("http://acme.cloudflareaccess.com") ==
             "TEAM_DOMAIN must begin with https:// (http:// is for loopback addresses alone)");
  for (auto const* text :
       {"https://acme.cloudflareaccess.com/cdn-cgi/access/certs", "https://acme.cloudflareaccess.com//",
        "https://acme.cloudflareaccess.com?x", "https://one.dash.cloudflare.com/123/access"})
    BOOST_TEST(wrong_domain(text) == "TEAM_DOMAIN must be the team domain alone, without a path or query",
               text);
  for (auto const* text : {"https://", "https:///x", "ftp://acme.example", "https://user:pw@acme.example",
                           "https://acme.example#x", "https://acme example", "https://acme.example:0"})
    BOOST_TEST(wrong_domain(text) == "TEAM_DOMAIN is not a URL of scheme, host and perhaps port", text);
  BOOST_TEST(wrong_domain("https://your-team.cloudflareaccess.com") ==
             "TEAM_DOMAIN is still the placeholder \"https://your-team.cloudflareaccess.com\"");
}

BOOST_AUTO_TEST_CASE(plain_http_is_for_loopback) {
  for (auto const* text : {"http://127.0.0.1:9000", "http://localhost:9000", "http://[::1]:9000"})
    BOOST_TEST(mended(text) == text);
  for (auto const* text : {"http://127.0.0.1.evil.example", "http://localhost.evil.example",
                           "http://10.0.0.1", "http://127.1", "http://[::2]"})
    BOOST_TEST(wrong_domain(text).starts_with("TEAM_DOMAIN "), text);
}

BOOST_AUTO_TEST_CASE(a_team_domain_is_brought_into_the_form_of_iss) {
  auto const form = "https://acme.cloudflareaccess.com";
  BOOST_TEST(mended("https://acme.cloudflareaccess.com") == form);
  BOOST_TEST(mended("https://acme.cloudflareaccess.com/") == form);
  BOOST_TEST(mended("HTTPS://Acme.CloudflareAccess.com") == form);
  BOOST_TEST(mended("https://acme.cloudflareaccess.com:443") == form);
  access_options const options{.team_domain = std::string(form) + "/", .audiences = {aud}};
  BOOST_TEST(options.keys_url().origin() == form);
  BOOST_TEST(options.keys_url().target() == "/cdn-cgi/access/certs");
  BOOST_TEST(options.expectation().issuer == form);
}

BOOST_AUTO_TEST_CASE(options_in_code_are_checked_as_well) {
  BOOST_TEST(mistakes_in("https://acme.cloudflareaccess.com", {"a", "b"}).empty());
  BOOST_TEST(mistakes_in("", {}).size() == 2u);
  BOOST_TEST(mistakes_in("https://your-team.cloudflareaccess.com", {"", "<aud>", "a b", "a,b"}).size() == 5u);
  BOOST_TEST(mistakes_in("https://acme.example", {std::string(257, 'a')}).size() == 1u);
  BOOST_TEST(mistakes_in("https://acme.example", {"caf\xc3\xa9"}).size() == 1u);
}

BOOST_AUTO_TEST_CASE(other_options_are_checked_too) {
  access_options options{.team_domain = "https://acme.example", .audiences = {"aud"}};
  auto wrong_with_leeway = [options](int seconds) mutable {
    options.leeway = std::chrono::seconds(seconds);
    return options.validate().size();
  };
  BOOST_TEST(wrong_with_leeway(60) == 0u);
  BOOST_TEST(wrong_with_leeway(61) == 1u);
  BOOST_TEST(wrong_with_leeway(-1) == 1u);
  options.resource_metadata = "https://a.example/.well-known/x";
  BOOST_TEST(options.validate().empty());
  options.resource_metadata = "https://a.example/\"\r\nX: y";
  BOOST_TEST(options.validate().size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
