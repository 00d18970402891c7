// tests/unit/oauth/client/client_assertion.cpp - clients that prove themselves by a key, and those that only try
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/client/client_assertion.hpp>
#include <mcpawl/store/memory_store.hpp>

#include "../../jose/signing.hpp"
#include "../../store/await.hpp"
#include "client_host.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(oauth_client_assertion)

using namespace mcpawl;
using namespace mcpawl::oauth;
using namespace oauth_test;
using namespace std::chrono_literals;
using jose_tests::signing_key;

namespace {

std::string const issuer = "https://mcp.example";
std::string const endpoint = "https://mcp.example/token";

signing_key const& ec(std::string const& name = "good") {
  static std::map<std::string, signing_key> keys;
  return keys.emplace(name, signing_key::ec("P-256")).first->second;
}

/** What differs from a good assertion. */
struct plan {
  std::string header = R"({"alg":"ES256","kid":"ec"})";
  std::string iss = "https://client.example/me";
  std::string sub = iss;
  std::string aud = "\"" + issuer + "\"";
  long exp = 300;
  std::string jti = "\"one\"";
  std::string more;
};

struct world {
  test::manual_clock clock;
  memory_store store{memory_store::default_bytes, clock};
  std::string served = "{\"keys\":[" + ec().jwk("ec", "") + "]}";
  client_host host{[this](std::string const&) { return answer_with(served); }};
  client_documents documents{settings_for(clock)};
  client_assertions judge{store, documents, {issuer, endpoint}, clock};
  client who = [] {
    client out;
    out.id = "https://client.example/me";
    out.metadata.auth = client_auth::private_key_jwt;
    out.metadata.jwks =
        "{\"keys\":[" + ec().jwk("ec", "") + "," + signing_key::named("rsa").jwk("rsa") + "]}";
    return out;
  }();

  std::string claims(plan const& p) const {
    return R"({"iss":")" + p.iss + R"(","sub":")" + p.sub + R"(","aud":)" + p.aud +
           ",\"exp\":" + std::to_string(clock.wall() + p.exp) + ",\"jti\":" + p.jti + p.more + "}";
  }
  std::string token(plan const& p) const { return ec().token(p.header, claims(p), jose::algorithm::es256); }
  error_code ask(std::string const& jwt) { return await(judge.validate(who, secret{jwt})); }
  bool good(std::string const& jwt) {
    error_code const bad = ask(jwt);
    BOOST_TEST((!bad || bad == oauth_errc::authentication_failed));
    return !bad;
  }
  std::size_t kept() { return await(store.scan("", "", 100)).value().items.size(); }
};

}  // namespace

BOOST_AUTO_TEST_CASE(an_assertion_is_good_by_either_algorithm_for_either_audience) {
  world w;
  plan p;
  BOOST_TEST(w.good(w.token(p)));
  p.jti = "\"two\"";
  p.aud = "\"" + endpoint + "\"";
  BOOST_TEST(w.good(w.token(p)));
  p.jti = "\"three\"";
  p.aud = "[\"" + endpoint + "\"]";
  p.header = R"({"alg":"RS256","kid":"rsa","typ":"JWT"})";
  BOOST_TEST(w.good(signing_key::named("rsa").token(p.header, w.claims(p))));
  p.jti = "\"four\"";
  p.header = R"({"alg":"ES256","kid":"ec","typ":"client-authentication+jwt"})";
  BOOST_TEST(w.good(w.token(p)));
}

BOOST_AUTO_TEST_CASE(attack_a_replay_is_refused) {
  world w;
  std::string const jwt = w.token({});
  BOOST_TEST(w.good(jwt));
  BOOST_TEST(!w.good(jwt));
  // signed once more, the same jti
  plan p;
  p.exp = 200;
  BOOST_TEST(!w.good(w.token(p)));
  // for as long as it could be presented
  w.clock.advance(299s);
  BOOST_TEST(!w.good(jwt));
  w.clock.advance(100s);
  BOOST_TEST(!w.good(jwt));
  BOOST_TEST(w.good(w.token(p)));
}

BOOST_AUTO_TEST_CASE(a_jti_belongs_to_its_client) {
  world w;
  BOOST_TEST(w.good(w.token({})));
  plan p;
  p.iss = p.sub = w.who.id = "https://client.example/other";
  BOOST_TEST(w.good(w.token(p)));
}

