// tests/unit/auth/resource_server.cpp - what callers are told, and which paths are open
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/auth/resource_server.hpp>

#include "../access/access_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <vector>

namespace auth_resource_server {
namespace {

using namespace mcpawl;
using namespace mcpawl::detail;

struct fixture {
  test::manual_clock clock;
  std::shared_ptr<key_source> keys =
      std::make_shared<key_source>(*http::origin_url::parse("https://a.example/certs"), clock);

  static resource_server at(std::string const& url, std::string const& path = "/mcp") {
    bearer_options const options{.public_url = url,
                                 .issuer = "https://issuer.example",
                                 .audiences = {"api"},
                                 .required_scopes = {"read", "list"},
                                 .offered_scopes = {"write", "read"}};
    resource_server made(options);
    made.endpoint(path);
    return made;
  }
  resource_server server = at("https://mcp.example");

  template <class Errc>
  denial deny(Errc e) const {
    return server.deny(make_error_code(e), *keys);
  }
  static bool open(resource_server const& policy, std::string_view target) {
    return policy.route_of(http::request_head::make("GET", target)) == public_route::any_origin;
  }
};

std::string const ending =
    "scope=\"read list\", resource_metadata=\"https://mcp.example/.well-known/oauth-protected-resource/mcp\"";

}  // namespace

}  // namespace auth_resource_server

BOOST_FIXTURE_TEST_SUITE(auth_resource_server, fixture)

BOOST_AUTO_TEST_CASE(beside_other_servers_the_metadata_is_behind_the_endpoint_alone) {
  std::string const known = "/.well-known/oauth-protected-resource";
  BOOST_TEST(open(server, known));
  BOOST_TEST((server.shared_paths("/a/mcp") == std::vector<std::string>{known + "/a/mcp", known + "/a/mcp"}));
  server.endpoint("/a/mcp", true);
  BOOST_TEST(!open(server, known));
  BOOST_TEST(!open(server, ""));
  BOOST_TEST(open(server, known + "/a/mcp"));
  BOOST_TEST(!open(server, known + "/mcp"));
}

BOOST_AUTO_TEST_CASE(who_lacks_a_scope_is_told_all_to_ask_for) {
  scope_demand const demand{"the tool adjust", {"write"}, {"write"}};
  // what is required, what is needed, and what the token has of ours
  auto const one = server.insufficient_scope(demand, {"openid", "list", "read"});
  BOOST_TEST(one.status == 403);
  BOOST_TEST(one.code == "insufficient_scope");
  BOOST_TEST(
      one.description ==
      "The tool adjust needs the scope write, which this access token does not have: authorize again and ask for it");
  BOOST_TEST(one.www_authenticate ==
             R"(Bearer error="insufficient_scope", scope="read list write", resource_metadata=")"
             R"(https://mcp.example/.well-known/oauth-protected-resource/mcp", error_description=")" +
                 one.description + '"');
  auto const two =
      server.insufficient_scope({"the tool x", {"a", "b", "read"}, {"a", "b"}}, {"read", "write"});
  BOOST_TEST(two.description.find("needs the scopes a, b, which") != std::string::npos);
  BOOST_TEST(two.description.ends_with("ask for them"));
  BOOST_TEST(two.www_authenticate.find(R"(scope="read list a b write")") != std::string::npos);
  std::vector<std::string> const known{"read", "list", "write"};
  BOOST_TEST(server.known_scopes() == known, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(denials_follow_their_table) {
  auto const missing = deny(auth_errc::missing_token);
  BOOST_TEST(missing.status == 401);
  BOOST_TEST(missing.code == "missing_token");
  BOOST_TEST(missing.www_authenticate == "Bearer " + ending);
  for (auto e : {auth_errc::several_tokens, auth_errc::token_in_query}) {
    BOOST_TEST(deny(e).status == 400);
    BOOST_TEST(deny(e).code == "invalid_request");
    BOOST_TEST(deny(e).www_authenticate == "Bearer error=\"invalid_request\", " + ending);
  }
  auto const scope = deny(auth_errc::insufficient_scope);
  BOOST_TEST(scope.status == 403);
  BOOST_TEST(scope.www_authenticate == "Bearer error=\"insufficient_scope\", " + ending);
  for (auto e : {auth_errc::malformed_authorization, auth_errc::no_subject, auth_errc::claims_do_not_fit,
                 auth_errc::malformed_claim}) {
    BOOST_TEST(deny(e).status == 401);
    BOOST_TEST(deny(e).code == "invalid_token");
    BOOST_TEST(deny(e).www_authenticate == "Bearer error=\"invalid_token\", " + ending);
  }
  for (auto e : {jose::jose_errc::expired, jose::jose_errc::bad_signature, jose::jose_errc::wrong_audience,
                 jose::jose_errc::unknown_kid, jose::jose_errc::unknown_algorithm})
    BOOST_TEST(deny(e).status == 401);
  for (auto e : {auth_errc::no_keys, auth_errc::keys_too_old}) {
    BOOST_TEST(deny(e).status == 503);
    BOOST_TEST(deny(e).www_authenticate == "");
    BOOST_TEST(deny(e).retry_after.count() >= 1);
  }
}

BOOST_AUTO_TEST_CASE(an_unknown_kid_is_no_verdict_while_keys_cannot_be_fetched) {
  keys->ask(key_want::any_key).lease->fail();
  BOOST_TEST(deny(jose::jose_errc::unknown_kid).status == 503);
  BOOST_TEST(deny(jose::jose_errc::bad_signature).status == 401);
}

BOOST_AUTO_TEST_CASE(only_whole_paths_are_open) {
  for (auto const* path :
       {"/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp",
        "/.well-known/oauth-protected-resource?x=y"})
    BOOST_TEST(open(server, path), path);
  for (auto const* path :
       {"/", "/mcp", "/mcp?/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resourcex",
        "/.well-known/oauth-protected-resource/", "/.well-known/oauth-protected-resource/mcp/",
        "/.well-known/oauth-protected-resource/../../mcp", "/.WELL-KNOWN/oauth-protected-resource",
        "/.well-known/oauth-protected-resource%2Fmcp", "//.well-known/oauth-protected-resource",
        "/x/.well-known/oauth-protected-resource", "/.well-known/oauth-authorization-server"})
    BOOST_TEST(!open(server, path), path);
}

BOOST_AUTO_TEST_CASE(paths_follow_the_public_url_and_the_endpoint) {
  auto const root = at("https://mcp.example/", "/");
  BOOST_TEST(open(root, "/.well-known/oauth-protected-resource"));
  BOOST_TEST(!open(root, "/.well-known/oauth-protected-resource/"));
  BOOST_TEST(!open(root, "/.well-known/oauth-protected-resource/mcp"));
  auto const moved = at("https://mcp.example/a/b", "/mcp");
  BOOST_TEST(open(moved, "/.well-known/oauth-protected-resource/a/b"));
  BOOST_TEST(open(moved, "/.well-known/oauth-protected-resource/mcp"));
  BOOST_TEST(!open(moved, "/.well-known/oauth-protected-resource/a"));
}

BOOST_AUTO_TEST_SUITE_END()
