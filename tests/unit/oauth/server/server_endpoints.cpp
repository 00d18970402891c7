// tests/unit/oauth/server/server_endpoints.cpp - which path is which endpoint, and where the metadata is
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/server/server_endpoints.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(oauth_server_endpoints)

namespace {

using namespace mcpawl;
using oauth::endpoint;

oauth::server_endpoints at(std::string_view url, std::string_view path, bool optional_ones = true,
                           bool shared = false) {
  oauth::server_rules rules;
  rules.authorization.issuer = "https://mcp.example";
  rules.registration = optional_ones;
  if (optional_ones) rules.introspector.emplace();
  return oauth::server_endpoints(rules, http::origin_url::parse(url).value(), path, shared);
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_endpoints_are_below_the_origin) {
  auto const all = at("https://mcp.example", "/mcp");
  BOOST_CHECK(all.which("/authorize") == endpoint::authorization);
  BOOST_CHECK(all.which("/callback") == endpoint::callback);
  BOOST_CHECK(all.which("/token") == endpoint::token);
  BOOST_CHECK(all.which("/revoke") == endpoint::revocation);
  BOOST_CHECK(all.which("/register") == endpoint::registration);
  BOOST_CHECK(all.which("/introspect") == endpoint::introspection);
}

BOOST_AUTO_TEST_CASE(what_the_rules_leave_out_has_no_path) {
  auto const some = at("https://mcp.example", "/mcp", false);
  BOOST_CHECK(some.which("/register") == endpoint::none);
  BOOST_CHECK(some.which("/introspect") == endpoint::none);
  BOOST_CHECK(some.which("/token") == endpoint::token);
}

BOOST_AUTO_TEST_CASE(all_paths_are_listed_once_and_beside_other_servers_none_at_the_root) {
  std::string const known = "/.well-known/oauth-protected-resource";
  for (bool const optional_ones : {true, false})
    for (bool const shared : {true, false}) {
      auto const all = at("https://mcp.example", "/mcp", optional_ones, shared);
      auto const listed = all.paths();
      BOOST_TEST(listed.size() == 10u + (optional_ones ? 2 : 0) - (shared ? 1 : 0));
      for (auto const& path : listed) BOOST_CHECK_MESSAGE(all.which(path) != endpoint::none, path);
      BOOST_CHECK((all.which(known) == endpoint::none) == shared);
      BOOST_CHECK(all.which(known + "/mcp") == endpoint::resource_metadata);
      BOOST_CHECK(all.which("") == endpoint::none);
    }
}

BOOST_AUTO_TEST_CASE(paths_are_compared_whole) {
  auto const all = at("https://mcp.example", "/mcp");
  for (std::string_view const path :
       {"", "/", "/mcp", "/token/", "/tokens", "/Token", "/mcp/token", "/authorize/x", "/.well-known",
        "/.well-known/oauth-authorization-server/", "/.well-known/oauth-authorization-server/other",
        "/.well-known/oauth-protected-resource/"})
    BOOST_CHECK_MESSAGE(all.which(path) == endpoint::none, path);
}

BOOST_AUTO_TEST_CASE(the_metadata_is_at_its_paths_with_and_without_that_of_the_endpoint) {
  auto const behind = at("https://mcp.example/outside", "/inside");
  for (std::string_view const suffix : {"", "/outside", "/inside"}) {
    auto const path = [&](std::string_view known) { return std::string(known).append(suffix); };
    BOOST_CHECK(behind.which(path("/.well-known/oauth-protected-resource")) == endpoint::resource_metadata);
    BOOST_CHECK(behind.which(path("/.well-known/oauth-authorization-server")) == endpoint::server_metadata);
    BOOST_CHECK(behind.which(path("/.well-known/openid-configuration")) == endpoint::server_metadata);
  }
  BOOST_TEST(behind.metadata_url() == "https://mcp.example/.well-known/oauth-protected-resource/outside");
  BOOST_TEST(at("https://mcp.example", "/mcp").metadata_url() ==
             "https://mcp.example/.well-known/oauth-protected-resource/mcp");
}

BOOST_AUTO_TEST_CASE(a_method_is_named_while_some_client_can_use_it) {
  constexpr std::string_view method = "private_key_jwt";
  std::string const jwks =
      R"({"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})";
  using mode = oauth::client_document_mode;
  struct row {
    mode documents;
    std::string pinned_keys;  ///< Of a pinned client; "-" for no such client.
    bool named;
  };
  for (auto const& [documents, keys, named] :
       {row{mode::off, "-", false}, row{mode::off, "", false}, row{mode::off, jwks, true},
        row{mode::on, "-", true}, row{mode::automatic, "-", true}, row{mode::automatic, "", true}}) {
    oauth::server_rules rules;
    rules.authorization.issuer = "https://mcp.example";
    rules.client_documents = documents;
    oauth::pinned_client client{.client_id = "https://app.example/client.json",
                                .client_name = "App",
                                .redirect_uris = {"https://app.example/callback"}};
    client.jwks = keys;
    if (keys != "-") rules.pinned_documents.push_back(client.json());
    oauth::server_endpoints const all(rules, http::origin_url::parse("https://mcp.example").value(), "/mcp");
    for (bool const advertised : {false, true}) {
      auto const answer = all.metadata(endpoint::server_metadata, advertised);
      BOOST_TEST((answer.body().find(method) != std::string_view::npos) == named);
    }
  }
}

BOOST_AUTO_TEST_CASE(every_page_may_read_the_metadata) {
  auto const all = at("https://mcp.example", "/mcp");
  for (auto which : {endpoint::resource_metadata, endpoint::server_metadata}) {
    auto const answer = all.metadata(which, false);
    BOOST_TEST(answer.fields().find("Access-Control-Allow-Origin: *\r\n") != std::string_view::npos);
  }
}

BOOST_AUTO_TEST_SUITE_END()
