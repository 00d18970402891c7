// tests/unit/auth/policy.cpp - what is a policy, and what is none
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/auth/no_auth.hpp>
#include <mcpawl/auth/policy.hpp>
#include <mcpawl/http/exchange.hpp>
#include <mcpawl/transport/erased_policy.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/system/errc.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <variant>

BOOST_AUTO_TEST_SUITE(auth_policy_rules)

namespace {

using namespace mcpawl;
using namespace mcpawl::detail;

struct hooked {
  using identity_type = std::string;
  task<auth_result<std::string>> authenticate(http::request_head const& head) {
    if (head.path() != "/open") co_return denial(401, "missing_token", "not open");
    co_return std::string("somebody");
  }
  std::string principal(std::string const& who) const { return who; }
  void attach(auth_environment const&) { ++attached; }
  int attached = 0;
};

struct nameless {
  using identity_type = std::string;
  task<auth_result<std::string>> authenticate(http::request_head const&);
};
struct prompt {
  using identity_type = std::string;
  auth_result<std::string> authenticate(http::request_head const&) { return std::string("prompt"); }
  std::string principal(std::string const& who) const { return who; }
};
struct either : prompt {
  authentication<std::string> authenticate(http::request_head const& head) {
    if (head.path() == "/now") return std::string("now");
    if (head.path() == "/never") return denial(401, "missing_token", "never");
    return later();
  }
  static task<auth_result<std::string>> later() { co_return std::string("later"); }
};
struct bare : prompt {
  bool authenticate(http::request_head const&);
};
struct other_identity {
  using identity_type = int;
  task<auth_result<std::string>> authenticate(http::request_head const&);
  std::string principal(int) const;
};

static_assert(auth_policy<no_auth>);
static_assert(auth_policy<hooked>);
static_assert(!auth_policy<nameless>);
static_assert(auth_policy<prompt>);
static_assert(auth_policy<either>);
static_assert(!auth_policy<bare>);
static_assert(!auth_policy<other_identity>);
static_assert(!auth_policy<int>);

struct talkative : hooked {
  public_route route_of(http::request_head const& head) const {
    return head.path() == "/token" ? public_route::any_origin : public_route::none;
  }
  task<> serve_unauthenticated(http::exchange& ex) { co_await ex.respond(http::response(204)); }
};
struct torn : hooked {
  public_route route_of(http::request_head const& head) const;
};
static_assert(serves_public_paths<talkative>);
static_assert(!serves_public_paths<hooked>);
static_assert(!serves_public_paths<torn>);

template <class T>
T wait_for(task<T> work) {
  boost::asio::io_context context;
  auto future = boost::asio::co_spawn(context, std::move(work), boost::asio::use_future);
  context.run();
  return future.get();
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_value_of_a_denial_throws_its_code_and_not_its_reason) {
  auth_result<std::string> const refused = denial(401, "missing_token", "no header");
  BOOST_CHECK_EXCEPTION(
      refused.value(), boost::system::system_error, [](boost::system::system_error const& e) {
        std::string const text = e.what();
        return e.code() == boost::system::errc::permission_denied &&
               text.find("missing_token") != text.npos && text.find("no header") == text.npos;
      });
}

BOOST_AUTO_TEST_CASE(no_auth_lets_everybody_in_as_nobody) {
  no_auth policy;
  auto const head = http::request_head::make("POST", "/mcp");
  auto const who = policy.authenticate(head);
  BOOST_REQUIRE(who.has_value());
  BOOST_TEST(policy.principal(*who) == "");
}

BOOST_AUTO_TEST_CASE(a_result_holds_an_identity_or_a_denial) {
  hooked policy;
  auto const open = http::request_head::make("GET", "/open");
  auto const shut = http::request_head::make("GET", "/");
  BOOST_TEST(*wait_for(policy.authenticate(open)) == "somebody");
  auto const denied = wait_for(policy.authenticate(shut));
  BOOST_REQUIRE(denied.has_error());
  BOOST_TEST(denied.error().status == 401);
  BOOST_TEST(denied.error().code == "missing_token");
  BOOST_TEST(denied.error().log_reason == "not open");
  BOOST_TEST(denied.error().www_authenticate == "");
  BOOST_TEST(denied.error().retry_after.count() == 0);
}

BOOST_AUTO_TEST_CASE(a_policy_decides_at_once_or_later_as_it_likes) {
  either policy;
  auto const ask = [&policy](char const* path) {
    return policy.authenticate(http::request_head::make("GET", path));
  };
  auto const now = ask("/now"), never = ask("/never");
  BOOST_TEST(*std::get<auth_result<std::string>>(now) == "now");
  BOOST_TEST(std::get<auth_result<std::string>>(never).error().status == 401);
  BOOST_TEST(std::holds_alternative<task<auth_result<std::string>>>(ask("/")));
  BOOST_TEST(*wait_for(decision_of(ask("/"))) == "later");
  BOOST_TEST(*wait_for(decision_of(ask("/now"))) == "now");
}

BOOST_AUTO_TEST_CASE(a_transport_sees_what_the_policy_decides_and_when) {
  boost::asio::io_context context;
  policy_adapter<either> erased{either()};
  auto const now = erased.authenticate(http::request_head::make("GET", "/now"));
  BOOST_TEST_REQUIRE(std::get<auth_result<admission>>(now).has_value());
  BOOST_TEST(std::get<auth_result<admission>>(now)->principal == "now");
  auto const later = wait_for(decision_of(erased.authenticate(http::request_head::make("GET", "/"))));
  BOOST_TEST(later->principal == "later");
  BOOST_TEST(*static_cast<std::string const*>(later->identity.get()) == "later");
  auto const never = erased.authenticate(http::request_head::make("GET", "/never"));
  BOOST_TEST(std::get<auth_result<admission>>(never).error().code == "missing_token");
  policy_adapter<prompt> simple{prompt()};
  auto const simply = simple.authenticate(http::request_head::make("GET", "/"));
  BOOST_TEST(std::get<auth_result<admission>>(simply)->principal == "prompt");
}

BOOST_AUTO_TEST_CASE(the_hook_is_called_where_there_is_one) {
  boost::asio::io_context context;
  auth_environment const here{context.get_executor(), logger::none()};
  hooked with;
  no_auth without;
  attach_policy(with, here);
  attach_policy(without, here);
  BOOST_TEST(with.attached == 1);
}

BOOST_AUTO_TEST_CASE(paths_are_public_only_where_a_policy_says_so) {
  auto const token = http::request_head::make("POST", "/token?x=1");
  auto const endpoint = http::request_head::make("POST", "/mcp");
  BOOST_CHECK(route_of(talkative(), token) == public_route::any_origin);
  BOOST_CHECK(route_of(talkative(), endpoint) == public_route::none);
  BOOST_CHECK(route_of(hooked(), token) == public_route::none);
  // one that does not list its paths, and one that has none
  BOOST_TEST(!public_paths(talkative(), "/mcp").has_value());
  BOOST_TEST(public_paths(hooked(), "/mcp").value().empty());
}

BOOST_AUTO_TEST_SUITE_END()
