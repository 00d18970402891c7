// tests/unit/auth/development_or.cpp - one identity without a login, by the environment alone and nowhere else
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/auth/access_jwt.hpp>
#include <mcpawl/auth/access_oauth.hpp>
#include <mcpawl/auth/development_or.hpp>
#include <mcpawl/auth/jwt_bearer.hpp>
#include <mcpawl/auth/linked_app.hpp>
#include <mcpawl/server.hpp>
#include <mcpawl/store/memory_store.hpp>
#include <mcpawl/transport/erased_policy.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

BOOST_AUTO_TEST_SUITE(auth_development_or)

namespace {

using namespace mcpawl;

using values = std::map<std::string, std::string>;
constexpr char const* setting = "MCPAWL_DEVELOPMENT_IDENTITY";

settings of(values environment) {
  return settings([all = std::move(environment)](std::string const& name) {
    auto const found = all.find(name);
    return found == all.end() ? std::optional<std::string>() : std::optional<std::string>(found->second);
  });
}

struct staff {
  std::string department;
};
using access = development_or<access_jwt>;
using bearer = development_or<jwt_bearer<staff>>;

static_assert(auth_policy<access> && !serves_public_paths<access> && keeps_token<access>);
static_assert(auth_policy<bearer> && serves_public_paths<bearer> && !keeps_token<bearer>);
static_assert(auth_policy<linked_app<access>>);
// the tools of a server compile for both
static_assert(std::is_same_v<access::identity_type, access_jwt::identity_type>);
static_assert(std::is_same_v<bearer::identity_type, jwt_bearer<staff>::identity_type>);
// nobody but from_env makes one
static_assert(!std::is_constructible_v<access, access_identity> &&
              !std::is_constructible_v<access, std::string>);

values const production = {{"TEAM_DOMAIN", "https://acme.cloudflareaccess.com"},
                           {"POLICY_AUD", "f70ff985a9b5"}};

template <class Policy = access>
std::vector<std::string> errors_of(values environment) {
  try {
    Policy::from_env(of(std::move(environment)));
  } catch (configuration_error const& e) {
    return e.errors();
  }
  return {};
}
/** The one error in a value of the setting. */
template <class Policy = access>
std::string wrong(std::string value) {
  auto const errors = errors_of<Policy>({{setting, std::move(value)}});
  return errors.size() == 1 ? errors[0] : std::to_string(errors.size()) + " errors";
}
bool says(std::string const& text, std::string_view words) { return text.find(words) != std::string::npos; }

boost::asio::io_context context;  // nothing runs in it
auth_environment place(bool loopback_only) {
  return {context.get_executor(), logger::none(), "/mcp", loopback_only};
}

template <class Policy>
auto decide(Policy& policy) {
  auto asked = policy.authenticate(http::request_head::make("POST", "/mcp", {{"Host", "localhost"}}));
  return std::get<auth_result<typename Policy::identity_type>>(std::move(asked));
}
template <class Policy = access>
typename Policy::identity_type caller(std::string value) {
  auto policy = Policy::from_env(of({{setting, std::move(value)}}));
  policy.attach(place(true));
  return decide(policy).value();
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_email_is_an_identity) {
  auto policy = access::from_env(of({{setting, "  alice@example.com\n"}}));
  BOOST_TEST(policy.in_development());
  BOOST_TEST(policy.policy() == nullptr);
  policy.attach(place(true));
  auto const who = decide(policy).value();
  BOOST_TEST(who->email == "alice@example.com");
  BOOST_TEST(who->subject == "alice@example.com");
  BOOST_TEST((who->kind == access_kind::user));
  BOOST_TEST(who->expires_at > who->issued_at);
  BOOST_TEST(who->groups.empty());
  BOOST_TEST(policy.loopback_only() ==
             "MCPAWL_DEVELOPMENT_IDENTITY lets every caller in without a login, as alice@example.com");
}

BOOST_AUTO_TEST_CASE(json_is_the_claims_of_a_token) {
  auto const who = caller(
      R"({"email": "bob@example.com", "sub": "5f0c", "name": "Bob", "country": "DE", "groups": ["ops", "dev"],
          "custom": {"level": 3}, "scope": "deploy read", "client_id": "c1"})");
  BOOST_TEST(who->email == "bob@example.com");
  BOOST_TEST(who->subject == "5f0c");
  BOOST_TEST(who->name == "Bob");
  BOOST_TEST(who->country == "DE");
  BOOST_TEST(who->in_group("ops"));
  BOOST_TEST(who->in_group("dev"));
  BOOST_TEST(who->custom().at("level").to_number<int>() == 3);
  BOOST_TEST(who->has_scope("deploy"));
  BOOST_TEST(who->has_scope("read"));
  BOOST_TEST(who->client_id == "c1");
}

