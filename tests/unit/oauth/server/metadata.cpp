// tests/unit/oauth/server/metadata.cpp - the JSON that the authorization server writes
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/server/metadata.hpp>
#include <mcpawl/oauth/server/token_response.hpp>
#include <mcpawl/store/errc.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <set>
#include <string>

BOOST_AUTO_TEST_SUITE(oauth_metadata)

using namespace mcpawl;
using namespace mcpawl::oauth;

namespace {

boost::json::object object(std::string const& text) { return boost::json::parse(text).as_object(); }
std::string text(boost::json::object const& in, char const* name) {
  return boost::json::serialize(in.at(name));
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_document_says_what_mcp_clients_look_for) {
  server_metadata metadata("https://mcp.example.com");
  metadata.scopes = scope_set{"read"};
  metadata.resources.emplace_back("https://mcp.example.com/mcp");
  auto const json = object(metadata.json());
  BOOST_TEST(json.at("issuer").as_string() == "https://mcp.example.com");
  BOOST_TEST(json.at("authorization_endpoint").as_string() == "https://mcp.example.com/authorize");
  BOOST_TEST(json.at("token_endpoint").as_string() == "https://mcp.example.com/token");
  BOOST_TEST(json.at("registration_endpoint").as_string() == "https://mcp.example.com/register");
  BOOST_TEST(json.at("revocation_endpoint").as_string() == "https://mcp.example.com/revoke");
  BOOST_TEST(!json.contains("introspection_endpoint"));
  BOOST_TEST(text(json, "response_types_supported") == R"(["code"])");
  BOOST_TEST(text(json, "code_challenge_methods_supported") == R"(["S256"])");
  BOOST_TEST(text(json, "grant_types_supported") == R"(["authorization_code","refresh_token"])");
  BOOST_TEST(text(json, "token_endpoint_auth_methods_supported") ==
             R"(["none","client_secret_basic","client_secret_post"])");
  BOOST_TEST(text(json, "scopes_supported") == R"(["read","offline_access"])");
  BOOST_TEST(text(json, "protected_resources") == R"(["https://mcp.example.com/mcp"])");
  BOOST_TEST(json.at("authorization_response_iss_parameter_supported").as_bool());
  BOOST_TEST(json.at("client_id_metadata_document_supported").as_bool());
}

BOOST_AUTO_TEST_CASE(what_is_not_offered_is_not_mentioned) {
  server_metadata metadata("https://mcp.example.com");
  metadata.registration = metadata.revocation = metadata.client_documents = false;
  metadata.introspection = metadata.private_key_jwt = true;
  metadata.refresh = false;
  metadata.documentation = "https://mcp.example.com/\"docs\"";
  auto const json = object(metadata.json());
  for (char const* name :
       {"registration_endpoint", "revocation_endpoint", "revocation_endpoint_auth_methods_supported",
        "client_id_metadata_document_supported", "protected_resources"}) {
    BOOST_TEST(!json.contains(name));
  }
  BOOST_TEST(json.at("introspection_endpoint").as_string() == "https://mcp.example.com/introspect");
  BOOST_TEST(text(json, "introspection_endpoint_auth_methods_supported") ==
             R"(["client_secret_basic","client_secret_post"])");
  BOOST_TEST(text(json, "grant_types_supported") == R"(["authorization_code"])");
  BOOST_TEST(text(json, "scopes_supported") == "[]");
  BOOST_TEST(text(json, "token_endpoint_auth_signing_alg_values_supported") == R"(["RS256","ES256"])");
  BOOST_TEST(json.at("service_documentation").as_string() == "https://mcp.example.com/\"docs\"");
}

BOOST_AUTO_TEST_CASE(tokens_are_answered_as_the_rfc_says) {
  issued_tokens tokens;
  tokens.access_token = secret{"a"};
  tokens.expires_in = 3600;
  tokens.scope = scope_set{"read", "write"};
  BOOST_TEST(token_json(tokens) ==
             R"({"access_token":"a","token_type":"Bearer","expires_in":3600,"scope":"read write"})");
  tokens.scope = scope_set{};
  BOOST_TEST(token_json(tokens) == R"({"access_token":"a","token_type":"Bearer","expires_in":3600})");
  tokens.refresh_token = secret{"r"};
  BOOST_TEST(object(token_json(tokens)).at("refresh_token").as_string() == "r");
}

BOOST_AUTO_TEST_CASE(every_error_has_a_name_of_the_rfcs_and_a_status) {
  std::set<std::string> const names{
      "invalid_request",        "invalid_client",          "invalid_grant",  "unauthorized_client",
      "unsupported_grant_type", "invalid_scope",           "access_denied",  "unsupported_response_type",
      "server_error",           "temporarily_unavailable", "invalid_target", "invalid_redirect_uri",
      "invalid_client_metadata"};
  std::set<std::string> texts;
  int const last = static_cast<int>(oauth::oauth_errc::upstream_token_refused);
  for (int i = 1; i <= last; ++i) {
    auto const e = static_cast<oauth::oauth_errc>(i);
    auto const json = object(error_json(e));
    BOOST_TEST(names.count(std::string(error_name(e))) == 1u);
    BOOST_TEST(json.at("error").as_string() == std::string(error_name(e)));
    texts.insert(describe(e).text);
    int const status = error_status(e);
    BOOST_TEST((status == 400 || status == 401 || status == 413 || status >= 500));
    auto const name = error_name(e);
    BOOST_TEST((status >= 500) == (name == "temporarily_unavailable" || name == "server_error"));
  }
  BOOST_TEST(texts.size() == static_cast<std::size_t>(last));
  BOOST_CHECK(describe(static_cast<oauth::oauth_errc>(last + 1)).kind ==
              condition::internal);  // there are no more
  BOOST_TEST(error_status(oauth::oauth_errc::authentication_failed) == 401);
  BOOST_TEST(error_status(oauth::oauth_errc::bad_token) == 400);
  BOOST_TEST(error_json(oauth::oauth_errc::missing_parameter, "code") ==
             R"({"error":"invalid_request","error_description":"parameter missing: code"})");
  BOOST_TEST(error_json(store_errc::busy, "a detail") == R"({"error":"temporarily_unavailable"})");
  BOOST_TEST(error_json(store_errc::busy) == R"({"error":"temporarily_unavailable"})");
  for (auto const later : {store_errc::busy, store_errc::unreachable, store_errc::unconfirmed}) {
    BOOST_TEST(error_name(later) == "temporarily_unavailable");
    BOOST_TEST(error_status(later) == 503);
  }
  BOOST_TEST(error_json(store_errc::corrupt) == R"({"error":"server_error"})");
  BOOST_TEST(error_status(store_errc::corrupt) == 500);
  BOOST_TEST(error_json(oauth::oauth_errc::damaged_record) == R"({"error":"server_error"})");
}

BOOST_AUTO_TEST_SUITE_END()
