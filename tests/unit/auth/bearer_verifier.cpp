// tests/unit/auth/bearer_verifier.cpp - claims become identities, remembered ones included
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/auth/bearer_verifier.hpp>

#include "../access/access_fixture.hpp"

#include <mcpawl/test/access_token.hpp>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <concepts>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace auth_bearer_verifier_types {

struct realm {
  std::vector<std::string> roles;
};
struct staff {
  std::string department;
  std::optional<int> level;
  std::optional<realm> realm_access;
};

}  // namespace auth_bearer_verifier_types

template <>
inline constexpr auto mcpawl::docs<auth_bearer_verifier_types::staff> =
    mcpawl::fields(mcpawl::field<&auth_bearer_verifier_types::staff::department>().min_length(1));

namespace auth_bearer_verifier {
namespace {

using namespace mcpawl;
using namespace mcpawl::detail;
using access_fixture::code;
using auth_bearer_verifier_types::staff;
using test::access_token;

constexpr char const* issuer = "https://issuer.example/";

struct fixture {
  test::manual_clock clock;
  bearer_expectation expected{issuer, {"api", "other-api"}};
  std::optional<bearer_verifier<staff>> verifier;

  access_token alice() const {
    access_token made;
    made.claim("iss", issuer).claim("aud", "api").claim("sub", "alice").claim("department", "sales");
    made.claim("iat", clock.wall()).claim("exp", clock.wall() + 3600);
    return made;
  }
  static std::string sign(access_token const& token) {
    return token.sign(access_fixture::access().current_key());
  }
  result<bearer_identity<staff>> verify(access_token const& token) {
    if (!verifier) {
      verifier.emplace(expected);
      verifier->use(access_fixture::keys());
    }
    return verifier->verify(sign(token), clock.wall());
  }
  error_code refusal(access_token const& token) {
    auto const who = verify(token);
    return who ? error_code() : who.error();
  }
  static boost::json::value json(std::string_view text) {
    return boost::json::parse({text.data(), text.size()});
  }
};

static_assert(!std::constructible_from<bearer_identity<>, bearer_claims<>>);
static_assert(!std::default_initializable<bearer_identity<>>);
static_assert(std::copyable<bearer_identity<staff>>);

}  // namespace

}  // namespace auth_bearer_verifier

BOOST_FIXTURE_TEST_SUITE(auth_bearer_verifier, fixture)

BOOST_AUTO_TEST_CASE(an_identity_has_all_that_a_token_says) {
  auto const who = verify(alice()
                              .claim("aud", json(R"(["x","other-api"])"))
                              .claim("scope", "a b")
                              .claim("scp", json(R"(["b","c"])"))
                              .claim("client_id", "app")
                              .claim("azp", "not this")
                              .claim("level", 3)
                              .claim("realm_access", json(R"({"roles":["admin"],"more":{}})"))
                              .claim("unknown", json(R"({"x":[1,2]})")));
  BOOST_REQUIRE(who.has_value());
  auto const& claims = **who;
  BOOST_TEST(claims.issuer == issuer);
  BOOST_TEST(claims.subject == "alice");
  BOOST_TEST(claims.audiences.size() == 2u);
  BOOST_TEST(oauth::join_scopes(claims.scopes) == "a b c");
  BOOST_TEST(claims.has_scope("c"));
  BOOST_TEST(!claims.has_scope("d"));
  BOOST_TEST(!claims.has_scope(""));
  BOOST_TEST(claims.client_id == "app");
  BOOST_TEST(claims.issued_at == clock.wall());
  BOOST_TEST(claims.expires_at == clock.wall() + 3600);
  BOOST_TEST(claims.claims.department == "sales");
  BOOST_TEST(claims.claims.level.value() == 3);
  BOOST_TEST(claims.claims.realm_access->roles.at(0) == "admin");
  BOOST_TEST(bearer_principal(claims) == "bearer https://issuer.example/ alice");
  BOOST_TEST(requires_scope("a")(*who));
  BOOST_TEST(!requires_scope("ab")(*who));
}

BOOST_AUTO_TEST_CASE(what_a_token_leaves_out_stays_empty) {
  auto const who = verify(alice().without("iat").claim("azp", "app"));
  BOOST_REQUIRE(who.has_value());
  BOOST_TEST((*who)->scopes.empty());
  BOOST_TEST((*who)->client_id == "app");
  BOOST_TEST((*who)->issued_at == 0);
  BOOST_TEST(!(*who)->claims.level.has_value());
}

// Where a provider gives an API the same name as a client, the aud of both is the same.
BOOST_AUTO_TEST_CASE(attack_an_id_token_is_no_access_token) {
  BOOST_TEST(refusal(alice()) == error_code());
  for (auto const* name : {"nonce", "at_hash"})
    for (auto const* value : {R"("n-0S6_WzA2Mj")", R"("")", "null", "1", "[]"})
      BOOST_TEST(refusal(alice().claim(name, json(value))) == code(auth_errc::id_token),
                 name << ' ' << value);
  expected.scope_claims.emplace_back("roles");
  BOOST_TEST(refusal(alice().claim("roles", "read").claim("identity_nonce", "x")) == error_code());
}

