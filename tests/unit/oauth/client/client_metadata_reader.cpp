// tests/unit/oauth/client/client_metadata_reader.cpp - which member was wrong, what would be right, and what is left
// out
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/client/client_document.hpp>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(oauth_client_metadata_reader)

using namespace mcpawl::oauth;

namespace {

std::string list(std::vector<std::string> const& texts) {
  std::string out;
  for (auto const& each : texts) out.append(out.empty() ? "[\"" : ",\"").append(each).append("\"");
  return out + ']';
}
std::string registering(std::vector<std::string> const& uris) {
  return "{\"redirect_uris\":" + list(uris) + "}";
}

struct outcome {
  bool good;
  std::string wrong;
  std::vector<std::string> registered, refused;
};
outcome outcome_of(std::string const& json, redirect_rules const& rules = {}) {
  client_metadata_report report;
  auto const read = parse_registration(json, rules, report);
  outcome out{read.has_value(), report.wrong, {}, {}};
  if (read)
    for (auto const& each : read->redirect_uris) out.registered.push_back(each.text());
  for (auto const& each : report.refused) out.refused.push_back(each.uri);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_can_be_registered_is_when_the_rest_is_not_needed) {
  std::string const web = "https://www.cursor.com/agents/mcp/oauth/callback",
                    here = "http://localhost:8787/callback",
                    app = "cursor://anysphere.cursor-mcp/oauth/callback";
  using all = std::vector<std::string>;
  struct row {
    all sent, registered, refused;
    bool good = true;
  };
  row const rows[] = {
      {{web, here}, {web, here}, {}},
      {{app, web, here}, {web, here}, {app}},
      {{here, "http://192.168.1.7:3080/cb", "https://*.example.com/cb"},
       {here},
       {"http://192.168.1.7:3080/cb", "https://*.example.com/cb"}},
      {{"com.example.app:/cb", here, "urn:ietf:wg:oauth:2.0:oob"},
       {here},
       {"com.example.app:/cb", "urn:ietf:wg:oauth:2.0:oob"}},
      // nothing is left
      {{app}, {}, {app}, false},
      {{"https://*.example.com/cb"}, {}, {"https://*.example.com/cb"}, false},
      // what no honest client has among its own
      {{web, "javascript:alert(1)"}, {}, {"javascript:alert(1)"}, false},
      {{web, app, "data:text/html,x"}, {}, {app, "data:text/html,x"}, false},
      {{web, "https://a@b.example/"}, {}, {"https://a@b.example/"}, false},
      {{web, "https://b.example/#x"}, {}, {"https://b.example/#x"}, false},
      {{web, "not a URI"}, {}, {"not a URI"}, false},
      {{web, "https://b.example./"}, {}, {"https://b.example./"}, false},
  };
  for (auto const& [sent, registered, refused, good] : rows) {
    auto const got = outcome_of(registering(sent));
    BOOST_TEST_CONTEXT(list(sent)) {
      BOOST_TEST(got.good == good);
      BOOST_TEST(got.registered == registered);
      BOOST_TEST(got.refused == refused);
      BOOST_TEST(got.wrong.empty() == good);
    }
  }
  auto const allowed = outcome_of(registering({app, web}), {{"cursor"}});
  BOOST_TEST(allowed.registered == (all{app, web}));
  BOOST_TEST(allowed.refused.empty());
}

BOOST_AUTO_TEST_CASE(a_refused_uri_is_named_with_the_reason) {
  struct row {
    std::vector<std::string> uris;
    std::string wrong;
  };
  row const rows[] = {
      {{"cursor://x/cb"}, "cursor://x/cb - private-use scheme that this server does not allow"},
      {{"https://*.example.com/cb"},
       "https://*.example.com/cb - must name its host, without a wildcard; the port of a loopback address "
       "may "
       "be left out"},
      {{"http://client.example/cb"},
       "http://client.example/cb - must be https, since http is for loopback addresses alone"},
      {{"https://a.example/", "javascript:x"}, "javascript:x - must be https"},
      {{"a:b", "x"}, "a:b - private-use scheme that this server does not allow; x - not an absolute URI"},
      // it may hold anything; what is told of it may not (RFC 6749 appendix A.8)
      {{"\\\"\\u0000<\\u00e9\\\\"}, "\?\?<\?\?\? - not an absolute URI"},
      {{std::string(300, 'a')}, std::string(200, 'a') + "... - not an absolute URI"},
  };
  for (auto const& [uris, wrong] : rows) BOOST_TEST(outcome_of(registering(uris)).wrong == wrong);
  std::string const many = outcome_of(registering(std::vector<std::string>(16, std::string(900, 'a')))).wrong;
  BOOST_TEST(many.size() < 1000u);
  BOOST_TEST(outcome_of("{}").wrong == "redirect_uris must be an array of 1 to 16 strings");
}

BOOST_AUTO_TEST_CASE(a_member_that_is_wrong_is_named_with_what_would_be_right) {
  std::string const link = " must be an http or https URL without user information and fragment",
                    strings =
                        " must be an array of at most 16 strings of 200 bytes, without control characters",
                    method =
                        "token_endpoint_auth_method must be none, client_secret_basic or client_secret_post";
  struct row {
    std::string members;
    std::string wrong;
  };
  row const rows[] = {
      {R"("client_name":1)", "client_name must be a string"},
      {R"("client_name":")" + std::string(201, 'a') + '"', "client_name may have 200 bytes"},
      {R"("client_name":"a\nb")", "client_name must have no control characters"},
      {R"("application_type":["web"])", "application_type must be a string"},
      {R"("client_uri":"client.example")", "client_uri" + link},
      {R"("logo_uri":"data:image/png;base64,x")", "logo_uri" + link},
      {R"("jwks_uri":"https://a@b.example/")", "jwks_uri" + link},
      {R"("grant_types":["refresh_token"])", "grant_types must have authorization_code"},
      {R"("grant_types":"authorization_code")", "grant_types" + strings},
      {R"("response_types":["token"])", "response_types must have code"},
      {R"("contacts":[1])", "contacts" + strings},
      {R"("token_endpoint_auth_method":"client_secret_jwt")", method},
      {R"("token_endpoint_auth_method":"private_key_jwt")", method},
      {R"("token_endpoint_auth_method":"")", method},
      {R"("scope":["a"])", "scope must be a string"},
      {R"("scope":"\"a\"")",
       "scope must be at most 64 names of ASCII, without quotes and backslashes, spaces between them"},
      {R"("jwks":[])", "jwks must be an object"},
      {R"("jwks":{},"jwks_uri":"https://client.example/k")", "jwks must not be beside jwks_uri"},
      {R"("client_name":"a","client_name":"b")", "no member may come twice"},
      {R"("a":[[[[[[[[1]]]]]]]])", "must be one object of JSON, of at most 8 levels"},
      {R"("a":)", "must be one object of JSON, of at most 8 levels"},
      // the first of several
      {R"("client_uri":1,"client_name":2)", "client_name must be a string"},
  };
  std::string const uris = R"({"redirect_uris":["https://client.example/cb"],)";
  for (auto const& [members, wrong] : rows) {
    BOOST_TEST_CONTEXT(members) {
      auto const got = outcome_of(uris + members + '}');
      BOOST_TEST(!got.good);
      BOOST_TEST(got.wrong == wrong);
    }
  }
  // what real clients leave empty or null is not there
  for (char const* members :
       {R"("client_uri":"","logo_uri":"","tos_uri":"","policy_uri":"","jwks_uri":"")",
        R"("client_uri":null,"contacts":null,"jwks":null,"scope":null,"grant_types":null)",
        R"("contacts":[],"scope":"","software_id":"","client_name":"")"})
    BOOST_TEST(outcome_of(uris + members + '}').good, members);
}

BOOST_AUTO_TEST_CASE(a_document_that_is_wrong_says_why) {
  std::string const url = "https://client.example/id.json",
                    begin = R"({"client_id":"https://client.example/id.json","redirect_uris":)";
  auto const wrong = [&](std::string const& rest) {
    client_metadata_report report;
    BOOST_TEST(!parse_client_document(begin + rest, url, {}, report));
    return report.wrong;
  };
  std::string const one = R"(["https://client.example/cb"])";
  BOOST_TEST(wrong(one + "}") == "client_name is missing");
  BOOST_TEST(wrong(one + R"(,"client_name":"x","client_secret":"s"})") ==
             "client_secret must not be in a public document");
  BOOST_TEST(wrong(one + R"(,"client_name":"x","token_endpoint_auth_method":"client_secret_post"})") ==
             "token_endpoint_auth_method must be none or private_key_jwt in a document");
  BOOST_TEST(wrong(one + R"(,"client_name":"x","token_endpoint_auth_method":"private_key_jwt"})") ==
             "jwks or jwks_uri is needed for private_key_jwt");
  // one with an address of another kind is good without it
  client_metadata_report report;
  auto const read = parse_client_document(
      begin + R"(["cursor://x/cb","https://client.example/cb"],"client_name":"x"})", url, {}, report);
  BOOST_TEST_REQUIRE(read.has_value());
  BOOST_TEST(read->redirect_uris.size() == 1u);
  BOOST_TEST(report.refused.size() == 1u);
}

BOOST_AUTO_TEST_CASE(the_answer_lists_what_was_refused) {
  client_metadata_report report;
  std::string out = "{\"a\":1";
  report.append_json_member(out);
  BOOST_TEST(out == "{\"a\":1");
  report.refused.push_back({"x\"", redirect_uri_errc::private_scheme});
  report.refused.push_back({"y", redirect_uri_errc::wildcard});
  report.append_json_member(out);
  auto const json = boost::json::parse(out + '}').at("refused_redirect_uris").as_array();
  BOOST_TEST(json.size() == 2u);
  BOOST_TEST(json.at(0).at("redirect_uri").as_string() == "x\"");
  BOOST_TEST(json.at(0).at("reason").as_string() == "private-use scheme that this server does not allow");
}

BOOST_AUTO_TEST_SUITE_END()
