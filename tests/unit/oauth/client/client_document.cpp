// tests/unit/oauth/client/client_document.cpp - registrations and metadata documents, good, odd and hostile
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/client/client_document.hpp>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

BOOST_AUTO_TEST_SUITE(oauth_client_document)

using namespace mcpawl::oauth;

namespace {

std::string const uris = R"("redirect_uris":["https://client.example/cb"])";

auto with(std::string const& members) {
  return parse_registration("{" + uris + (members.empty() ? "" : ",") + members + "}");
}
auto document(std::string const& members, std::string const& url = "https://client.example/id.json") {
  return parse_client_document("{" + uris + "," + members + "}", url);
}
std::string const named = R"("client_id":"https://client.example/id.json","client_name":"A client")";

}  // namespace

BOOST_AUTO_TEST_CASE(what_a_client_may_leave_out_has_the_defaults_of_the_rfc) {
  auto const read = with("").value();
  BOOST_TEST((read.auth == client_auth::basic));
  BOOST_TEST(!read.refreshable);
  BOOST_TEST(read.scope.empty());
  BOOST_TEST(read.client_name.empty());
  BOOST_TEST(read.redirect_uris.front().text() == "https://client.example/cb");
}

BOOST_AUTO_TEST_CASE(everything_a_client_says_is_read) {
  auto const read = parse_registration(R"({
    "redirect_uris": ["http://127.0.0.1:33418/", "https://client.example/cb?a=b"],
    "client_name": "Caf\u00e9 \"x\" \u05d0", "client_uri": "https://client.example", "logo_uri": "https://client.example/l.png",
    "tos_uri": "https://client.example/tos", "policy_uri": "https://client.example/policy", "contacts": ["a@client.example"],
    "grant_types": ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
    "response_types": ["code"], "token_endpoint_auth_method": "none", "scope": "write read",
    "application_type": "native", "software_id": "s", "software_version": "1.0", "jwks": {"keys": [{"a": [1, true, null]}]},
    "client_name#ja": "x", "unknown": {"deep": [[{}]]}, "tls_client_certificate_bound_access_tokens": false, "jwks_uri": null
  })")
                        .value();
  BOOST_TEST(read.redirect_uris.size() == 2u);
  BOOST_TEST(read.client_name == "Caf\xc3\xa9 \"x\" \xd7\x90");
  BOOST_TEST(read.client_uri == "https://client.example");
  BOOST_TEST(read.logo_uri == "https://client.example/l.png");
  BOOST_TEST(read.contacts.front() == "a@client.example");
  BOOST_TEST(read.refreshable);
  BOOST_TEST((read.auth == client_auth::none));
  BOOST_TEST(read.scope.text() == "read write");
  BOOST_TEST(read.application_type == "native");
  BOOST_TEST(read.jwks == R"({"keys":[{"a":[1,true,null]}]})");
  BOOST_TEST(read.jwks_uri.empty());
}

BOOST_AUTO_TEST_CASE(what_is_written_reads_back_as_it_was) {
  std::string const text =
      R"({"redirect_uris":["https://client.example/cb"],"grant_types":["authorization_code","refresh_token"],)"
      R"("response_types":["code"],"token_endpoint_auth_method":"client_secret_post","scope":"a b","client_name":"n\"\\",)"
      R"("client_uri":"https://c.example","logo_uri":"https://c.example/l","tos_uri":"https://c.example/t",)"
      R"("policy_uri":"https://c.example/p","application_type":"web","software_id":"i","software_version":"v",)"
      R"("jwks":{"keys":[]},"contacts":["a","b"]})";
  std::string written = "{";
  parse_registration(text).value().append_json_members(written);
  written += '}';
  BOOST_TEST(written == text);
  BOOST_TEST(boost::json::parse(written).is_object());
}

