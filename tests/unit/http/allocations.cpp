// tests/unit/http/allocations.cpp - a connection in its steady state allocates nothing
// SPDX-License-Identifier: BSL-1.0
#include <boost/test/unit_test.hpp>

#include "../../support/counted_malloc.hpp"
#include "loopback.hpp"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <string>

#ifdef SUPPORT_COUNTS_MALLOC

using namespace http_test;

namespace {

std::string_view const canned =
    R"({"jsonrpc":"2.0","id":7,"result":{"content":[{"type":"text","text":"42"}]}})";

task<> answer_at_once(http::exchange& x) {
  auto const body = co_await x.read_body(1 << 20);
  if (!body) co_return;
  http::response answer(200);
  answer.field("Mcp-Session-Id", "0123456789abcdef").borrowed_body("application/json", canned);
  co_await x.respond(std::move(answer));
}

/** What the thread of this counter allocates for `count` requests of each client after a warm-up. */
std::size_t cost(std::atomic<std::size_t> const& counter, std::vector<client>& clients,
                 std::string const& request, int count) {
  auto const ask_all = [&](int rounds) {
    for (int i = 0; i != rounds; ++i)
      for (client& c : clients) c.ask(request);
  };
  ask_all(20);
  std::size_t const before = counter;
  ask_all(count);
  return counter - before;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http_allocations)

BOOST_AUTO_TEST_CASE(the_counter_counts) {
  std::size_t const before = support::allocations;
  void* volatile block = std::malloc(10);
  std::free(block);
  BOOST_TEST(support::allocations == before + 1);
}

BOOST_AUTO_TEST_CASE(a_request_in_the_steady_state_allocates_nothing) {
  server s(answer_at_once);
  std::vector<client> clients;
  auto const& counter = *s.on_thread([] { return &support::allocations; });
  for (int i = 0; i != 8; ++i) clients.push_back(s.connect());
  std::string const small = post(R"({"jsonrpc":"2.0","id":7,"method":"tools/call"})");
  std::string const large =
      post(std::string(1000, 'b'), "Cf-Access-Jwt-Assertion: " + std::string(1500, 'j') + "\r\n");
  BOOST_TEST(cost(counter, clients, small, 50) == 0u);
  BOOST_TEST(cost(counter, clients, large, 50) == 0u);
  BOOST_TEST(cost(counter, clients, get, 50) == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

#endif
