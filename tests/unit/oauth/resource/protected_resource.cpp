// tests/unit/oauth/resource/protected_resource.cpp - the metadata document and where it is
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/resource/protected_resource.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

BOOST_AUTO_TEST_SUITE(oauth_protected_resource)

namespace {

using mcpawl::http::origin_url;
using mcpawl::oauth::protected_resource;

protected_resource at(char const* url) { return {*origin_url::parse(url), "https://issuer.example/"}; }

}  // namespace

BOOST_AUTO_TEST_CASE(the_path_is_inserted) {
  auto const one = at("https://MCP.example:8443/mcp");
  BOOST_TEST(one.resource() == "https://mcp.example:8443/mcp");
  BOOST_TEST(one.metadata_path() == "/.well-known/oauth-protected-resource/mcp");
  BOOST_TEST(one.metadata_url() == "https://mcp.example:8443/.well-known/oauth-protected-resource/mcp");
}

BOOST_AUTO_TEST_CASE(a_root_has_no_slash) {
  for (auto const* url : {"https://mcp.example", "https://mcp.example/"}) {
    BOOST_TEST(at(url).resource() == "https://mcp.example");
    BOOST_TEST(at(url).metadata_url() == "https://mcp.example/.well-known/oauth-protected-resource");
  }
}

BOOST_AUTO_TEST_CASE(a_document_says_what_there_is_to_say) {
  auto one = at("https://mcp.example/mcp");
  BOOST_TEST(one.to_json() ==
             R"({"resource":"https://mcp.example/mcp","authorization_servers":["https://issuer.example/"],)"
             R"("bearer_methods_supported":["header"]})");
  one.scopes = {"a", "b"};
  one.name = "An \"example\"";
  BOOST_TEST(one.to_json() ==
             R"({"resource":"https://mcp.example/mcp","authorization_servers":["https://issuer.example/"],)"
             R"("scopes_supported":["a","b"],"bearer_methods_supported":["header"],)"
             R"("resource_name":"An \"example\""})");
}

BOOST_AUTO_TEST_SUITE_END()
