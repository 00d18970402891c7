// tests/unit/test/fake_oidc.cpp - the stand-in for Access for SaaS keeps the rules, until it is told not to
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/test/fake_oidc.hpp>

#include "../access/access_fixture.hpp"

#include <mcpawl/crypto/base64.hpp>
#include <mcpawl/jose/verifier.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test_fake_oidc {
namespace {

using namespace mcpawl;
using namespace mcpawl::detail;
using namespace mcpawl::test;
using access_fixture::access;

constexpr char const* callback = "https://app.example/callback";
std::string const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";  // RFC 7636 appendix B

using parameters = std::vector<std::pair<std::string, std::string>>;

std::string encoded(parameters const& all) {
  std::string out;
  for (auto const& [name, value] : all) http::append_form_field(out, name, value);
  return out;
}

/** The parameters with one replaced or, by an empty value, left out. */
parameters with(parameters all, std::string const& name, std::string const& value) {
  std::erase_if(all, [&](auto const& one) { return one.first == name; });
  if (!value.empty()) all.emplace_back(name, value);
  return all;
}

struct fixture {
  fixture() { provider.sign_in_as("alice@example.com"); }

  static fake_oidc_options options() {
    fake_oidc_options out("client-1", "s3cret", {callback});
    out.people.front().custom["department"] = "sales";
    return out;
  }

  static parameters request() {
    return {{"client_id", "client-1"},
            {"redirect_uri", callback},
            {"response_type", "code"},
            {"scope", "openid email profile groups offline_access unheard-of"},
            {"state", "s t&1"},
            {"nonce", "n-1"},
            {"code_challenge", oauth::code_challenge_of(verifier)},
            {"code_challenge_method", "S256"}};
  }
  static parameters redemption(std::string const& code) {
    return {{"grant_type", "authorization_code"},
            {"code", code},
            {"redirect_uri", callback},
            {"code_verifier", verifier},
            {"client_id", "client-1"},
            {"client_secret", "s3cret"}};
  }
  static parameters refreshing(std::string const& token) {
    return {{"grant_type", "refresh_token"},
            {"refresh_token", token},
            {"client_id", "client-1"},
            {"client_secret", "s3cret"}};
  }

  plain_answer ask(std::string method, std::string const& path, plain_fields fields = {},
                   std::string body = {}) {
    return provider.answer(
        {std::move(method), provider.base_path() + path, std::move(fields), std::move(body)});
  }
  plain_answer authorize(parameters const& with) { return ask("GET", "/authorization?" + encoded(with)); }
  plain_answer choose(parameters const& with, plain_fields fields = {}) {
    fields.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    return ask("POST", "/authorization?" + encoded(request()), std::move(fields), encoded(with));
  }
  plain_answer token(parameters const& with, plain_fields fields = {}) {
    fields.emplace_back("Content-Type", "application/x-www-form-urlencoded;charset=UTF-8");
    return ask("POST", "/token", std::move(fields), encoded(with));
  }
  boost::json::value tokens(parameters const& with) {
    auto const answer = token(with);
    BOOST_REQUIRE_MESSAGE(answer.status == 200, answer.body);
    BOOST_TEST(answer.field("cache-control") == "no-store");
    return boost::json::parse(answer.body);
  }
  std::string code(parameters const& asked = request()) { return query_of(authorize(asked), "code"); }

  /** A parameter of where a response leads. */
  static std::string query_of(plain_answer const& answer, std::string_view name) {
    BOOST_REQUIRE_MESSAGE(answer.status == 303, answer.body);
    std::string_view const to = answer.field("location");
    BOOST_TEST(to.starts_with(std::string(callback) + '?'));
    auto const form = http::form::parse(to.substr(to.find('?') + 1));
    return std::string(form.value().find(name).value_or(""));
  }

  result<jose::claims_view> verify(std::string_view token) {
    verifier_.use(access_fixture::keys());
    return verifier_.verify(token, access_fixture::time().wall());
  }

