// tests/flow/allocations.cpp - what a whole call over HTTP allocates, once everything is warm
// SPDX-License-Identifier: BSL-1.0
#include <boost/test/unit_test.hpp>

#include "../support/counted_malloc.hpp"
#include "../support/running.hpp"

#include <mcpawl/mcpawl.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#ifdef SUPPORT_COUNTS_MALLOC

BOOST_AUTO_TEST_SUITE(flow_allocations)

namespace {

/** What the thread of the server has allocated so far: the server runs the tools on it. */
struct so_far {
  std::uint64_t total;
};

so_far count() { return {support::allocations}; }

mcpawl::task<so_far> count_in_steps(mcpawl::context& ctx) {
  co_await ctx.progress(1, 2);
  co_return so_far{support::allocations};
}

/** Ask for the count by a call that is answered by `answer`, which gives the last message of the response. */
template <class Answer>
std::uint64_t ask(support::loopback_client& client, std::string const& tool, Answer answer) {
  auto const reply = client.request(
      "POST", "/mcp",
      {{"Content-Type", "application/json"},
       {"Accept", "application/json, text/event-stream"},
       {"MCP-Protocol-Version", "2026-07-28"},
       {"Mcp-Method", "tools/call"},
       {"Mcp-Name", tool}},
      R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":")" + tool +
          R"(","arguments":{},"_meta":{"progressToken":1,"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
          R"("io.modelcontextprotocol/clientCapabilities":{}}}})");
  BOOST_TEST_REQUIRE(reply.status == 200);
  return answer(reply).at("result").at("structuredContent").at("total").template to_number<std::uint64_t>();
}

/** What one call allocates, the dearest of some. */
template <class Answer>
std::uint64_t cost(std::uint16_t port, std::string const& tool, Answer answer) {
  support::loopback_client client(port);
  for (int i = 0; i != 20; ++i) ask(client, tool, answer);
  std::uint64_t most = 0, before = ask(client, tool, answer);
  for (int i = 0; i != 50; ++i) {
    std::uint64_t const now = ask(client, tool, answer);
    most = std::max(most, now - before);
    before = now;
  }
  return most;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_call_allocates_little) {
  mcpawl::server srv{{"counting", "1"}, mcpawl::no_auth()};
  srv.tool("count", "What was allocated so far.", count).read_only();
  srv.tool("count_in_steps", "The same, with a notification first.", count_in_steps).read_only();
  support::running server(srv);
  // now and then there is one more, for the turns of callers
  std::uint64_t const plain = cost(server.port(), "count", support::json_of);
  std::uint64_t const by_events = cost(server.port(), "count_in_steps", [](auto const& reply) {
    auto const events = support::events_of(reply);
    BOOST_TEST_REQUIRE(events.size() == 2u);
    return events.back();
  });
  BOOST_TEST_MESSAGE("allocations: " << plain << ", by events " << by_events);
  BOOST_TEST(plain <= 8u);
  BOOST_TEST(by_events <= 50u);
}

BOOST_AUTO_TEST_SUITE_END()

#endif