BOOST_AUTO_TEST_CASE(attack_what_is_not_about_itself_for_us_alone_is_refused) {
  world w;
  std::vector<plan> all(12);
  all[0].iss = all[0].sub = "https://client.example/other";
  all[1].sub = "somebody";
  all[2].iss = "somebody";
  all[3].aud = "\"https://other.example\"";
  all[4].aud = "[\"" + issuer + "\",\"https://other.example\"]";
  all[5].aud = "[]";
  all[6].aud = "\"" + issuer + "/\"";
  all[7].aud = "null";
  all[8].aud = "[\"" + issuer + "\",\"" + endpoint + "\"]";
  all[9].aud = "{}";
  all[10].more = R"(,"nbf":99999999999)";
  all[11].more = R"(,"sub":"twice")";
  for (std::size_t i = 0; i != all.size(); ++i) BOOST_TEST(!w.good(w.token(all[i])), i);
  BOOST_TEST(w.kept() == 0u);  // and nothing of it is written
}

BOOST_AUTO_TEST_CASE(attack_an_assertion_for_ever_or_of_yesterday_is_refused) {
  world w;
  for (long const exp : {0L, -1L, -10000L, 331L, 3600L, 315360000L}) {
    plan p;
    p.exp = exp;
    BOOST_TEST(!w.good(w.token(p)), exp);
  }
  std::string const claims = w.claims({});
  std::string const without =
      claims.substr(0, claims.find(",\"exp\"")) + claims.substr(claims.find(",\"jti\""));
  BOOST_TEST(!w.good(ec().token(plan{}.header, without, jose::algorithm::es256)));
  BOOST_TEST(w.kept() == 0u);
}

BOOST_AUTO_TEST_CASE(attack_without_a_jti_it_is_refused) {
  world w;
  for (std::string const& jti : {std::string("\"\""), std::string("null"), std::string("1"),
                                 std::string("[\"a\"]"), "\"" + std::string(257, 'x') + "\""}) {
    plan p;
    p.jti = jti;
    BOOST_TEST(!w.good(w.token(p)), jti);
  }
  plan p;
  p.jti = "\"" + std::string(256, 'x') + "\"";
  BOOST_TEST(w.good(w.token(p)));
}

BOOST_AUTO_TEST_CASE(attack_forgeries_are_refused) {
  world w;
  std::string const good = w.token({}), claims = w.claims({});
  using jose::algorithm;
  BOOST_TEST(!w.good(ec("stranger").token(plan{}.header, claims, algorithm::es256)));
  BOOST_TEST(!w.good(ec().token(R"({"alg":"ES256","kid":"rsa"})", claims, algorithm::es256)));
  BOOST_TEST(!w.good(ec().token(R"({"alg":"RS256","kid":"ec"})", claims, algorithm::es256)));
  BOOST_TEST(!w.good(ec().token(R"({"alg":"ES256","kid":"none such"})", claims, algorithm::es256)));
  BOOST_TEST(!w.good(ec().token(R"({"alg":"none","kid":"ec"})", claims, algorithm::es256)));
  BOOST_TEST(!w.good(ec().token(R"({"alg":"none"})", claims, algorithm::es256)));
  BOOST_TEST(!w.good(ec().token(R"({"alg":"HS256"})", claims, algorithm::es256)));
  BOOST_TEST(!w.good(ec().token(R"({"alg":"ES256","kid":"ec","crit":["exp"]})", claims, algorithm::es256)));
  BOOST_TEST(!w.good(ec().token(R"({"alg":"ES256","crit":["exp"]})", claims, algorithm::es256)));
  BOOST_TEST(!w.good(ec().token(R"({"alg":"ES256","typ":"at+jwt"})", claims, algorithm::es256)));
  BOOST_TEST(
      !w.good(signing_key::named("rsa").token(R"({"alg":"PS256","kid":"rsa"})", claims, algorithm::ps256)));
  BOOST_TEST(
      !w.good(signing_key::named("rsa").token(R"({"alg":"RS512","kid":"rsa"})", claims, algorithm::rs512)));
  for (std::string const& bad :
       {std::string{}, std::string("."), std::string(".."), std::string("a.b.c"),
        good.substr(0, good.rfind('.') + 1), good + ".x", good + "A", good.substr(0, good.size() - 1),
        std::string(100000, 'a'), good.substr(0, good.find('.')) + "..", std::string("e30.e30.e30")})
    BOOST_TEST(!w.good(bad));
  BOOST_TEST(w.kept() == 0u);
  BOOST_TEST(w.good(good));
}

