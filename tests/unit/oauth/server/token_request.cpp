// tests/unit/oauth/server/token_request.cpp - forms of the token endpoint, and who sent them
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/server/token_request.hpp>

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(oauth_token_request)

using namespace mcpawl;
using namespace mcpawl::oauth;

namespace {

std::string basic(std::string const& id_and_secret) { return "Basic " + encode_base64(id_and_secret); }
std::string const code = "grant_type=authorization_code&code=c&code_verifier=v";

auto read(std::string const& body, std::optional<std::string> const& authorization = {}) {
  std::optional<std::string_view> view;
  if (authorization) view = *authorization;
  return token_request::parse(body, view);
}
error_code misread(std::string const& body, std::optional<std::string> const& authorization = {}) {
  return read(body, authorization).error();
}

client client_of(client_auth method) {
  client made;
  made.id = "id";
  made.metadata.auth = method;
  if (has_secret(method)) made.secret_digest = client::digest_of(secret{"secret"});
  return made;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_code_is_read) {
  auto const request =
      read(code + "&client_id=id&redirect_uri=https%3A%2F%2Fc.example%2Fcb&resource=r&extra=1").value();
  BOOST_TEST((request.grant == token_request::grant_kind::authorization_code));
  BOOST_TEST(request.client.client_id == "id");
  BOOST_TEST((request.client.method == client_auth::none));
  BOOST_TEST(request.code.reveal() == "c");
  BOOST_TEST(request.verifier.reveal() == "v");
  BOOST_TEST(*request.redirect_uri == "https://c.example/cb");
  BOOST_TEST(request.resources == std::vector<std::string>{"r"});
  BOOST_TEST(!request.scope);
  // a scope has no meaning here, so none is malformed
  BOOST_TEST(!read(code + "&client_id=id&scope=%22a%22").value().scope);
  auto const twice = read(code + "&client_id=id&resource=r&resource=&resource=r2").value().resources;
  BOOST_TEST(twice == (std::vector<std::string>{"r", "r2"}));
}

BOOST_AUTO_TEST_CASE(a_refresh_is_read) {
  auto const request = read("grant_type=refresh_token&refresh_token=t&client_id=id&scope=b+a").value();
  BOOST_TEST((request.grant == token_request::grant_kind::refresh_token));
  BOOST_TEST(request.refresh_token.reveal() == "t");
  BOOST_TEST(request.scope->text() == "a b");
  std::string const bare = "grant_type=refresh_token&refresh_token=t&client_id=id";
  for (char const* none : {"&scope=", "&scope=%20", "&scope=++"})
    BOOST_TEST(!read(bare + none).value().scope, none);
  BOOST_TEST(read(bare + "&scope=%20b%20%20a%20").value().scope->text() == "a b");
  BOOST_TEST((misread(bare + "&scope=%22") == oauth::oauth_errc::bad_scope));
}

BOOST_AUTO_TEST_CASE(what_is_incomplete_or_odd_is_refused) {
  BOOST_TEST((misread("") == oauth::oauth_errc::missing_parameter));
  BOOST_TEST((misread("client_id=id") == oauth::oauth_errc::missing_parameter));
  BOOST_TEST((misread(code) == oauth::oauth_errc::missing_parameter));
  BOOST_TEST(
      (misread("client_id=id&grant_type=authorization_code&code=c") == oauth::oauth_errc::missing_parameter));
  BOOST_TEST((misread("client_id=id&grant_type=authorization_code&code_verifier=v") ==
              oauth::oauth_errc::missing_parameter));
  BOOST_TEST((misread("client_id=id&grant_type=authorization_code&code=&code_verifier=v") ==
              oauth::oauth_errc::missing_parameter));
  BOOST_TEST((misread("client_id=id&grant_type=refresh_token") == oauth::oauth_errc::missing_parameter));
  for (char const* type : {"password", "client_credentials", "implicit", "AUTHORIZATION_CODE", "x"}) {
    BOOST_TEST((misread("client_id=id&grant_type=" + std::string(type)) ==
                oauth::oauth_errc::unsupported_grant_type));
  }
  for (char const* name : {"code", "client_id", "grant_type", "x"}) {
    BOOST_TEST((misread(code + "&client_id=id&x=1&resource=r&" + name + "=2") ==
                oauth::oauth_errc::duplicate_parameter));
  }
  BOOST_TEST((misread(code + "&client_id=%") == oauth::oauth_errc::malformed_request));
  BOOST_TEST((misread("{\"grant_type\":\"refresh_token\"}") == oauth::oauth_errc::malformed_request));
  BOOST_TEST(
      (misread(code + "&client_id=" + std::string(100'000, 'x')) == oauth::oauth_errc::parameter_too_long));
}

BOOST_AUTO_TEST_CASE(what_was_wrong_is_named) {
  struct row {
    std::string body;
    std::optional<std::string> authorization;
    std::string told;
  };
  std::string const refresh = "grant_type=refresh_token&client_id=id";
  row const rows[] = {
      {"client_id=id", {}, "grant_type"},
      {"client_id=id&code=c&code_verifier=v", {}, "grant_type"},
      {code, {}, "client_id"},
      {"client_id=id&grant_type=authorization_code&code_verifier=v", {}, "code"},
      {"client_id=id&grant_type=authorization_code&code=c", {}, "code_verifier"},
      {refresh, {}, "refresh_token"},
      {refresh + "&refresh_token=", {}, "refresh_token"},
      {code + "&client_id=id&client_id=id", {}, "client_id"},
      {code + "&client_id=id&x=1&x=2", {}, "one that is not known here"},
      {"{\"grant_type\":\"refresh_token\"}",
       {},
       "names and values must be percent-encoded, with & and = between them"},
      {code + "&client_id=id&client_secret=s", basic("id:s"),
       "an Authorization field, client_secret, or client_assertion"},
      {code + "&client_id=other", basic("id:s"),
       "client_id in the body is not that of the Authorization field"},
      {code + "&client_id=id", "Bearer t",
       "Authorization must be Basic, with client_id:client_secret in base64"},
      {code + "&client_id=id&client_assertion=j",
       {},
       "client_assertion needs the client_assertion_type of a JWT (RFC 7523 section 2.2)"},
  };
  for (auto const& [body, authorization, told] : rows) {
    std::optional<std::string_view> view;
    if (authorization) view = *authorization;
    std::string detail;
    BOOST_TEST_CONTEXT(body) {
      BOOST_TEST(!token_request::parse(body, view, detail));
      BOOST_TEST(detail == told);
    }
  }
  std::string detail;
  BOOST_TEST(!revocation_request::parse("client_id=id", std::nullopt, detail));
  BOOST_TEST(detail == "token");
}

BOOST_AUTO_TEST_CASE(basic_is_decoded_twice) {
  auto const request = read(code, basic("a%20id:s%3Ae%2Bc+r%25")).value();
  BOOST_TEST((request.client.method == client_auth::basic));
  BOOST_TEST(request.client.client_id == "a id");
  BOOST_TEST(request.client.client_secret.reveal() == "s:e+c r%");
  BOOST_TEST(read(code, basic("id:a:b")).value().client.client_secret.reveal() == "a:b");
  // a client without a secret may say who it is in this field, too
  for (auto const& field : {basic("id:"), basic("%69d:")}) {
    auto const open = read(code, field).value();
    BOOST_TEST(open.client.client_secret.empty());
    BOOST_TEST(open.client.client_id == "id");
    BOOST_TEST((open.client.method == client_auth::none));
  }
  BOOST_TEST(read(code, "bAsIc   " + encode_base64("id:s")).has_value());
}

BOOST_AUTO_TEST_CASE(what_is_no_basic_is_refused) {
  for (std::string const& field :
       {std::string{}, std::string("Basic"), std::string("Basic "), std::string("Bearer abc"),
        std::string("Basic !!!!"), "Basic" + encode_base64("id:s"), basic("id"), basic(":s"), basic(""),
        basic("id:%"), basic("id:%zz"), basic("i\xc3\xa9:s"), basic(std::string("i\0d:s", 5)),
        basic("id:s") + "=", basic("id:s").substr(0, 9), basic("id:s") + ", Basic x",
        basic("id:" + std::string(5000, 's'))}) {
    BOOST_TEST_CONTEXT(field)
    BOOST_TEST((misread(code, field) == oauth::oauth_errc::authentication_malformed));
  }
}

BOOST_AUTO_TEST_CASE(a_client_authenticates_in_one_way) {
  std::string const assertion =
      "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_"
      "assertion=j";
  BOOST_TEST((read(code + "&client_id=id&client_secret=s").value().client.method == client_auth::post));
  BOOST_TEST((read(code + "&client_id=id&client_secret=").value().client.method == client_auth::none));
  auto const with_key = read(code + assertion).value();
  BOOST_TEST((with_key.client.method == client_auth::private_key_jwt));
  BOOST_TEST(with_key.client.assertion.reveal() == "j");
  BOOST_TEST(read(code + "&client_id=id", basic("id:s")).has_value());
  BOOST_TEST(
      (misread(code + "&client_id=other", basic("id:s")) == oauth::oauth_errc::several_authentications));
  BOOST_TEST((misread(code + "&client_id=id&client_secret=s", basic("id:s")) ==
              oauth::oauth_errc::several_authentications));
  BOOST_TEST((misread(code + assertion, basic("id:s")) == oauth::oauth_errc::several_authentications));
  BOOST_TEST((misread(code + assertion + "&client_id=id&client_secret=s") ==
              oauth::oauth_errc::several_authentications));
  BOOST_TEST(
      (misread(code + "&client_id=id&client_assertion=j") == oauth::oauth_errc::authentication_malformed));
  BOOST_TEST((misread(code + "&client_id=id&client_assertion=j&client_assertion_type=saml") ==
              oauth::oauth_errc::authentication_malformed));
  BOOST_TEST((misread(code + "&client_secret=s") == oauth::oauth_errc::missing_parameter));
}

BOOST_AUTO_TEST_CASE(credentials_are_judged_by_what_was_registered) {
  auto const presented = [](client_auth method, std::string text, std::string id = "id") {
    client_credentials made;
    made.method = method;
    made.client_id = std::move(id);
    made.client_secret = secret{std::move(text)};
    return made;
  };
  auto const open = client_of(client_auth::none), with_basic = client_of(client_auth::basic),
             with_post = client_of(client_auth::post), with_key = client_of(client_auth::private_key_jwt);
  BOOST_TEST(!validate_credentials(open, presented(client_auth::none, "")));
  for (auto const* known : {&with_basic, &with_post}) {
    BOOST_TEST(!validate_credentials(*known, presented(client_auth::basic, "secret")));
    BOOST_TEST(!validate_credentials(*known, presented(client_auth::post, "secret")));
    BOOST_TEST((validate_credentials(*known, presented(client_auth::none, "")) ==
                oauth::oauth_errc::authentication_failed));
    BOOST_TEST((validate_credentials(*known, presented(client_auth::none, "secret")) ==
                oauth::oauth_errc::authentication_failed));
    BOOST_TEST((validate_credentials(*known, presented(client_auth::basic, "Secret")) ==
                oauth::oauth_errc::authentication_failed));
    BOOST_TEST((validate_credentials(*known, presented(client_auth::basic, "")) ==
                oauth::oauth_errc::authentication_failed));
    BOOST_TEST((validate_credentials(*known, presented(client_auth::basic, "secret", "di")) ==
                oauth::oauth_errc::authentication_failed));
  }
  BOOST_TEST((validate_credentials(open, presented(client_auth::basic, "secret")) ==
              oauth::oauth_errc::authentication_failed));
  BOOST_TEST((validate_credentials(open, presented(client_auth::post, "")) ==
              oauth::oauth_errc::authentication_failed));
  for (auto const method : {client_auth::none, client_auth::basic, client_auth::private_key_jwt}) {
    BOOST_TEST((validate_credentials(with_key, presented(method, "secret")) ==
                oauth::oauth_errc::authentication_failed));
  }
}

BOOST_AUTO_TEST_CASE(a_revocation_is_read) {
  auto const request =
      revocation_request::parse("token=t&token_type_hint=refresh_token&client_id=id", std::nullopt).value();
  BOOST_TEST(request.token.reveal() == "t");
  BOOST_TEST(request.client.client_id == "id");
  BOOST_TEST((revocation_request::parse("client_id=id", std::nullopt).error() ==
              oauth::oauth_errc::missing_parameter));
  BOOST_TEST(
      (revocation_request::parse("token=t", std::nullopt).error() == oauth::oauth_errc::missing_parameter));
  BOOST_TEST((revocation_request::parse("token=t&token=t&client_id=id", std::nullopt).error() ==
              oauth::oauth_errc::duplicate_parameter));
}

BOOST_AUTO_TEST_SUITE_END()