BOOST_AUTO_TEST_CASE(scopes_come_in_three_shapes) {
  expected.scopes = {"read"};
  expected.scope_claims.push_back("roles");
  for (auto const* value : {R"("read")", R"("a  read ")", R"(["read"])", R"(["a","read"])"})
    for (auto const* name : {"scope", "scp", "roles"})
      BOOST_TEST(refusal(alice().claim(name, json(value))) == error_code(), name << ' ' << value);
  for (auto const* value : {R"("")", R"("reader")", R"("a,read")", R"([])", R"(["a read"])", R"(["READ"])",
                            "null", R"(["re","ad"])"})
    BOOST_TEST(refusal(alice().claim("scope", json(value))) == code(auth_errc::insufficient_scope), value);
  for (auto const* value : {"7", "true", R"({"read":true})", R"([["read"]])", R"(["read",7])"})
    BOOST_TEST(refusal(alice().claim("scope", json(value))) == code(auth_errc::malformed_claim), value);
  BOOST_TEST(refusal(alice().claim("permissions", json(R"(["read"])"))) ==
             code(auth_errc::insufficient_scope));
}

BOOST_AUTO_TEST_CASE(every_required_scope_is_needed) {
  expected.scopes = {"a", "b"};
  BOOST_TEST(refusal(alice().claim("scope", "a b c")) == error_code());
  BOOST_TEST(refusal(alice().claim("scope", "a").claim("scp", "b")) == error_code());
  BOOST_TEST(refusal(alice().claim("scope", "a")) == code(auth_errc::insufficient_scope));
  BOOST_TEST(refusal(alice().claim("scope", "b")) == code(auth_errc::insufficient_scope));
}

BOOST_AUTO_TEST_CASE(a_token_must_have_a_subject) {
  BOOST_TEST(refusal(alice().without("sub")) == code(auth_errc::no_subject));
  BOOST_TEST(refusal(alice().claim("sub", "")) == code(auth_errc::no_subject));
}

BOOST_AUTO_TEST_CASE(claims_that_do_not_fit_are_told_by_place_and_rule) {
  struct row {
    access_token token;
    char const* misfit;
  };
  for (auto const& [token, misfit] :
       {row{alice().without("department"), "/department is required"},
        row{alice().claim("department", 7), "/department expected a string"},
        row{alice().claim("department", nullptr), "/department expected a string"},
        row{alice().claim("department", ""), "/department must have at least 1 character"},
        row{alice().claim("level", "secret"), "/level expected an integer"},
        row{alice().claim("level", 1e300), "/level must be at most 2147483647"},
        row{alice().claim("realm_access", json(R"({"roles":["a",{}]})")),
            "/realm_access/roles/1 expected a string"}}) {
    BOOST_TEST(refusal(token) == code(auth_errc::claims_do_not_fit));
    BOOST_TEST(verifier->misfit() == misfit);
  }
  BOOST_TEST(refusal(alice()) == error_code());
  BOOST_TEST(verifier->misfit() == "");
}

BOOST_AUTO_TEST_CASE(types_of_tokens) {
  for (auto const* typ : {"JWT", "jwt", "at+jwt", "application/at+jwt"})
    BOOST_TEST(refusal(alice().header("typ", typ)) == error_code(), typ);
  for (auto const* typ : {"", "logout+jwt", "at", "dpop+jwt"})
    BOOST_TEST(refusal(alice().header("typ", typ)) == code(jose::jose_errc::wrong_type), typ);
  verifier.reset();
  expected.types = {"at+jwt"};
  expected.type_required = true;
  BOOST_TEST(refusal(alice().header("typ", "at+jwt")) == error_code());
  BOOST_TEST(refusal(alice()) == code(jose::jose_errc::wrong_type));
}

BOOST_AUTO_TEST_CASE(a_server_may_need_no_claims_of_its_own) {
  bearer_verifier<no_claims> plain(expected);
  plain.use(access_fixture::keys());
  BOOST_TEST(plain.verify(sign(alice().without("department")), clock.wall()).has_value());
}

BOOST_AUTO_TEST_CASE(a_remembered_token_dies_with_its_exp_and_its_key) {
  BOOST_REQUIRE(verify(alice()).has_value());
  std::string const token = sign(alice());
  auto const recall = [&] { return verifier->verify_cached(token, clock.wall(), clock.steady()); };
  BOOST_TEST(recall().has_value());
  BOOST_TEST(verifier->recalls().hits == 0u);
  BOOST_TEST(recall().has_value());
  BOOST_TEST((*recall())->claims.department == "sales");
  BOOST_TEST(verifier->recalls().hits == 2u);

  auto const& others = access_fixture::access();
  verifier->use(access_fixture::keys_of("{\"keys\":[" + others.previous_key().jwk() + "]}"));
  BOOST_TEST(recall().error() == code(jose::jose_errc::unknown_kid));
  verifier->use(access_fixture::keys());
  BOOST_TEST(recall().has_value());
  clock.advance(std::chrono::seconds(3599));
  BOOST_TEST(recall().has_value());
  clock.advance(std::chrono::seconds(1));
  BOOST_TEST(recall().error() == code(jose::jose_errc::expired));
}

BOOST_AUTO_TEST_CASE(a_refused_token_is_never_remembered) {
  expected.scopes = {"a"};
  BOOST_TEST(refusal(alice()) == code(auth_errc::insufficient_scope));
  std::string const token = sign(alice());
  for (int i = 0; i != 3; ++i)
    BOOST_TEST(verifier->verify_cached(token, clock.wall(), clock.steady()).error() ==
               code(auth_errc::insufficient_scope));
  BOOST_TEST(verifier->recalls().hits == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
