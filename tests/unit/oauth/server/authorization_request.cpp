// tests/unit/oauth/server/authorization_request.cpp - who is told about an error, and what is left of a good request
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/client/client_document.hpp>
#include <mcpawl/oauth/server/authorization_request.hpp>
#include <mcpawl/store/errc.hpp>

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>
#include <variant>

namespace oauth_authorization_request {

using namespace mcpawl;
using namespace mcpawl::oauth;

namespace {

std::string const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
std::string const redirect = "&redirect_uri=https%3A%2F%2Fclient.example%2Fcb";
std::string const pkce = "&code_challenge_method=S256&code_challenge=" + challenge;
std::string const good = "client_id=c&response_type=code&state=s%20t" + redirect + pkce;

struct fixture {
  client_metadata client =
      parse_registration(R"({"redirect_uris":["https://client.example/cb","http://127.0.0.1/cb"]})").value();
  authorization_rules rules = [] {
    authorization_rules made;
    made.issuer = "https://mcp.example.com";
    made.resource = "https://mcp.example.com/mcp";
    made.scopes = scope_set{"read", "write"};
    made.default_scopes = scope_set{"read"};
    return made;
  }();

  validated_authorization validate(std::string const& query) {
    return validate_authorization(authorization_query::parse(query).value(), client, rules);
  }
  authorization_request accepted(std::string const& query) {
    auto judged = validate(query);
    BOOST_TEST_REQUIRE(std::holds_alternative<authorization_request>(judged));
    return std::get<authorization_request>(std::move(judged));
  }
  authorization_refusal refused(std::string const& query) {
    auto judged = validate(query);
    BOOST_TEST_REQUIRE(std::holds_alternative<authorization_refusal>(judged));
    return std::get<authorization_refusal>(std::move(judged));
  }
  void is_page(std::string const& query, oauth::oauth_errc why) {
    auto const refusal = refused(query);
    BOOST_TEST((refusal.why == why));
    BOOST_TEST(!refusal.location);
  }
  void is_redirect(std::string const& query, oauth::oauth_errc why, std::string const& error) {
    auto const refusal = refused(query);
    BOOST_TEST((refusal.why == why));
    BOOST_TEST_REQUIRE(refusal.location.has_value());
    BOOST_TEST(refusal.location->starts_with("https://client.example/cb?error=" + error + "&"));
    BOOST_TEST(refusal.location->ends_with("&state=s%20t&iss=https%3A%2F%2Fmcp.example.com"));
  }
};

error_code misread(std::string const& query) { return authorization_query::parse(query).error(); }

}  // namespace

}  // namespace oauth_authorization_request

BOOST_FIXTURE_TEST_SUITE(oauth_authorization_request, fixture)

BOOST_AUTO_TEST_CASE(a_good_request_is_understood) {
  auto const request =
      accepted(good + "&scope=write+read&resource=https%3A%2F%2Fmcp.example.com%2Fmcp&unknown=1");
  BOOST_TEST(request.client_id == "c");
  BOOST_TEST(request.redirect.text() == "https://client.example/cb");
  BOOST_TEST(request.redirect_uri_given);
  BOOST_TEST(request.scope.text() == "read write");
  BOOST_TEST(*request.state == "s t");
  BOOST_TEST(request.code_challenge == challenge);
  BOOST_TEST(request.resource == "https://mcp.example.com/mcp");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_for_a_page) {
  BOOST_TEST((misread("") == oauth::oauth_errc::missing_parameter));
  BOOST_TEST((misread("client_id=") == oauth::oauth_errc::missing_parameter));
  BOOST_TEST((misread("response_type=code") == oauth::oauth_errc::missing_parameter));
  BOOST_TEST((misread("client_id=%zz") == oauth::oauth_errc::malformed_request));
  BOOST_TEST((misread("client_id=c&state=\xc3\xa9") == oauth::oauth_errc::malformed_request));
  for (char const* name : {"client_id", "redirect_uri", "state", "scope", "code_challenge", "whatever"}) {
    BOOST_TEST((misread("client_id=c&" + std::string(name) + "=1&" + name + "=2") ==
                oauth::oauth_errc::duplicate_parameter));
  }
  BOOST_TEST((misread("client_id=c&%73tate=1&state=1") == oauth::oauth_errc::duplicate_parameter));
  BOOST_TEST((misread("client_id=c&resource=1&state=1&resource=1&state=1") ==
              oauth::oauth_errc::duplicate_parameter));
  BOOST_TEST((misread("client_id=" + std::string(2049, 'c')) == oauth::oauth_errc::parameter_too_long));
  BOOST_TEST(
      (misread("client_id=c&state=" + std::string(4097, 's')) == oauth::oauth_errc::parameter_too_long));
  BOOST_TEST((misread("client_id=c&x=" + std::string(40'000, 'x')) == oauth::oauth_errc::parameter_too_long));
  BOOST_TEST(authorization_query::parse("client_id=c&state=" + std::string(4096, 's')).has_value());
}

BOOST_AUTO_TEST_CASE(what_was_wrong_with_a_query_is_named_and_not_repeated) {
  struct row {
    std::string query;
    char const* detail;
  };
  row const rows[] = {
      {"state=1", "client_id"},
      {"client_id=c&state=1&state=2", "state"},
      {"client_id=c&client_id=c", "client_id"},
      {"client_id=c&%3Cb%3E=1&%3Cb%3E=2", "one that is not known here"},
      {"client_id=c&state=" + std::string(4097, 's'), "state may have 4096 bytes"},
      {"client_id=" + std::string(2049, 'c'), "client_id may have 2048 bytes"},
      {"client_id=c&x=" + std::string(40'000, 'x'), "there may be 64 parameters, of 32 KiB in all"},
      {"client_id=%zz", "names and values must be percent-encoded, with & and = between them"},
  };
  for (auto const& [query, told] : rows) {
    std::string detail;
    BOOST_TEST(!authorization_query::parse(query, detail));
    BOOST_TEST(detail == told);
  }
}

BOOST_AUTO_TEST_CASE(without_a_redirect_uri_to_trust_nobody_is_sent_anywhere) {
  for (char const* uri :
       {"https://evil.example/cb", "https://client.example/cb/", "https://client.example/cb?x",
        "http://client.example/cb", "javascript:alert(1)", "https://client.example/cb%23x",
        "https://client.example%40evil.example/cb", "http://127.0.0.1/other", "http://localhost/cb", "x",
        "%00", "https://client.example/cb%0d%0aX: y"}) {
    std::string query = "client_id=c&redirect_uri=";
    http::append_form_encoded(query, uri);
    is_page(query, oauth::oauth_errc::redirect_uri_mismatch);
    is_page(query + "&response_type=code&state=s" + pkce, oauth::oauth_errc::redirect_uri_mismatch);
  }
  for (char const* uri : {"cursor://anysphere.cursor-mcp/oauth/callback", "com.example.app:/cb"})
    is_page("client_id=c&redirect_uri=" + std::string(uri), oauth::oauth_errc::redirect_scheme_refused);
  is_page("client_id=c&response_type=code" + pkce, oauth::oauth_errc::redirect_uri_needed);
  client.redirect_uris.clear();
  is_page("client_id=c&response_type=code" + pkce, oauth::oauth_errc::redirect_uri_needed);
}

BOOST_AUTO_TEST_CASE(the_only_registered_redirect_uri_need_not_be_named) {
  client.redirect_uris.pop_back();
  auto const request = accepted("client_id=c&response_type=code" + pkce);
  BOOST_TEST(request.redirect.text() == "https://client.example/cb");
  BOOST_TEST(!request.redirect_uri_given);
  BOOST_TEST(!request.state);
}

BOOST_AUTO_TEST_CASE(a_loopback_client_gets_the_port_it_asked_for) {
  auto const request =
      accepted("client_id=c&response_type=code&redirect_uri=http%3A%2F%2F127.0.0.1%3A51004%2Fcb" + pkce);
  BOOST_TEST(request.redirect.text() == "http://127.0.0.1:51004/cb");
}

BOOST_AUTO_TEST_CASE(other_errors_are_told_to_the_client_with_its_state) {
  std::string const base = "client_id=c&state=s%20t" + redirect;
  is_redirect(base + pkce, oauth::oauth_errc::missing_parameter, "invalid_request");
  for (char const* type : {"token", "code%20token", "id_token", "CODE", "none"}) {
    is_redirect(base + pkce + "&response_type=" + type, oauth::oauth_errc::unsupported_response_type,
                "unsupported_response_type");
  }
  is_redirect(good + "&response_mode=fragment", oauth::oauth_errc::unsupported_response_mode,
              "invalid_request");
  std::string const code = base + "&response_type=code";
  is_redirect(code, oauth::oauth_errc::challenge_missing, "invalid_request");
  is_redirect(code + "&code_challenge=", oauth::oauth_errc::challenge_missing, "invalid_request");
  is_redirect(code + "&code_challenge=" + challenge, oauth::oauth_errc::challenge_method, "invalid_request");
  for (char const* method : {"plain", "s256", "S512", "S256%20"}) {
    is_redirect(code + "&code_challenge=" + challenge + "&code_challenge_method=" + method,
                oauth::oauth_errc::challenge_method, "invalid_request");
  }
  for (std::string const& bad : {std::string("x"), challenge.substr(1), challenge + "A", std::string(43, '!'),
                                 std::string(5000, 'A')}) {
    is_redirect(code + "&code_challenge_method=S256&code_challenge=" + bad,
                oauth::oauth_errc::challenge_malformed, "invalid_request");
  }
  for (char const* resource :
       {"https://other.example", "https://mcp.example.com/mcp2", "https://mcp.example.com", "x",
        "http://mcp.example.com/mcp", "https://mcp.example.com/mcp%23x"}) {
    is_redirect(good + "&resource=" + resource, oauth::oauth_errc::bad_target, "invalid_target");
  }
  is_redirect(good + "&scope=%22", oauth::oauth_errc::bad_scope, "invalid_scope");
  is_redirect(good + "&scope=read%09write", oauth::oauth_errc::bad_scope, "invalid_scope");
  is_redirect(good + "&scope=" + std::string(3000, 's'), oauth::oauth_errc::bad_scope, "invalid_scope");
}

BOOST_AUTO_TEST_CASE(errors_name_what_was_wrong_and_what_would_be_right) {
  std::string const base = "client_id=c&state=s%20t" + redirect, code = base + "&response_type=code";
  struct row {
    std::string query;
    char const* told;
  };
  row const rows[] = {
      {base + pkce, "parameter missing: response_type"},
      {base + pkce + "&response_type=token", "response_type must be code"},
      {good + "&response_mode=fragment", "response_mode must be query"},
      {code, "code_challenge missing"},
      {code + "&code_challenge=" + challenge, "code_challenge_method must be S256"},
      {code + "&code_challenge_method=S256&code_challenge=" + challenge + "%3D",
       "code_challenge must be the base64url of a SHA-256, 43 characters without padding"},
      {good + "&resource=https%3A%2F%2Fmcp.example.com",
       "resource not served here: resource must be https://mcp.example.com/mcp"},
      {good + "&scope=%22",
       "scope must be names of printable ASCII, without quotes and backslashes, spaces between them"},
  };
  for (auto const& [query, told] : rows) {
    auto const refusal = refused(query);
    BOOST_TEST_REQUIRE(refusal.location.has_value());
    auto const answer = http::form::parse(refusal.location->substr(refusal.location->find('?') + 1)).value();
    BOOST_TEST(*answer.find("error_description") == told);
  }
}

BOOST_AUTO_TEST_CASE(scopes_are_those_there_are) {
  struct row {
    char const* asked;
    char const* granted;
  };
  row const rows[] = {
      {"", "read"},
      {"&scope=", "read"},
      {"&scope=%20", "read"},
      {"&scope=write%20admin", "write"},
      {"&scope=write%20offline_access", "offline_access write"},
      {"&scope=%20%20write++read%20", "read write"},
      // none of ours: as if none had been named
      {"&scope=admin", "read"},
      {"&scope=openid%20profile%20email", "read"},
      {"&scope=a%20%20b", "read"},
      {"&scope=%20offline_access", "offline_access read"},
      {"&scope=openid+offline_access", "offline_access read"},
  };
  for (auto const& [asked, granted] : rows) BOOST_TEST(accepted(good + asked).scope.text() == granted, asked);
  // what it registered is what it asked for first, and no limit to what it may ask a person for
  for (char const* registered : {"read", "write", "openid", "offline_access"}) {
    client.scope = scope_set{registered};
    BOOST_TEST(accepted(good).scope.text() == "read", registered);
    BOOST_TEST(accepted(good + "&scope=read%20write").scope.text() == "read write", registered);
  }
  client.scope = scope_set{};
  rules.default_scopes = scope_set{};
  BOOST_TEST(accepted(good + "&scope=openid").scope.empty());
  rules.scopes = scope_set{};
  BOOST_TEST(accepted(good + "&scope=openid%20email").scope.empty());
}

BOOST_AUTO_TEST_CASE(every_spelling_of_our_resource_is_ours) {
  for (char const* resource : {"https%3A%2F%2Fmcp.example.com%2Fmcp", "https://mcp.example.com/mcp/",
                               "HTTPS://MCP.example.com/mcp", "https://mcp.example.com:443/mcp"}) {
    BOOST_TEST(accepted(good + "&resource=" + resource).resource == "https://mcp.example.com/mcp");
  }
}

BOOST_AUTO_TEST_CASE(a_resource_may_be_named_several_times_if_it_is_ours_each_time) {
  std::string const ours = "&resource=https%3A%2F%2Fmcp.example.com%2Fmcp", slash = ours + "%2F",
                    other = "&resource=https%3A%2F%2Fother.example%2Fmcp";
  for (std::string const& all : {ours + ours, ours + slash, slash + ours + "&resource=" + ours})
    BOOST_TEST(accepted(good + all).resource == "https://mcp.example.com/mcp", all);
  for (std::string const& some : {ours + other, other + ours, other + other, ours + ours + other})
    is_redirect(good + some, oauth::oauth_errc::bad_target, "invalid_target");
}

BOOST_AUTO_TEST_CASE(state_comes_back_as_it_was_whatever_it_is) {
  std::string all;
  for (int c = 0; c != 256; ++c) all += static_cast<char>(c);
  std::string query = "client_id=c&response_type=code" + redirect + pkce;
  http::append_form_field(query, "state", all);
  auto const request = accepted(query);
  auto const location = code_location(request.redirect, secret{"the code"}, request.state, rules.issuer);
  BOOST_TEST(location.find_first_of("\r\n \"<>") == std::string::npos);
  auto const answer = http::form::parse(location.substr(location.find('?') + 1)).value();
  BOOST_TEST((*answer.find("state") == all));
  BOOST_TEST(*answer.find("code") == "the code");
  BOOST_TEST(*answer.find("iss") == "https://mcp.example.com");
  BOOST_TEST(answer.size() == 3u);
}

BOOST_AUTO_TEST_CASE(what_others_say_is_not_told_to_the_client) {
  auto const to = redirect_uri::parse("https://client.example/cb").value();
  auto const location = error_location(to, store_errc::corrupt, std::nullopt, rules.issuer);
  BOOST_TEST(location == "https://client.example/cb?error=server_error&iss=https%3A%2F%2Fmcp.example.com");
  auto const busy = error_location(to, store_errc::busy, "s", rules.issuer);
  BOOST_TEST(busy.starts_with("https://client.example/cb?error=temporarily_unavailable&state=s&"));
  auto const denied = error_location(to, oauth::oauth_errc::denied, std::nullopt, rules.issuer);
  BOOST_TEST(denied.starts_with(
      "https://client.example/cb?error=access_denied&error_description=access%20denied&iss="));
}

BOOST_AUTO_TEST_SUITE_END()
