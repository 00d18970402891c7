// tests/unit/oauth/upstream/upstream_options.cpp - the settings of the upstream, with every error that is made in
// them
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/upstream/upstream_options.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

BOOST_AUTO_TEST_SUITE(oauth_upstream_options)

namespace {

using namespace mcpawl;
using oauth::upstream_options;

constexpr char const* issuer = "https://team.cloudflareaccess.com/cdn-cgi/access/sso/oidc/abc";
constexpr char const* callback = "https://mcp.example.com/callback";

}  // namespace

BOOST_AUTO_TEST_CASE(options_from_code_are_checked) {
  upstream_options const good{
      .at = {.issuer = issuer}, .client_id = "abc", .client_secret = secret("s3cret"), .callback = callback};
  BOOST_TEST(good.validate().empty());
  BOOST_TEST(upstream_options().validate().size() == 4u);
  auto const wrong_with = [&good](auto change) {
    auto options = good;
    change(options);
    return options.validate().size();
  };
  BOOST_TEST(wrong_with([](upstream_options& o) { o.client_id.clear(); }) == 1u);
  BOOST_TEST(wrong_with([](upstream_options& o) { o.client_secret = secret(); }) == 1u);
  for (std::string const bad : {"/callback", "http://mcp.example.com/callback"})
    BOOST_TEST(wrong_with([&](upstream_options& o) { o.callback = bad; }) == 1u, bad);
  for (std::string const bad : {"email profile", "openidx", ""})
    BOOST_TEST(wrong_with([&](upstream_options& o) { o.scopes = bad; }) == 1u, bad);
  BOOST_TEST(wrong_with([](upstream_options& o) { o.timeout = std::chrono::milliseconds(0); }) == 1u);
  BOOST_TEST(wrong_with([](upstream_options& o) { o.leeway = std::chrono::seconds(61); }) == 1u);
  BOOST_TEST(wrong_with([](upstream_options& o) {
               o.at.authorization = o.at.token = o.at.jwks =
                   http::origin_url::parse("http://evil.example/x").value();
             }) == 3u);
}

BOOST_AUTO_TEST_SUITE_END()