BOOST_AUTO_TEST_CASE(a_user_without_an_email_and_a_service_are_identities_too) {
  BOOST_TEST(caller(R"({"sub":"5f0c"})")->label() == "5f0c");
  auto const service = caller(R"({"common_name":"robot.access"})");
  BOOST_TEST((service->kind == access_kind::service));
  BOOST_TEST(service->common_name == "robot.access");
}

BOOST_AUTO_TEST_CASE(what_is_kept_about_it_is_never_taken_for_what_is_kept_of_a_real_caller) {
  auto const policy = access::from_env(of({{setting, "alice@example.com"}}));
  auto const who = caller("alice@example.com");
  BOOST_TEST(policy.principal(who) == "access-user https://development.invalid alice@example.com");
  BOOST_TEST(who->issuer == "https://development.invalid");
  for (auto const* own : {"iss", "aud", "exp", "iat", "nbf"}) {
    std::string const text = wrong("{\"email\":\"alice@example.com\",\"" + std::string(own) + "\":\"x\"}");
    BOOST_TEST(says(text, "must not have \"" + std::string(own)), text);
  }
}

BOOST_AUTO_TEST_CASE(a_bearer_has_a_subject_and_claims_of_ones_own) {
  auto const who =
      caller<bearer>(R"({"sub":"auth0|1","scope":"files:read","department":"sales","other":[1]})");
  BOOST_TEST(who->subject == "auth0|1");
  BOOST_TEST(who->has_scope("files:read"));
  BOOST_TEST(who->claims.department == "sales");
  BOOST_TEST(who->issuer == "https://development.invalid");
  BOOST_TEST(caller<bearer>(R"({"department":"sales"})")->subject == "development");
  std::string const lacking = wrong<bearer>("carol");
  BOOST_TEST(says(lacking, "department"), lacking);
  auto plain = development_or<jwt_bearer<>>::from_env(of({{setting, "carol"}}));
  plain.attach(place(true));
  BOOST_TEST(decide(plain).value()->subject == "carol");
  BOOST_TEST(plain.principal(decide(plain).value()) == "bearer https://development.invalid carol");
}

