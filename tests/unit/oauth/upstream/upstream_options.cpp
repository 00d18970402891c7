// tests/unit/oauth/upstream/upstream_options.cpp - the settings of the upstream, with every error that is made in
// them
#include <mcpawl/oauth/upstream/upstream_options.hpp>

#include <boost/test/unit_test.hpp>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(oauth_upstream_options)

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
std::vector<std::string> mistakes(values const& all) {
  settings from = of(all);
  (void)upstream_options::from(from, callback);
  try {
    from.throw_if_invalid();
  } catch (configuration_error const& e) {
    return e.mistakes();
  }
  return {};
}
/** Whether these settings have one error alone, that of one setting. */
bool only(values const& all, std::string const& name) {
  auto const found = mistakes(all);
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
  auto out = upstream_options::from(from, callback);
  from.throw_if_invalid();
  return upstream_options::checked(std::move(out));
}
std::size_t wrong(upstream_options options) {
  try {
    (void)upstream_options::checked(std::move(options));
  } catch (configuration_error const& e) {
    return e.mistakes().size();
  }
  return 0;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_three_addresses_of_the_guide) {
  auto const options = read(guide());
  BOOST_TEST(options.issuer() == issuer);
  BOOST_TEST(options.client_id() == "abc");
  BOOST_TEST((options.client_secret() == secret("s3cret")));
  BOOST_TEST(options.callback() == callback);
  BOOST_TEST(options.scopes() == "openid email profile groups");
  BOOST_TEST(options.addresses().complete());
  BOOST_TEST(options.keys().keys().has_value());
}

BOOST_AUTO_TEST_CASE(the_configuration_instead_or_beside) {
  auto const alone = read(by_configuration());
  BOOST_TEST(alone.issuer() == issuer);
  BOOST_TEST(!alone.addresses().complete());
  BOOST_TEST(!alone.keys().keys());
  values both = guide();
  both.merge(by_configuration());
  BOOST_TEST(read(both).addresses().complete());
  BOOST_TEST(read(both).issuer() == issuer);
  BOOST_TEST(!read(without(both, "ACCESS_JWKS_URL")).addresses().complete());
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
  BOOST_TEST(mistakes({}).size() == 5u);
  for (auto const& text : mistakes(with(guide(), "ACCESS_CLIENT_SECRET", "two words")))
    BOOST_TEST(text.find("two words") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(another_provider_is_named) {
  values all = with(guide(), "ACCESS_TOKEN_URL", "https://api.example/oauth2/v1/exchange");
  all["ACCESS_ISSUER"] = "https://id.example";
  BOOST_TEST(read(all).issuer() == "https://id.example");
  BOOST_TEST(only(with(all, "ACCESS_ISSUER", "id.example"), "ACCESS_ISSUER"));
  BOOST_TEST(only(with(by_configuration(), "ACCESS_ISSUER", "https://id.example"), "ACCESS_ISSUER"));
  BOOST_TEST(mistakes(with(by_configuration(), "ACCESS_ISSUER", issuer)).empty());
}

BOOST_AUTO_TEST_CASE(loopback_may_do_without_tls) {
  std::string const at = "http://127.0.0.1:9/oidc/abc";
  values all = guide();
  all["ACCESS_TOKEN_URL"] = at + "/token";
  all["ACCESS_AUTHORIZATION_URL"] = at + "/authorization";
  all["ACCESS_JWKS_URL"] = at + "/jwks";
  BOOST_TEST(read(all).issuer() == at);
}

BOOST_AUTO_TEST_CASE(options_from_code_are_checked) {
  auto const good = [] {
    auto out = upstream_options::discover(issuer);
    return out.client("abc", secret("s3cret")).callback(callback);
  };
  BOOST_TEST(wrong(good()) == 0u);
  BOOST_TEST(wrong(upstream_options::discover("")) == 4u);
  BOOST_TEST(wrong(good().client("", secret())) == 2u);
  BOOST_TEST(wrong(good().callback("/callback")) == 1u);
  BOOST_TEST(wrong(good().callback("http://mcp.example.com/callback")) == 1u);
  BOOST_TEST(wrong(good().scopes("email profile")) == 1u);
  BOOST_TEST(wrong(good().scopes("openidx")) == 1u);
  BOOST_TEST(wrong(good().scopes("")) == 1u);
  BOOST_TEST(wrong(good().timeout(std::chrono::milliseconds(0))) == 1u);
  BOOST_TEST(wrong(good().leeway(std::chrono::seconds(61))) == 1u);
  auto const at = http::origin_url::parse("http://evil.example/x").value();
  BOOST_TEST(wrong(upstream_options::at(at, at, at, issuer).client("abc", secret("x")).callback(callback)) ==
             3u);
}

BOOST_AUTO_TEST_SUITE_END()