BOOST_AUTO_TEST_CASE(redirect_uris_are_needed_and_must_keep_the_rules) {
  for (char const* text :
       {"{}", R"({"redirect_uris":null})", R"({"redirect_uris":[]})",
        R"({"redirect_uris":"https://client.example/cb"})", R"({"redirect_uris":[1]})",
        R"({"redirect_uris":["https://client.example/cb",null]})", R"({"redirect_uris":{}})",
        R"({"redirect_uris":[["https://client.example/cb"]]})",
        R"({"redirect_uris":["https://client.example/cb","javascript:x"]})",
        R"({"redirect_uris":["http://client.example/cb"]})",
        R"({"redirect_uris":["https://client.example/cb#x"]})", R"({"redirect_uris":["cursor://x"]})",
        R"({"redirect_uris":["java\u0000script:x"]})"}) {
    BOOST_TEST_CONTEXT(text) BOOST_TEST((parse_registration(text).error() == oauth_errc::bad_registered_uri));
  }
  std::string many = R"({"redirect_uris":["https://client.example/0")";
  for (int i = 1; i != 17; ++i) many += ",\"https://client.example/" + std::to_string(i) + '"';
  BOOST_TEST((parse_registration(many + "]}").error() == oauth_errc::bad_registered_uri));
  redirect_rules rules;
  rules.private_schemes.emplace_back("cursor");
  BOOST_TEST(parse_registration(R"({"redirect_uris":["cursor://x"]})", rules).has_value());
}

BOOST_AUTO_TEST_CASE(what_has_the_wrong_type_or_value_is_refused) {
  for (char const* members : {R"("client_name":1)",
                              R"("client_name":["x"])",
                              R"("client_name":{"x":1})",
                              R"("client_name":true)",
                              R"("client_name":"a\nb")",
                              R"("client_name":"a\u0000")",
                              R"("client_name":"\u202egnp.exe")",
                              R"("client_name":"\u2066x")",
                              R"("client_name":"\u0085")",
                              R"("client_uri":"javascript:x")",
                              R"("client_uri":"client.example")",
                              R"("logo_uri":"data:image/png,x")",
                              R"("tos_uri":"https://u@client.example/")",
                              R"("policy_uri":7)",
                              R"("grant_types":["implicit"])",
                              R"("grant_types":[])",
                              R"("grant_types":"authorization_code")",
                              R"("grant_types":["authorization_code",1])",
                              R"("response_types":["token"])",
                              R"("response_types":[])",
                              R"("token_endpoint_auth_method":"tls_client_auth")",
                              R"("token_endpoint_auth_method":"private_key_jwt")",
                              R"("token_endpoint_auth_method":"")",
                              R"("token_endpoint_auth_method":1)",
                              R"("scope":"a\"b")",
                              R"("scope":["a"])",
                              R"("contacts":"a")",
                              R"("contacts":[1])",
                              R"("jwks":"x")",
                              R"("jwks":[])",
                              R"("jwks":["x"])",
                              R"("jwks":{},"jwks_uri":"https://client.example/k")",
                              R"("client_name":"a","client_name":"b")",
                              R"("redirect_uris":["https://evil.example/"])",
                              R"("application_type":5)"}) {
    BOOST_TEST_CONTEXT(members) BOOST_TEST((with(members).error() == oauth_errc::bad_registration));
  }
  BOOST_TEST(
      (with("\"client_name\":\"" + std::string(201, 'a') + "\"").error() == oauth_errc::bad_registration));
  BOOST_TEST(with("\"client_name\":\"" + std::string(200, 'a') + "\"").has_value());
}

BOOST_AUTO_TEST_CASE(spaces_of_a_scope_may_be_several) {
  BOOST_TEST(with(R"("scope":" b  a ")").value().scope.text() == "a b");
  BOOST_TEST(with(R"("scope":" ")").value().scope.empty());
}

BOOST_AUTO_TEST_CASE(what_is_no_object_is_refused) {
  for (char const* text :
       {"", " ", "null", "[]", "\"x\"", "1", "{", "}", "{]", "{\"a\"}", "{\"a\":1,}", "{} {}", "{}x",
        "\xef\xbb\xbf{}", "{\"a\":\"\xff\"}", "{'a':1}", "{\"a\":01}", "<html>"}) {
    BOOST_TEST_CONTEXT(text) BOOST_TEST((parse_registration(text).error() == oauth_errc::bad_registration));
  }
  std::string const good = "{" + uris + "}";
  for (std::size_t size = 0; size != good.size(); ++size)
    BOOST_TEST(!parse_registration(good.substr(0, size)));
}

BOOST_AUTO_TEST_CASE(size_depth_and_number_are_bounded) {
  std::string const padded = "{" + uris + ",\"x\":\"" + std::string(max_registration, 'x') + "\"}";
  BOOST_TEST((parse_registration(padded).error() == oauth_errc::registration_too_large));
  BOOST_TEST(with("\"x\":" + std::string(7, '[') + std::string(7, ']')).has_value());
  BOOST_TEST(
      (with("\"x\":" + std::string(8, '[') + std::string(8, ']')).error() == oauth_errc::bad_registration));
  BOOST_TEST((with("\"x\":" + std::string(7000, '[') + std::string(7000, ']')).error() ==
              oauth_errc::bad_registration));
  std::string many;
  for (int i = 0; i != 63; ++i) many += (i == 0 ? "\"m" : ",\"m") + std::to_string(i) + "\":1";
  BOOST_TEST(with(many).has_value());
  BOOST_TEST((with(many + ",\"one_more\":1").error() == oauth_errc::bad_registration));
}

BOOST_AUTO_TEST_CASE(a_document_is_about_the_url_it_was_found_at) {
  auto const read = document(named).value();
  BOOST_TEST((read.auth == client_auth::none));
  BOOST_TEST(read.client_name == "A client");
  for (char const* id : {"https://client.example/id.json/", "https://client.example/ID.json",
                         "https://CLIENT.example/id.json", "https://client.example:443/id.json",
                         "https://client.example/id.json?", "https://evil.example/id.json", ""}) {
    auto const other = document("\"client_name\":\"x\",\"client_id\":\"" + std::string(id) + '"');
    BOOST_TEST((other.error() == oauth_errc::document_elsewhere));
  }
  BOOST_TEST((document("\"client_name\":\"x\"").error() == oauth_errc::document_elsewhere));
  BOOST_TEST((document("\"client_id\":7").error() == oauth_errc::document_elsewhere));
}

BOOST_AUTO_TEST_CASE(a_document_cannot_make_a_client_with_a_secret) {
  for (char const* members :
       {R"("token_endpoint_auth_method":"client_secret_basic")",
        R"("token_endpoint_auth_method":"client_secret_post")", R"("client_secret":"x")",
        R"("client_secret_expires_at":0)", R"("token_endpoint_auth_method":"private_key_jwt")"}) {
    BOOST_TEST((document(named + "," + members).error() == oauth_errc::bad_registration));
  }
  BOOST_TEST(document(named + R"(,"token_endpoint_auth_method":"none")").has_value());
  BOOST_TEST(
      document(named +
               R"(,"token_endpoint_auth_method":"private_key_jwt","jwks_uri":"https://client.example/k")")
          .has_value());
  BOOST_TEST(
      (document(R"("client_id":"https://client.example/id.json")").error() == oauth_errc::bad_registration));
  BOOST_TEST((document(named + ",\"x\":\"" + std::string(5000, 'x') + '"').error() ==
              oauth_errc::registration_too_large));
}

BOOST_AUTO_TEST_CASE(only_some_urls_are_clients) {
  for (char const* url :
       {"https://client.example/id.json", "https://client.example:8443/a/b", "https://client.example/a?v=1",
        "https://client.example/.well-known/x", "https://client.example/a..b"}) {
    BOOST_TEST_CONTEXT(url) BOOST_TEST(is_client_document_url(url));
  }
  for (char const* url :
       {"", "https://", "https://client.example", "https://client.example/", "https://client.example/?x=1",
        "http://client.example/id.json", "HTTPS://client.example/id.json", "https://u@client.example/id",
        "https://client.example/id#x", "https://client.example/./id", "https://client.example/a/../id",
        "https://client.example/a/..", "https://client.example/a b", "ftp://client.example/id", "abcdef"}) {
    BOOST_TEST_CONTEXT(url) BOOST_TEST(!is_client_document_url(url));
  }
}

BOOST_AUTO_TEST_SUITE_END()
