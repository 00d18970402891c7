// tests/unit/auth/allocations.cpp - a token that was verified costs no allocation, and no coroutine
// SPDX-License-Identifier: BSL-1.0
#include "../../support/counted_new.hpp"

#ifndef SUPPORT_OWN_NEW_IMPOSSIBLE
#include <mcpawl/auth/access_jwt.hpp>
#include <mcpawl/auth/jwt_bearer.hpp>
#include <mcpawl/auth/no_auth.hpp>
#include <mcpawl/test/fake_issuer.hpp>

#include "../keys/loopback_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <string>
#include <variant>

BOOST_AUTO_TEST_SUITE(auth_allocations)

using namespace mcpawl;

namespace {

/** What it costs to let somebody in whose token was verified before, in allocations; fails if it waits. */
template <class Policy>
std::size_t cost(Policy& policy, http::request_head const& head) {
  using decision = auth_result<typename Policy::identity_type>;
  std::size_t const before = support::news;
  authentication<typename Policy::identity_type> const asked = policy.authenticate(head);
  std::size_t const after = support::news;
  BOOST_TEST_REQUIRE(std::holds_alternative<decision>(asked));
  BOOST_TEST(std::get<decision>(asked).has_value());
  return after - before;
}

}  // namespace

BOOST_AUTO_TEST_CASE(who_needs_no_token_costs_no_allocation) {
  no_auth policy;
  BOOST_TEST(cost(policy, http::request_head::make("POST", "/mcp")) == 0u);
}

BOOST_AUTO_TEST_CASE(a_token_of_access_that_was_verified_costs_no_allocation) {
  loopback_fixture::watched_server const server;
  boost::asio::io_context context{1};
  access_jwt policy(
      access_options{.team_domain = server.team_domain(), .audiences = {loopback_fixture::aud}});
  policy.attach({context.get_executor(), logger::none()});
  std::string const token = server->sign(server->user("alice@example.com"));
  auto const head = http::request_head::make("POST", "/mcp", {{"Cf-Access-Jwt-Assertion", token}});
  BOOST_TEST_REQUIRE(loopback_fixture::run(context, decision_of(policy.authenticate(head))).has_value());
  BOOST_TEST(cost(policy, head) == 0u);
}

BOOST_AUTO_TEST_CASE(a_token_of_another_issuer_that_was_verified_costs_no_allocation) {
  boost::asio::io_context context{1};
  test::fake_issuer issuer{"api"};
  jwt_bearer<> policy(
      bearer_options{.public_url = "http://127.0.0.1/mcp", .issuer = issuer.name(), .audiences = {"api"}});
  policy.attach({context.get_executor(), logger::none()});
  std::string const token = "Bearer " + issuer.sign(issuer.token("alice"));
  auto const head = http::request_head::make("POST", "/mcp", {{"Authorization", token}});
  BOOST_TEST_REQUIRE(loopback_fixture::run(context, decision_of(policy.authenticate(head))).has_value());
  BOOST_TEST(cost(policy, head) == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
#endif