BOOST_AUTO_TEST_CASE(a_key_need_not_be_named_where_there_is_one) {
  world w;
  plan p;
  p.header = R"({"alg":"ES256","typ":"JWT"})";
  BOOST_TEST(w.good(w.token(p)));
  BOOST_TEST(!w.good(w.token(p)));  // a replay is one here as well
  p.jti = "\"two\"";
  BOOST_TEST(!w.good(ec("stranger").token(p.header, w.claims(p), jose::algorithm::es256)));
  p.aud = "\"https://other.example\"";
  BOOST_TEST(!w.good(w.token(p)));
  p = plan{};
  p.jti = "\"three\"";
  p.header = R"({"alg":"RS256"})";
  BOOST_TEST(w.good(signing_key::named("rsa").token(p.header, w.claims(p))));
  // which of two?
  w.who.metadata.jwks = "{\"keys\":[" + ec().jwk("1", "") + "," + ec("other").jwk("2", "") + "]}";
  p.jti = "\"four\"";
  p.header = R"({"alg":"ES256"})";
  BOOST_TEST(!w.good(w.token(p)));
}

BOOST_AUTO_TEST_CASE(attack_another_way_of_authenticating_is_no_way_around) {
  world w;
  for (auto const method : {client_auth::none, client_auth::basic, client_auth::post}) {
    w.who.metadata.auth = method;
    BOOST_TEST(!w.good(w.token({})));
  }
  w.who.metadata.auth = client_auth::private_key_jwt;
  w.who.metadata.jwks = R"({"keys":[{"kty":"oct","kid":"ec","k":"AAAA"}]})";
  BOOST_TEST(!w.good(w.token({})));
  w.who.id.clear();
  BOOST_TEST(!w.good(w.token({})));
}

BOOST_AUTO_TEST_CASE(keys_are_followed_when_they_change_but_not_at_any_price) {
  world w;
  w.who.metadata.jwks.clear();
  w.who.metadata.jwks_uri = w.host.url("/keys");
  BOOST_TEST(w.good(w.token({})));
  BOOST_TEST(w.host.visits() == 1);

  w.served = "{\"keys\":[" + ec("next").jwk("next", "") + "]}";
  plan p;
  p.header = R"({"alg":"ES256","kid":"next"})";
  auto const next = [&](std::string const& jti) {
    p.jti = '"' + jti + '"';
    return ec("next").token(p.header, w.claims(p), jose::algorithm::es256);
  };
  BOOST_TEST(!w.good(next("a")));  // too soon after the last time
  BOOST_TEST(w.host.visits() == 1);
  w.clock.advance(30s);
  BOOST_TEST(w.good(next("b")));
  BOOST_TEST(w.host.visits() == 2);

  for (int i = 0; i != 20; ++i) {
    p.header = R"({"alg":"ES256","kid":"invented)" + std::to_string(i) + "\"}";
    BOOST_TEST(!w.good(next("c")));
  }
  BOOST_TEST(w.host.visits() == 2);
}

BOOST_AUTO_TEST_CASE(a_key_host_that_is_down_is_not_the_fault_of_the_client) {
  world w;
  w.who.metadata.jwks.clear();
  w.who.metadata.jwks_uri = w.host.url("/keys");
  w.host.answer([](std::string const&) { return answer_with("", {}, 503); });
  BOOST_TEST((w.ask(w.token({})) == oauth_errc::document_unavailable));
}

BOOST_AUTO_TEST_CASE(who_an_assertion_is_from_can_be_read_but_only_that) {
  world w;
  BOOST_TEST(claimed_client_of(w.token({})).value() == "https://client.example/me");
  BOOST_TEST(
      claimed_client_of(ec("stranger").token("{}", R"({"sub":"x"})", jose::algorithm::es256)).value() == "x");
  for (std::string const& bad :
       {std::string{}, std::string("a.b.c"), std::string("e30.e30.e30"), std::string(100000, 'a'),
        "e30." + jose_tests::base64url(R"({"sub":1})") + ".e30",
        "e30." + jose_tests::base64url(R"({"sub":"a","sub":"b"})") + ".e30",
        "e30." + jose_tests::base64url(std::string(2000, '[')) + ".e30"})
    BOOST_TEST((claimed_client_of(bad).error() == oauth_errc::authentication_failed));
}

BOOST_AUTO_TEST_SUITE_END()