  fake_oidc provider{access(), options(), access_fixture::time()};

private:
  jose::expectation expected() const {
    jose::expectation out;
    out.issuer = provider.issuer();
    out.audiences.push_back("client-1");
    return out;
  }
  jose::verifier verifier_{expected()};
};

/** Claims as they are, whoever signed them. */
boost::json::value claims_of(std::string_view token) {
  auto const first = token.find('.'), second = token.find('.', first + 1);
  std::string bytes(token.size(), '\0');
  auto const size = decode_base64url(token.substr(first + 1, second - first - 1),
                                     {reinterpret_cast<unsigned char*>(bytes.data()), bytes.size()});
  bytes.resize(size.value());
  return boost::json::parse(bytes);
}

std::string text(boost::json::value const& from, char const* name) {
  return std::string(from.at(name).as_string());
}

std::string error_of(plain_answer const& answer) {
  BOOST_TEST(answer.status >= 400);
  return text(boost::json::parse(answer.body), "error");
}

}  // namespace

}  // namespace test_fake_oidc

BOOST_FIXTURE_TEST_SUITE(test_fake_oidc, fixture)

BOOST_AUTO_TEST_CASE(the_configuration_names_what_is_there) {
  auto const document = boost::json::parse(ask("GET", "/.well-known/openid-configuration").body);
  BOOST_TEST(text(document, "issuer") ==
             std::string(access_fixture::team) + "/cdn-cgi/access/sso/oidc/client-1");
  BOOST_TEST(text(document, "authorization_endpoint") == provider.authorization_url());
  BOOST_TEST(text(document, "token_endpoint") == provider.token_url());
  BOOST_TEST(text(document, "jwks_uri") == provider.issuer() + "/jwks");
  BOOST_TEST(ask("GET", "/jwks").body == access().certs());
  BOOST_TEST(ask("POST", "/jwks").status == 405);
  BOOST_TEST(ask("GET", "/token").status == 405);
  BOOST_TEST(ask("DELETE", "/authorization").field("allow") == "GET, POST");
  BOOST_TEST(ask("GET", "/nothing").status == 404);
  BOOST_TEST(provider.answer({"GET", "/cdn-cgi/access/sso/oidc/client-2/jwks", {}, {}}).status == 404);
}

BOOST_AUTO_TEST_CASE(a_flow_gives_tokens_that_verify) {
  auto const answer = authorize(request());
  BOOST_TEST(query_of(answer, "state") == "s t&1");
  auto const got = tokens(redemption(query_of(answer, "code")));
  BOOST_TEST(got.at("expires_in").as_int64() == 300);
  BOOST_TEST(text(got, "token_type") == "Bearer");
  BOOST_TEST(text(got, "scope") == "openid email profile groups offline_access");
  auto const id = text(got, "id_token"), access_text = text(got, "access_token");
  BOOST_TEST(verify(id).has_value());
  BOOST_TEST(verify(access_text).has_value());

  auto const claims = claims_of(id);
  BOOST_TEST(text(claims, "nonce") == "n-1");
  BOOST_TEST(text(claims, "email") == "alice@example.com");
  BOOST_TEST(text(claims, "name") == "Alice Example");
  BOOST_TEST(text(claims.at("custom"), "department") == "sales");
  BOOST_TEST(claims.at("groups").as_array().size() == 1u);
  BOOST_TEST(claims.at("aud").as_array().size() == 1u);
  BOOST_TEST(claims.at("sub") == access().user("alice@example.com").claims().at("sub"));
  BOOST_TEST(claims.at("exp").as_int64() - claims.at("iat").as_int64() == 300);
  auto const digest = sha256(access_text);
  std::string half;
  append_base64url(half, {digest.data(), 16});
  BOOST_TEST(text(claims, "at_hash") == half);

  auto const about = ask("GET", "/userinfo", {{"Authorization", "Bearer " + access_text}});
  BOOST_TEST(about.status == 200);
  BOOST_TEST(boost::json::parse(about.body).at("sub") == claims.at("sub"));
  BOOST_TEST(ask("GET", "/userinfo", {{"Authorization", "Bearer " + id}}).status == 401);
  BOOST_TEST(ask("GET", "/userinfo").status == 401);
}

BOOST_AUTO_TEST_CASE(scopes_decide_about_claims_and_the_refresh_token) {
  auto const got = tokens(redemption(code(with(request(), "scope", "openid"))));
  BOOST_TEST(!got.as_object().contains("refresh_token"));
  auto const claims = claims_of(text(got, "id_token"));
  for (auto const* name : {"email", "name", "groups"}) BOOST_TEST(!claims.as_object().contains(name));
}

