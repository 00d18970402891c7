// tests/unit/auth/linked_app.cpp - a policy is linked without changing what it decides, and tools take its
// parts
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/auth/access_jwt.hpp>
#include <mcpawl/auth/fixed_token.hpp>
#include <mcpawl/auth/linked_app.hpp>
#include <mcpawl/auth/no_auth.hpp>
#include <mcpawl/http/exchange.hpp>
#include <mcpawl/mcp/offer/bind_tool.hpp>
#include <mcpawl/test/make_identity.hpp>

#include "../access/access_fixture.hpp"
#include "../keys/loopback_fixture.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

BOOST_AUTO_TEST_SUITE(auth_linked_app)

namespace {

using namespace mcpawl;

struct name {
  std::string text;
};

/** Lets everybody in by a header, keeps a token for some, and has a path of its own. */
struct policy {
  using identity_type = name;
  int attached = 0;

  authentication<name> authenticate(http::request_head const& head) {
    auto const who = head.find("Who");
    if (head.path() == "/later") return later(who);
    return decide(who);
  }
  static auth_result<name> decide(std::optional<std::string_view> who) {
    if (!who) return denial(401, "missing_token", "nobody");
    return name{std::string(*who)};
  }
  static task<auth_result<name>> later(std::optional<std::string_view> who) { co_return decide(who); }
  std::string principal(name const& who) const { return "p " + who.text; }
  void attach(auth_environment const&) { ++attached; }
  public_route route_of(http::request_head const&) const { return public_route::same_origin; }
  task<> serve_unauthenticated(http::exchange&) { co_return; }
  std::optional<linked_token> linked_token_of(http::request_head const&, name const& who) {
    if (who.text == "tokenless") return std::nullopt;
    return linked_token(linked_token::form::bearer, std::make_shared<detail::fixed_token>(secret(who.text)));
  }
};
struct slow_policy : no_auth {
  std::optional<linked_token> linked_token_of(http::request_head const&, anonymous const&) {
    return std::nullopt;
  }
  task<auth_result<anonymous>> authenticate(http::request_head const&);
};

static_assert(keeps_token<policy> && keeps_token<access_jwt> && !keeps_token<no_auth>);
static_assert(auth_policy<linked_app<policy>> && serves_public_paths<linked_app<policy>>);
static_assert(auth_policy<linked_app<slow_policy>>);
static_assert(auth_policy<linked_app<access_jwt>> && !serves_public_paths<linked_app<access_jwt>>);
// nothing but downstream gets at the token
static_assert(!std::is_convertible_v<linked_token, std::string> &&
              !std::is_convertible_v<linked_token, secret>);
template <class T>
concept printable = requires(std::ostream& to, T const& value) { to << value; };
static_assert(!printable<linked_token> && !printable<linked_identity<name>>);

// what the binding sees
using linked = linked_identity<access_identity>;
static_assert(detail::part_of<linked_token, linked> && detail::part_of<access_identity, linked>);
static_assert(!detail::part_of<linked_token, access_identity> && !detail::part_of<name, linked>);
static_assert(detail::is_identity<linked_token const&, linked> && detail::is_identity<linked_token, linked>);
static_assert(!detail::is_identity<linked_token&, linked> && detail::is_identity<linked const&, linked>);

}  // namespace

BOOST_AUTO_TEST_CASE(it_decides_as_the_policy_does) {
  linked_app<policy> linked{policy()};
  using decision = auth_result<linked_identity<name>>;
  auto const now = linked.authenticate(http::request_head::make("POST", "/mcp", {{"Who", "alice"}}));
  auto const& alice = std::get<decision>(now);
  BOOST_TEST_REQUIRE(alice.has_value());
  BOOST_TEST(alice->part<name>().text == "alice");
  BOOST_TEST(linked.principal(*alice) == "p alice");
  auto const refused = linked.authenticate(http::request_head::make("POST", "/mcp"));
  BOOST_TEST(std::get<decision>(refused).error().status == 401);
  BOOST_TEST(std::get<decision>(refused).error().code == "missing_token");
  BOOST_TEST((linked.route_of(http::request_head::make("GET", "/x")) == public_route::same_origin));

  boost::asio::io_context context;
  linked.attach({context.get_executor(), logger::none()});
  BOOST_TEST(linked.policy().attached == 1);
  for (char const* who : {"bob", "tokenless"}) {
    auto const head = http::request_head::make("POST", "/later", {{"Who", who}});
    auto const later = loopback_fixture::run(context, decision_of(linked.authenticate(head)));
    BOOST_TEST((*later).part<name>().text == who);
  }
  auto const denied = loopback_fixture::run(
      context, decision_of(linked.authenticate(http::request_head::make("POST", "/later"))));
  BOOST_TEST(denied.error().status == 401);
}

BOOST_AUTO_TEST_CASE(the_identity_stands_for_the_caller) {
  auto const who =
      test::make_identity(access_fixture::access(), access_fixture::access().user("alice@example.com"));
  linked const both(who, linked_token(linked_token::form::bearer, nullptr));
  BOOST_TEST(both->email == "alice@example.com");
  BOOST_TEST((*both).email == "alice@example.com");
  auto const takes_identity = [](access_identity const& caller) { return caller->email; };
  BOOST_TEST(takes_identity(both) == "alice@example.com");
  BOOST_TEST(&both.part<access_identity>() == &static_cast<access_identity const&>(both));
}

BOOST_AUTO_TEST_SUITE_END()