BOOST_AUTO_TEST_CASE(without_the_setting_it_is_the_policy_and_nothing_else) {
  for (auto const* blank : {"", " \n"}) {
    values environment = production;
    environment[setting] = blank;
    auto const policy = access::from_env(of(environment));
    BOOST_TEST(!policy.in_development());
    BOOST_TEST(policy.policy() != nullptr);
    BOOST_TEST(policy.loopback_only().empty());
  }
  auto policy = access::from_env(of(production));
  auto const decided = decide(policy);
  BOOST_TEST_REQUIRE(decided.has_error());
  BOOST_TEST(decided.error().code == "missing_token");
  BOOST_TEST(errors_of({}) == (std::vector<std::string>{"TEAM_DOMAIN is not set", "POLICY_AUD is not set"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(settings_of_both_are_refused_and_named) {
  values both = production;
  both[setting] = "alice@example.com";
  auto const errors = errors_of(both);
  BOOST_TEST_REQUIRE(errors.size() == 1U);
  BOOST_TEST(says(errors[0], "MCPAWL_DEVELOPMENT_IDENTITY must not be set beside TEAM_DOMAIN, POLICY_AUD:"),
             errors[0]);
  for (auto const* one : {"TEAM_DOMAIN", "POLICY_AUD", "ALLOW_SERVICE_TOKENS"})
    BOOST_TEST(says(errors_of({{setting, "alice@example.com"}, {one, "x"}}).at(0), one), one);
  // what is blank is not set, as everywhere
  BOOST_TEST(errors_of({{setting, "alice@example.com"}, {"TEAM_DOMAIN", " "}}).empty());
  // all that is wrong, at once
  both[setting] = "nobody";
  BOOST_TEST(errors_of(both).size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_policy_made_by_hand_is_looked_at_as_well) {
  int made = 0;
  auto const make = [&made](settings from) {
    ++made;
    auto options = access_options::from(from);
    from.flag("TAKE_COOKIES");
    from.throw_if_invalid();
    return access_jwt(options);
  };
  BOOST_TEST(!access::from_env(make, of(production)).in_development());
  BOOST_TEST(made == 1);
  BOOST_TEST(access::from_env(make, of({{setting, "alice@example.com"}})).in_development());
  BOOST_CHECK_THROW(access::from_env(make, of({{setting, "alice@example.com"}, {"TAKE_COOKIES", "no"}})),
                    configuration_error);
}

BOOST_AUTO_TEST_CASE(a_value_that_is_no_identity_is_refused_with_the_reason) {
  auto const refused = [](std::string value, std::string_view words) {
    std::string const text = wrong(std::move(value));
    BOOST_TEST(says(text, words), text << " should say " << words);
  };
  for (auto const* text :
       {"alice", "@example.com", "alice@", "a@b@c", "alice@example.com,bob@example.com", "a b@c", "true"})
    refused(text, "must be an email");
  refused(std::string(250, 'x') + "@e.com", "must be an email");
  refused("a\x01@b", "control characters");
  refused("alice\xff@example.com", "is not UTF-8");
  refused("{\"email\":\"\xc3\x28@example.com\"}", "is not UTF-8");
  refused("{\"email\":", "begins as JSON, but is none");
  refused("{\"email\":\"a@b.c\"} x", "begins as JSON, but is none");
  refused("[\"alice@example.com\"]", "is JSON, but not an object");
  refused("\"alice@example.com\"", "is JSON, but not an object");
  refused("{}", "names neither a user nor a service");
  refused("{\"email\":7}", "\"email\" must be a text");
  refused("{\"email\":\"\"}", "must be an email");
  refused("{\"email\":\"a@b.c\",\"groups\":\"ops\"}", "\"groups\" must be an array of texts");
  refused("{\"email\":\"a@b.c\",\"groups\":[1]}", "\"groups\" must be an array of texts");
  refused("{\"email\":\"a@b.c\",\"custom\":[]}", "\"custom\" must be an object");
  refused("{\"email\":\"a@b.c\",\"group\":[]}", "has a member \"group\"");
  refused("{\"email\":\"a@b.c\",\"type\":\"app\"}", "has a member \"type\"");
  refused("{\"email\":\"a@b.c\",\"email\":\"d@e.f\"}", "is no identity");
  std::string deep = "{\"email\":\"a@b.c\",\"custom\":{\"a\":";
  deep += std::string(20, '[') + std::string(20, ']') + "}}";
  refused(deep, "is no identity");
  refused("<your email>", "is still a placeholder");
  refused("changeme", "is still a placeholder");
}

BOOST_AUTO_TEST_CASE(a_value_has_a_bound) {
  auto const sized = [](std::size_t bytes) {
    std::string text = R"({"email":"a@b.c","custom":{"a":""}})";
    text.insert(text.size() - 3, std::string(bytes - text.size(), 'x'));
    return text;
  };
  BOOST_TEST(caller(sized(16 * 1024))->email == "a@b.c");
  std::string const text = wrong(sized(16 * 1024 + 1));
  BOOST_TEST(says(text, "is longer than 16384 bytes"), text);
  BOOST_TEST(!says(text, "xxx"));
}

BOOST_AUTO_TEST_CASE(nobody_is_let_in_where_other_machines_are_not_kept_away) {
  auto policy = access::from_env(of({{setting, "alice@example.com"}}));
  auto const unattached = decide(policy);
  BOOST_TEST_REQUIRE(unattached.has_error());
  BOOST_TEST(unattached.error().status == 403);
  policy.attach(place(false));
  BOOST_TEST(decide(policy).has_error());
  policy.attach(place(true));
  BOOST_TEST(decide(policy).has_value());
  auto copy = policy;
  copy.attach(place(false));
  BOOST_TEST(decide(copy).has_error());
}

BOOST_AUTO_TEST_CASE(linked_app_and_the_transport_hear_of_it_and_there_is_no_token) {
  linked_app policy{access::from_env(of({{setting, "alice@example.com"}}))};
  BOOST_TEST(!policy.loopback_only().empty());
  auto const copy = detail::policy_adapter(policy).copy();
  BOOST_TEST(copy->loopback_only() == policy.loopback_only());
  auto inner = policy.policy();
  inner.attach(place(true));
  auto const who = decide(inner).value();
  BOOST_TEST(!inner.linked_token_of(http::request_head::make("POST", "/mcp"), who).has_value());
  BOOST_TEST(linked_app{access::from_env(of(production))}.loopback_only().empty());
}

BOOST_AUTO_TEST_CASE(in_development_there_is_nothing_to_log_in_at) {
  auto const head = http::request_head::make("GET", "/.well-known/oauth-protected-resource");
  auto const developing = bearer::from_env(of({{setting, R"({"department":"sales"})"}}));
  BOOST_TEST((developing.route_of(head) == public_route::none));
  BOOST_TEST(public_paths(developing, "/mcp").value().empty());
  auto const real = bearer::from_env(of({{"PUBLIC_URL", "https://mcp.example.com"},
                                         {"JWT_ISSUER", "https://login.example.com/"},
                                         {"JWT_AUDIENCE", "files"}}));
  BOOST_TEST((real.route_of(head) == public_route::any_origin));
  BOOST_TEST(public_paths(real, "/mcp").value().front() == "/.well-known/oauth-protected-resource/mcp");
}

BOOST_AUTO_TEST_CASE(scopes_are_those_of_the_policy_and_in_development_none_is_missed_at_the_start) {
  static_assert(asks_for_scopes<bearer> && !asks_for_scopes<access>);
  values const real{{"PUBLIC_URL", "https://mcp.example.com"},
                    {"JWT_ISSUER", "https://login.example.com/"},
                    {"JWT_AUDIENCE", "files"},
                    {"JWT_SCOPES", "read"}};
  auto const check = [](values environment) {
    server srv{{"x", "1"}, bearer::from_env(of(std::move(environment)))};
    srv.tool("adjust", "Change.", [] { return 1; }).requires_scope("write");
    srv.check();
  };
  BOOST_CHECK_THROW(check(real), configuration_error);
  BOOST_CHECK_NO_THROW(check({{setting, R"({"department":"sales"})"}}));
  // nor by linked_app around it
  auto saas = development_or<access_oauth>::from_env<memory_store>(of({{setting, "alice@example.com"}}));
  server linked{{"x", "1"}, linked_app{std::move(saas)}};
  linked.tool("adjust", "Change.", [] { return 1; }).requires_scope("write");
  BOOST_CHECK_NO_THROW(linked.check());
  std::vector<std::string> const known{"read"};
  auto const offered = bearer::from_env(of(real)).known_scopes();
  BOOST_TEST(offered.value() == known, boost::test_tools::per_element());
  auto policy = bearer::from_env(of({{setting, R"({"department":"sales"})"}}));
  policy.attach(place(true));
  auto const decided = std::get<auth_result<bearer::identity_type>>(
      policy.authenticate(http::request_head::make("POST", "/mcp")));
  auto const refused = policy.insufficient_scope(*decided, {"the tool adjust", {"write"}, {"write"}});
  BOOST_TEST(refused.status == 403);
  BOOST_TEST(refused.description ==
             "the tool adjust needs a scope that the development identity does not have");
}

BOOST_AUTO_TEST_CASE(a_name_cannot_forge_the_log) {
  auto const policy = development_or<jwt_bearer<>>::from_env(of({{setting, R"({"sub":"a\u001b[31m\nb"})"}}));
  std::string const why = policy.loopback_only();
  BOOST_TEST(why.find('\x1b') == std::string::npos);
  BOOST_TEST(why.find('\n') == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