BOOST_AUTO_TEST_CASE(a_request_that_cannot_be_trusted_is_never_redirected) {
  for (auto const& [name, value] : parameters{{"client_id", "client-2"},
                                              {"client_id", ""},
                                              {"redirect_uri", "https://app.example/callback/"},
                                              {"redirect_uri", "https://app.example/callback?x=1"},
                                              {"redirect_uri", "https://evil.example/callback"},
                                              {"redirect_uri", ""}}) {
    auto const answer = authorize(with(request(), name, value));
    BOOST_TEST_CONTEXT(name << " = " << value) {
      BOOST_TEST(answer.status == 400);
      BOOST_TEST(answer.field("location").empty());
    }
  }
  BOOST_TEST(ask("GET", "/authorization?" + encoded(request()) + "&state=again").status == 400);
  BOOST_TEST(ask("GET", "/authorization?%zz").status == 400);
  BOOST_TEST(ask("GET", "/authorization").status == 400);
  BOOST_TEST(ask("GET", "/authorization?" + std::string(100'000, 'a')).status == 400);
}

BOOST_AUTO_TEST_CASE(other_mistakes_go_back_with_the_state) {
  struct error {
    char const *name, *value, *error;
  };
  for (error const& m : {error{"response_type", "token", "unsupported_response_type"},
                         error{"response_type", "", "unsupported_response_type"},
                         error{"scope", "email openid2", "invalid_scope"},
                         error{"code_challenge_method", "plain", "invalid_request"},
                         error{"code_challenge_method", "", "invalid_request"},
                         error{"code_challenge", "short", "invalid_request"},
                         error{"code_challenge", "", "invalid_request"}}) {
    auto const answer = authorize(with(request(), m.name, m.value));
    BOOST_TEST(query_of(answer, "error") == m.error);
    BOOST_TEST(query_of(answer, "state") == "s t&1");
    BOOST_TEST(query_of(answer, "code") == "");
  }
}

BOOST_AUTO_TEST_CASE(a_page_asks_who_you_are) {
  provider.sign_in_as(std::nullopt);
  auto const page = authorize(request());
  BOOST_TEST(page.status == 200);
  BOOST_TEST(page.body.find("app.example") != std::string::npos);
  BOOST_TEST(page.body.find("value=\"bob@example.com\"") != std::string::npos);
  BOOST_TEST(page.body.find("<script") == std::string::npos);
  BOOST_TEST(page.field("x-frame-options") == "DENY");
  BOOST_TEST(page.field("content-security-policy").find("default-src 'none'") == 0u);
  BOOST_TEST(page.field("content-security-policy").find("frame-ancestors 'none'") != std::string::npos);
  BOOST_TEST(page.field("content-security-policy").find("unsafe") == std::string::npos);

  auto const chosen = choose({{"email", "carol@example.com"}}, {{"Origin", access_fixture::team}});
  auto const claims = claims_of(text(tokens(redemption(query_of(chosen, "code"))), "id_token"));
  BOOST_TEST(text(claims, "email") == "carol@example.com");
  BOOST_TEST(text(claims, "name") == "carol");
  auto const denied = choose({{"deny", "yes"}});
  BOOST_TEST(query_of(denied, "error") == "access_denied");
  BOOST_TEST(query_of(denied, "state") == "s t&1");
}

BOOST_AUTO_TEST_CASE(a_page_of_somebody_else_signs_nobody_in) {
  provider.sign_in_as(std::nullopt);
  for (auto const* origin : {"https://evil.example", "null", "http://acme.cloudflareaccess.com"})
    BOOST_TEST(choose({{"email", "bob@example.com"}}, {{"Origin", origin}}).status == 403);
  for (auto const* email : {"", "bob", "@example.com", "bob@", "bob @example.com", "<b>@example.com\n"})
    BOOST_TEST(choose({{"email", email}}).status == 400);
  BOOST_TEST(choose({}).status == 400);
  BOOST_TEST(choose({{"email", "a@b.example"}, {"email", "c@d.example"}}).status == 400);
}

BOOST_AUTO_TEST_CASE(what_others_write_is_text_on_the_page) {
  fake_oidc_options hostile("client-1", "s", {callback});
  hostile.people.assign(1, oidc_person("a@b.example", "<script>alert(1)</script>\"'&"));
  fake_oidc other(access(), hostile, access_fixture::time());
  auto const page = other.answer({"GET", other.base_path() + "/authorization?" + encoded(request()), {}, {}});
  BOOST_TEST(page.status == 200);
  BOOST_TEST(page.body.find("<script>") == std::string::npos);
  BOOST_TEST(page.body.find("&lt;script&gt;") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_code_is_used_once_and_its_replay_ends_the_session) {
  auto const it = code();
  auto const got = tokens(redemption(it));
  BOOST_TEST(error_of(token(redemption(it))) == "invalid_grant");
  BOOST_TEST(error_of(token(refreshing(text(got, "refresh_token")))) == "invalid_grant");
  BOOST_TEST(provider.counts().codes_redeemed == 1);
}

BOOST_AUTO_TEST_CASE(a_code_is_bound_to_its_request) {
  for (auto const& [name, value] : parameters{{"redirect_uri", "https://app.example/other"},
                                              {"redirect_uri", ""},
                                              {"code_verifier", verifier + 'x'},
                                              {"code_verifier", ""},
                                              {"code", "unknown"},
                                              {"code", ""}}) {
    BOOST_TEST_CONTEXT(name << " = " << value)
    BOOST_TEST(error_of(token(with(redemption(code()), name, value))) == "invalid_grant");
  }
  // a verifier although nothing was challenged
  auto bare = with(with(request(), "code_challenge", ""), "code_challenge_method", "");
  BOOST_TEST(error_of(token(redemption(code(bare)))) == "invalid_grant");
  BOOST_TEST(token(with(redemption(code(bare)), "code_verifier", "")).status == 200);

  auto const late = code();
  access_fixture::time().advance(std::chrono::seconds(60));
  BOOST_TEST(error_of(token(redemption(late))) == "invalid_grant");
}

BOOST_AUTO_TEST_CASE(the_client_says_who_it_is) {
  for (auto const& [name, value] : parameters{
           {"client_secret", "wrong"}, {"client_secret", ""}, {"client_id", "client-2"}, {"client_id", ""}}) {
    auto const refused = token(with(redemption(code()), name, value));
    BOOST_TEST(refused.status == 401);
    BOOST_TEST(error_of(refused) == "invalid_client");
    BOOST_TEST(!refused.field("www-authenticate").empty());
  }
  auto const bare = with(with(redemption(code()), "client_id", ""), "client_secret", "");
  auto const basic = [](std::string const& joined) { return "Basic " + encode_base64(joined); };
  BOOST_TEST(token(bare, {{"Authorization", basic("client-1:wrong")}}).status == 401);
  BOOST_TEST(token(redemption("x"), {{"Authorization", basic("client-1:s3cret")}}).status == 401);
  BOOST_TEST(token(bare, {{"Authorization", basic("client-1:s3cret")}}).status == 200);
}

BOOST_AUTO_TEST_CASE(the_token_endpoint_takes_forms_of_programs_alone) {
  auto const body = encoded(redemption(code()));
  BOOST_TEST(ask("POST", "/token", {{"Content-Type", "application/json"}}, body).status == 400);
  BOOST_TEST(ask("POST", "/token", {}, body).status == 400);
  BOOST_TEST(token(redemption(code()), {{"Origin", access_fixture::team}}).status == 403);
  auto twice = redemption(code());
  twice.emplace_back("code", "x");
  BOOST_TEST(error_of(token(twice)) == "invalid_request");
  BOOST_TEST(error_of(token(with(redemption(code()), "grant_type", "password"))) == "unsupported_grant_type");
  BOOST_TEST(error_of(token(with(redemption(code()), "grant_type", ""))) == "unsupported_grant_type");
}

BOOST_AUTO_TEST_CASE(a_refresh_rotates_and_asks_the_policy_again) {
  auto const first = text(tokens(redemption(code())), "refresh_token");
  auto const got = tokens(refreshing(first));
  auto const second = text(got, "refresh_token");
  BOOST_TEST(first != second);
  BOOST_TEST(!claims_of(text(got, "id_token")).as_object().contains("nonce"));
  BOOST_TEST(error_of(token(refreshing(first))) == "invalid_grant");

  provider.block("alice@example.com");
  BOOST_TEST(error_of(token(refreshing(second))) == "invalid_grant");
  BOOST_TEST(query_of(authorize(request()), "error") == "access_denied");
  provider.sign_in_as(std::nullopt);
  auto const page = choose({{"email", "alice@example.com"}});
  BOOST_TEST(page.status == 403);
  BOOST_TEST(page.body.find("alice@example.com does not have access") != std::string::npos);
  provider.unblock("alice@example.com");
  auto const third = text(tokens(refreshing(second)), "refresh_token");
  provider.end_sessions();
  BOOST_TEST(error_of(token(refreshing(third))) == "invalid_grant");
  BOOST_TEST(provider.counts().refreshes == 2);
}

BOOST_AUTO_TEST_CASE(a_blocked_person_cannot_redeem_a_code_either) {
  auto const it = code();
  provider.block("alice@example.com");
  BOOST_TEST(error_of(token(redemption(it))) == "invalid_grant");
}

BOOST_AUTO_TEST_CASE(refresh_tokens_expire_and_need_not_rotate) {
  auto settings = options();
  settings.rotates = false;
  settings.refresh_lifetime = 100;
  fake_oidc steady(access(), settings, access_fixture::time());
  auto const post = [&](parameters const& form) {
    return steady.answer({"POST",
                          steady.base_path() + "/token",
                          {{"Content-Type", "application/x-www-form-urlencoded"}},
                          encoded(form)});
  };
  steady.sign_in_as("bob@example.com");
  auto const answer =
      steady.answer({"GET", steady.base_path() + "/authorization?" + encoded(request()), {}, {}});
  auto const got = boost::json::parse(post(redemption(query_of(answer, "code"))).body);
  auto const kept = text(got, "refresh_token");
  for (int i = 0; i != 2; ++i) {
    auto const again = boost::json::parse(post(refreshing(kept)).body);
    BOOST_TEST(again.as_object().contains("access_token"));
    BOOST_TEST(!again.as_object().contains("refresh_token"));
  }
  access_fixture::time().advance(std::chrono::seconds(100));
  BOOST_TEST(error_of(post(refreshing(kept))) == "invalid_grant");
}

BOOST_AUTO_TEST_CASE(every_forged_id_token_is_refused_by_a_verifier_or_differs_where_it_should) {
  auto const forged = [&](id_forgery how) {
    provider.forge(how);
    return text(tokens(redemption(code())), "id_token");
  };
  using jose::jose_errc;
  auto const why = [&](id_forgery how) { return verify(forged(how)).error(); };
  auto const is = [](jose_errc e) { return make_error_code(e); };
  BOOST_TEST(why(id_forgery::wrong_audience) == is(jose_errc::wrong_audience));
  BOOST_TEST(why(id_forgery::wrong_issuer) == is(jose_errc::wrong_issuer));
  BOOST_TEST(why(id_forgery::expired) == is(jose_errc::expired));
  BOOST_TEST(why(id_forgery::not_yet_valid) == is(jose_errc::not_yet_valid));
  BOOST_TEST(why(id_forgery::other_key) == is(jose_errc::bad_signature));
  BOOST_TEST(why(id_forgery::unknown_kid) == is(jose_errc::unknown_kid));
  for (auto const how : {id_forgery::missing_exp, id_forgery::alg_none, id_forgery::hs256_with_secret})
    BOOST_TEST(verify(forged(how)).has_error());

  BOOST_TEST(text(claims_of(forged(id_forgery::wrong_nonce)), "nonce") != "n-1");
  BOOST_TEST(!claims_of(forged(id_forgery::missing_nonce)).as_object().contains("nonce"));
  auto const good = claims_of(forged(id_forgery::none));
  BOOST_TEST(claims_of(forged(id_forgery::other_subject)).at("sub") != good.at("sub"));
  provider.forge(id_forgery::wrong_access_hash);
  auto const got = tokens(redemption(code()));
  auto const digest = sha256(text(got, "access_token"));
  std::string half;
  append_base64url(half, {digest.data(), 16});
  BOOST_TEST(text(claims_of(text(got, "id_token")), "at_hash") != half);
}

BOOST_AUTO_TEST_CASE(every_endpoint_can_fail) {
  provider.fail(oidc_endpoint::token, oidc_fault::server_error);
  BOOST_TEST(token(redemption(code())).status == 500);
  provider.fail(oidc_endpoint::token, oidc_fault::unavailable);
  BOOST_TEST(token(redemption(code())).status == 503);
  provider.fail(oidc_endpoint::token, oidc_fault::hang);
  BOOST_TEST(token(redemption(code())).wire() == "");
  provider.fail(oidc_endpoint::token, oidc_fault::html);
  BOOST_TEST(token(redemption(code())).field("content-type").starts_with("text/html"));
  provider.fail(oidc_endpoint::token, oidc_fault::huge);
  BOOST_TEST(token(redemption(code())).body.size() > std::size_t{32} << 20);
  provider.fail(oidc_endpoint::token, oidc_fault::redirect);
  auto const away = token(redemption(code()));
  BOOST_TEST(away.status == 307);
  BOOST_TEST(away.field("location") == "elsewhere");
  BOOST_TEST(ask("POST", "/elsewhere").status == 404);
  BOOST_TEST(provider.counts().elsewhere == 1);
  provider.fail(oidc_endpoint::token, oidc_fault::truncated);
  auto const cut = token(redemption(code()));
  BOOST_TEST(cut.wire().ends_with(cut.body.substr(0, cut.body.size() / 2)));
  BOOST_TEST(cut.wire().find("Content-Length: " + std::to_string(cut.body.size())) != std::string::npos);
  provider.fail(oidc_endpoint::token, oidc_fault::bad_json);
  boost::system::error_code broken;
  boost::json::parse(token(redemption(code())).body, broken);
  BOOST_TEST(broken.failed());
  provider.fail(oidc_endpoint::token, oidc_fault::no_id_token);
  BOOST_TEST(!tokens(redemption(code())).as_object().contains("id_token"));
  provider.fail(oidc_endpoint::token, oidc_fault::none);
  BOOST_TEST(tokens(redemption(code())).as_object().contains("id_token"));
  for (auto const& [which, path] :
       {std::pair(oidc_endpoint::jwks, "/jwks"),
        std::pair(oidc_endpoint::configuration, "/.well-known/openid-configuration")}) {
    provider.fail(which, oidc_fault::unavailable);
    BOOST_TEST(ask("GET", path).status == 503);
  }
  BOOST_TEST(provider.counts().of(oidc_endpoint::token) == 10);
  BOOST_TEST(provider.counts().of(oidc_endpoint::jwks) == 1);
}

BOOST_AUTO_TEST_CASE(an_endpoint_that_is_out_of_order_uses_nothing_up) {
  auto const it = code();
  for (auto const how : {oidc_fault::server_error, oidc_fault::unavailable, oidc_fault::hang,
                         oidc_fault::html, oidc_fault::redirect}) {
    provider.fail(oidc_endpoint::token, how);
    token(redemption(it));
  }
  provider.fail(oidc_endpoint::token, oidc_fault::truncated);
  auto const lost = token(redemption(it));
  provider.fail(oidc_endpoint::token, oidc_fault::none);
  BOOST_TEST(lost.status == 200);
  BOOST_TEST(error_of(token(redemption(it))) == "invalid_grant");
}

BOOST_AUTO_TEST_CASE(settings_change_while_it_runs) {
  provider.access_lifetime(5);
  BOOST_TEST(tokens(redemption(code())).at("expires_in").as_int64() == 5);
  auto const elsewhere = with(request(), "redirect_uri", "http://127.0.0.1:9/callback?tenant=1");
  BOOST_TEST(authorize(elsewhere).status == 400);
  provider.allow_redirect("http://127.0.0.1:9/callback?tenant=1");
  auto const answer = authorize(elsewhere);
  BOOST_TEST(answer.field("location").starts_with("http://127.0.0.1:9/callback?tenant=1&code="));
}

BOOST_AUTO_TEST_SUITE_END()
