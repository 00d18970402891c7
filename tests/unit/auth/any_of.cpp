// tests/unit/auth/any_of.cpp - which of several policies decides about a request, and what becomes of the hooks of all
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/auth/access_jwt.hpp>
#include <mcpawl/auth/any_of.hpp>
#include <mcpawl/auth/development_or.hpp>
#include <mcpawl/auth/linked_app.hpp>
#include <mcpawl/auth/mtls.hpp>
#include <mcpawl/auth/static_bearer.hpp>
#include <mcpawl/transport/erased_policy.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(auth_any_of)

namespace {

using namespace mcpawl;

struct count {
  int asked = 0;
};

/** Knows callers by a field of its own, in which they say their name; `bad` is none. */
template <int Number>
struct by_field {
  struct identity {
    std::string name;
    std::vector<std::string> scopes = {};
  };
  using identity_type = identity;

  explicit by_field(std::string name, count& counted, std::string challenge = {})
      : field(std::move(name)), asked(&counted), challenge_text(std::move(challenge)) {}

  bool recognizes(http::request_head const& head) const { return head.count(field) != 0; }
  auth_result<identity> authenticate(http::request_head const& head) {
    auto const name = head.find(field);
    if (!name) return refused("missing_token");
    ++asked->asked;
    if (*name == "bad") return refused("invalid_token");
    return identity{std::string(*name)};
  }
  std::string principal(identity const& who) const { return who.name; }
  denial refused(std::string_view code) const {
    denial out(401, code, field + " is not good");
    out.www_authenticate = challenge_text;
    return out;
  }

  std::string field;
  count* asked;
  std::string challenge_text;
};

struct named {
  std::string name;
};
/** As the other, with an identity that several have, a wait, and issuers: `issuer/name`. */
struct by_issuer {
  using identity_type = named;
  std::string issuer;
  count* asked;

