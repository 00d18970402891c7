// tests/unit/auth/allocations.cpp - a token that was verified costs no allocation, and no coroutine
// SPDX-License-Identifier: BSL-1.0
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define AUTH_TEST_OWN_NEW_IMPOSSIBLE 1  // Clang's runtime is linked into the program and has its own
#endif
#endif

#ifndef AUTH_TEST_OWN_NEW_IMPOSSIBLE
#include <mcpawl/auth/access_jwt.hpp>
#include <mcpawl/auth/jwt_bearer.hpp>
#include <mcpawl/auth/no_auth.hpp>
#include <mcpawl/test/fake_issuer.hpp>

#include "../keys/loopback_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdlib>
#include <new>
#include <string>
#include <variant>

// This is the one file of the test program that replaces the global operator new.
namespace {
thread_local std::size_t news = 0;

void* allocate(std::size_t size) noexcept {
  ++news;
  return std::malloc(size == 0 ? 1 : size);
}
}  // namespace

void* operator new(std::size_t size) {
  if (void* const p = allocate(size)) return p;
  throw std::bad_alloc();
}
void* operator new[](std::size_t size) { return ::operator new(size); }
void* operator new(std::size_t size, std::nothrow_t const&) noexcept { return allocate(size); }
void* operator new[](std::size_t size, std::nothrow_t const&) noexcept { return allocate(size); }
void operator delete(void* p) noexcept { std::free(p); }
void operator delete[](void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t) noexcept { std::free(p); }
void operator delete(void* p, std::nothrow_t const&) noexcept { std::free(p); }
void operator delete[](void* p, std::nothrow_t const&) noexcept { std::free(p); }

BOOST_AUTO_TEST_SUITE(auth_allocations)

using namespace mcpawl;

namespace {

/** What it costs to let somebody in whose token was verified before, in allocations; fails if it waits. */
template <class Policy>
std::size_t cost(Policy& policy, http::request_head const& head) {
  using decision = auth_result<typename Policy::identity_type>;
  std::size_t const before = news;
  authentication<typename Policy::identity_type> const asked = policy.authenticate(head);
  std::size_t const after = news;
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