  bool recognizes(http::request_head const& head) const { return head.count("x-token") != 0; }
  bool recognizes_issuer(http::request_head const& head) const {
    return head.find("x-token")->starts_with(issuer + '/');
  }
  task<auth_result<named>> authenticate(http::request_head const& head) {
    auto const token = head.find("x-token");
    denial missing(401, "missing_token", "no token");
    missing.www_authenticate = "Bearer realm=\"" + issuer + '"';
    if (!token) co_return missing;
    ++asked->asked;
    if (!token->starts_with(issuer + '/')) co_return denial(401, "invalid_token", "not of " + issuer);
    named who{std::string(token->substr(issuer.size() + 1))};
    co_return who;
  }
  std::string principal(named const& who) const { return who.name; }
};

struct person {
  struct claims {
    std::string email;
  };
  claims of;
  claims const* operator->() const { return &of; }
};
/** Lets in whom a field names, by an identity with an email. */
struct by_email {
  using identity_type = person;
  bool recognizes(http::request_head const& head) const { return head.count("x-email") != 0; }
  auth_result<person> authenticate(http::request_head const& head) const {
    auto const email = head.find("x-email");
    if (!email) return denial(401, "missing_email", "no email");
    return person{{std::string(*email)}};
  }
  std::string principal(person const& who) const { return who->email; }
};

template <class T>
task<> keep(task<T> work, std::optional<T>& to) {
  auto done = co_await std::move(work);
  to.emplace(std::move(done));
}
template <class T>
T wait_for(task<T> work) {
  boost::asio::io_context context;
  std::optional<T> kept;
  boost::asio::co_spawn(context, keep(std::move(work), kept), boost::asio::detached);
  context.run();
  return std::move(kept).value();
}

template <class Policy>
auto ask(Policy& policy, std::initializer_list<http::field_view> fields) {
  auto const head = http::request_head::make("POST", "/mcp", fields);
  authentication<typename Policy::identity_type> asked = policy.authenticate(head);
  return wait_for(decision_of(std::move(asked)));
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_first_policy_that_recognizes_a_credential_decides_and_no_other_is_asked) {
  count first, second;
  any_of policy{by_field<1>("x-one", first), by_field<2>("x-two", second)};
  auto const one = ask(policy, {{"X-One", "bob"}}).value();
  auto const two = ask(policy, {{"X-Two", "bob"}}).value();
  BOOST_TEST(one.member() == 0U);
  BOOST_TEST(one.get_if<by_field<1>::identity>()->name == "bob");
  BOOST_TEST((one.get_if<by_field<2>::identity>() == nullptr));
  BOOST_TEST(two.part<std::optional<by_field<2>::identity>>()->name == "bob");
  BOOST_TEST(!two.part<std::optional<by_field<1>::identity>>().has_value());
  BOOST_TEST(policy.principal(one) == "0 bob");
  BOOST_TEST(policy.principal(two) == "1 bob");
  BOOST_TEST(two.visit([](auto const& who) { return who.name.size(); }) == 3U);
  BOOST_TEST(first.asked == 1);
  BOOST_TEST(second.asked == 1);
  // a forged one in front of a good one: one verification, one reason
  auto const forged = ask(policy, {{"X-Two", "bob"}, {"X-One", "bad"}});
  BOOST_TEST(forged.error().code == "invalid_token");
  BOOST_TEST(forged.error().log_reason == "x-one is not good");
  BOOST_TEST(first.asked == 2);
  BOOST_TEST(second.asked == 1);
}

BOOST_AUTO_TEST_CASE(who_is_recognized_by_none_hears_of_every_way_in) {
  count asked;
  any_of policy{by_field<1>("x-one", asked, "Bearer"), by_field<2>("x-two", asked),
                by_field<3>("x-three", asked, "Bearer resource_metadata=\"https://a.example/x\""),
                by_field<4>("x-four", asked, "Bearer"), mtls()};
  auto const nothing = ask(policy, {}).error();
  BOOST_TEST(nothing.status == 401);
  BOOST_TEST(nothing.code == "missing_credential");
  BOOST_TEST(nothing.www_authenticate == "Bearer resource_metadata=\"https://a.example/x\"");
  BOOST_TEST_REQUIRE(nothing.further_challenges.size() == 1U);
  BOOST_TEST(nothing.further_challenges[0] == "Bearer");
  BOOST_TEST(nothing.log_reason == "no credential in the request");
  auto const unknown = ask(policy, {{"Authorization", "Basic YTpi"}}).error();
  BOOST_TEST(unknown.code == "unknown_credential");
  BOOST_TEST(unknown.log_reason ==
             "no policy recognizes the credential: the request has an Authorization field");
  BOOST_TEST(asked.asked == 0);
  any_of silent{by_field<1>("x-one", asked), mtls()};
  BOOST_TEST(ask(silent, {}).error().www_authenticate == "");
}

BOOST_AUTO_TEST_CASE(where_several_recognize_a_request_the_issuer_picks_one) {
  count a, b;
  any_of policy{by_issuer{"a", &a}, by_issuer{"b", &b}};
  auto const who = ask(policy, {{"X-Token", "b/bob"}}).value();
  BOOST_TEST(who.member() == 1U);
  BOOST_TEST(who.part<named>().name == "bob");
  BOOST_TEST(a.asked == 0);
  BOOST_TEST(policy.principal(ask(policy, {{"X-Token", "a/bob"}}).value()) == "0 bob");
  auto const foreign = ask(policy, {{"X-Token", "c/bob"}}).error();
  BOOST_TEST(foreign.log_reason == "not of a");
  BOOST_TEST(a.asked == 2);
  BOOST_TEST(b.asked == 1);
  // policies that have to wait say how they want to be asked, too
  auto const nothing = ask(policy, {}).error();
  BOOST_TEST(nothing.www_authenticate == "Bearer realm=\"a\"");
  BOOST_TEST(nothing.further_challenges.at(0) == "Bearer realm=\"b\"");
}

BOOST_AUTO_TEST_CASE(one_type_of_identity_is_taken_for_what_it_is) {
  using who = any_of<by_issuer, by_issuer>::identity_type;
  static_assert(std::same_as<who, any_identity<named>>);
  static_assert(std::same_as<any_of<by_field<1>, by_issuer, by_field<1>>::identity_type,
                             any_identity<by_field<1>::identity, named>>);
  who const bob(1, named{"bob"});
  BOOST_TEST(static_cast<named const&>(bob).name == "bob");
  BOOST_TEST(bob.part<named>().name == "bob");
  BOOST_TEST(bob.part<std::optional<named>>()->name == "bob");
  static_assert(!has_scopes<who>);
}

BOOST_AUTO_TEST_CASE(a_caller_that_no_policy_made_has_no_principal) {
  count asked;
  any_of policy{by_field<1>("x-one", asked), by_field<2>("x-two", asked)};
  using who = decltype(policy)::identity_type;
  BOOST_TEST(policy.principal(who(1, by_field<1>::identity{"bob"})) == "");
  BOOST_TEST(policy.principal(who(7, by_field<1>::identity{"bob"})) == "");
  BOOST_TEST(policy.principal(who(0, by_field<1>::identity{""})) == "");
}

BOOST_AUTO_TEST_CASE(scopes_are_those_of_the_identity_that_has_some) {
  std::string const digest = " 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 ";
  any_of policy{mtls(), static_bearer({.tokens = "ci" + digest + "scope=a"})};
  static_assert(asks_for_scopes<decltype(policy)>);
  using who = decltype(policy)::identity_type;
  static_assert(has_scopes<who>);
  BOOST_TEST(!policy.known_scopes().has_value());
  auto head = http::request_head::make("POST", "/mcp");
  http::client_certificate certificate;
  certificate.not_after = 4'000'000'000;
  head.set_client_certificate(&certificate);
  auto const shown = std::get<auth_result<who>>(policy.authenticate(head)).value();
  BOOST_TEST(granted_scopes(shown).empty());
  auto const why = policy.insufficient_scope(shown, {"the tool adjust", {"a"}, {"a"}});
  BOOST_TEST(why.status == 403);
  BOOST_TEST(why.code == "insufficient_scope");
  BOOST_TEST(why.www_authenticate == "");
}

namespace {

struct scoped : by_field<9> {
  using by_field<9>::by_field;
  std::optional<std::vector<std::string>> known = std::vector<std::string>{"a", "b"};
  auto known_scopes() const { return known; }
  denial insufficient_scope(identity const& who, scope_demand const&) const {
    return denial(403, "mine", who.name);
  }
};

/** With every other hook. */
struct hooked : by_field<8> {
  using by_field<8>::by_field;
  std::string only = {};
  int* attached = nullptr;
  void attach(auth_environment const&) { ++*attached; }
  std::string loopback_only() const { return only; }
  std::string local_only() const { return only.empty() ? "" : "local " + only; }
  bool needs_client_certificates() const { return !only.empty(); }
  std::vector<std::string> reload() const { return {"not read: " + only}; }
  bool ready() const { return only.empty(); }
  public_route route_of(http::request_head const& head) const {
    return head.path() == "/login" ? public_route::same_origin : public_route::none;
  }
  std::vector<std::string> public_paths(std::string_view endpoint) const {
    return {"/login", "/login-for" + std::string(endpoint)};
  }
  task<> serve_unauthenticated(http::exchange&) { co_return; }
  std::optional<linked_token> linked_token_of(http::request_head const&, identity const&) {
    return linked_token(linked_token::form::bearer, nullptr);
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(known_scopes_are_those_of_all_unless_one_policy_does_not_know) {
  count asked;
  scoped one("x-one", asked), two("x-two", asked);
  two.known = std::vector<std::string>{"c"};
  any_of both{by_field<1>("x-zero", asked), one, two};
  BOOST_TEST((both.known_scopes().value() == std::vector<std::string>{"a", "b", "c"}));
  auto const who = ask(both, {{"X-Two", "bob"}}).value();
  BOOST_TEST(both.insufficient_scope(who, {}).log_reason == "bob");
  two.known.reset();
  any_of unsure{two, one};
  BOOST_TEST(!unsure.known_scopes().has_value());
}

BOOST_AUTO_TEST_CASE(observers_are_told_the_email_of_those_who_have_one) {
  count asked;
  any_of one{by_email()};
  any_of several{by_field<1>("x-zero", asked), by_email()};
  auto const only = ask(one, {{"X-Email", "ann@example.com"}}).value();
  BOOST_TEST(detail::policy_adapter<decltype(one)>(one).email_of(&only) == "ann@example.com");
  detail::policy_adapter<decltype(several)> const erased(several);
  auto const person = ask(several, {{"X-Email", "ann@example.com"}}).value();
  BOOST_TEST(erased.email_of(&person) == "ann@example.com");
  auto const nameless = ask(several, {{"X-Zero", "bob"}}).value();
  BOOST_TEST(erased.email_of(&nameless) == "");
}

BOOST_AUTO_TEST_CASE(every_hook_is_passed_on) {
  count asked;
  int attached = 0;
  hooked one("x-one", asked);
  one.attached = &attached;
  any_of policy{by_field<1>("x-zero", asked), one};
  static_assert(serves_public_paths<decltype(policy)> && keeps_token<decltype(policy)>);
  static_assert(!serves_public_paths<any_of<by_field<1>>> && !keeps_token<any_of<by_field<1>>>);
  BOOST_CHECK(policy.route_of(http::request_head::make("GET", "/login")) == public_route::same_origin);
  BOOST_CHECK(policy.route_of(http::request_head::make("GET", "/mcp")) == public_route::none);
  BOOST_TEST((public_paths(policy, "/mcp").value() == std::vector<std::string>{"/login", "/login-for/mcp"}));
  BOOST_TEST(public_paths(any_of{by_field<1>("x-zero", asked)}, "/mcp").value().empty());
  BOOST_TEST(loopback_only(policy) == "");
  BOOST_TEST(!takes_client_certificates(policy));
  BOOST_TEST((reload_policy(policy) == std::vector<std::string>{"not read: "}));
  boost::asio::io_context io;
  policy.attach({io.get_executor(), logger::none()});
  BOOST_TEST(attached == 1);
  BOOST_TEST(policy.policy<1>().field == "x-one");
  BOOST_TEST(policy.policy<hooked>().field == "x-one");
  one.only = "why";
  any_of strict{by_field<1>("x-zero", asked), one};
  BOOST_TEST(loopback_only(strict) == "why");
  BOOST_TEST(local_only(strict) == "local why");
  BOOST_TEST(policy_ready(policy));
  BOOST_TEST(!policy_ready(strict));
  BOOST_TEST(takes_client_certificates(strict));
  BOOST_TEST(!needs_client_certificates(strict));
  BOOST_TEST(needs_client_certificates(any_of{mtls()}));
  detail::policy_adapter<decltype(strict)> const erased(strict);
  BOOST_TEST(erased.takes_client_certificates());
  BOOST_TEST(erased.local_only() == "local why");
  BOOST_TEST(erased.name() == "any_of");
}

BOOST_AUTO_TEST_CASE(linked_app_around_it_has_a_token_for_those_whose_policy_keeps_one) {
  count asked;
  linked_app policy{any_of{by_field<1>("x-zero", asked), hooked("x-one", asked)}};
  static_assert(recognizes_credentials<decltype(policy)>);
  auto const who = ask(policy, {{"X-One", "bob"}}).value();
  BOOST_TEST(who.part<std::optional<by_field<8>::identity>>()->name == "bob");
  BOOST_TEST(policy.principal(who) == "1 bob");
  BOOST_TEST(granted_scopes(who).empty());
  BOOST_TEST(ask(policy, {{"X-Zero", "eve"}}).has_value());
  BOOST_TEST(reload_policy(policy).size() == 1U);
}

BOOST_AUTO_TEST_CASE(under_development_a_policy_takes_every_request_and_this_machine_alone_is_served) {
  settings const from([](std::string const& name) {
    return name == "MCPAWL_DEVELOPMENT_IDENTITY" ? std::optional<std::string>("alice@example.com")
                                                 : std::nullopt;
  });
  count asked;
  any_of policy{development_or<access_jwt>::from_env(from), by_field<1>("x-one", asked)};
  BOOST_TEST(loopback_only(policy).starts_with("MCPAWL_DEVELOPMENT_IDENTITY lets every caller in"));
  BOOST_TEST(ask(policy, {{"X-One", "bob"}}).error().code == "development_only");
  boost::asio::io_context io;
  policy.attach({io.get_executor(), logger::none(), "/mcp", true});
  auto const who = ask(policy, {{"X-One", "bob"}}).value();
  BOOST_TEST((*who.get_if<access_identity>())->email == "alice@example.com");
  BOOST_TEST(asked.asked == 0);
  any_of behind{by_field<1>("x-one", asked), development_or<access_jwt>::from_env(from)};
  BOOST_TEST(ask(behind, {{"X-One", "bob"}}).value().member() == 0U);
}

BOOST_AUTO_TEST_CASE(one_may_be_inside_another) {
  count asked;
  any_of policy{by_field<1>("x-zero", asked),
                any_of{by_field<2>("x-one", asked), by_field<3>("x-two", asked)}};
  auto const who = ask(policy, {{"X-Two", "bob"}}).value();
  BOOST_TEST(policy.principal(who) == "1 1 bob");
}

BOOST_AUTO_TEST_CASE(from_the_environment_the_mistakes_of_all_are_listed) {
  std::map<std::string, std::string> values{{"MTLS_FINGERPRINTS", "abc"}, {"STATIC_BEARER_TOKENS", "ci abc"}};
  auto const source = [&values](std::string const& name) {
    auto const found = values.find(name);
    return found == values.end() ? std::nullopt : std::optional(found->second);
  };
  using both = any_of<mtls, static_bearer>;
  BOOST_CHECK_EXCEPTION(both::from_env(settings(source)), configuration_error,
                        [](configuration_error const& e) {
                          return e.errors().size() == 2 && e.errors()[0].find("MTLS") == 0 &&
                                 e.errors()[1].find("static tokens") != std::string::npos;
                        });
  values.erase("MTLS_FINGERPRINTS");
  values["STATIC_BEARER_TOKENS"] = "ci 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
  BOOST_CHECK_NO_THROW(both::from_env(settings(source)));
}

BOOST_AUTO_TEST_SUITE_END()
