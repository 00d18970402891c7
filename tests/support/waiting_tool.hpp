// tests/support/waiting_tool.hpp - a tool that takes as long as it is told, and a call of it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/mcpawl.hpp>
#include <mcpawl/test/loopback_client.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <string>

namespace support {

struct wait_args {
  int milliseconds;
};

/** The tool `wait`: tells its progress in ten steps. */
inline mcpawl::task<std::string> wait(wait_args in, mcpawl::context& ctx) {
  auto const executor = co_await boost::asio::this_coro::executor;
  boost::asio::steady_timer timer(executor);
  for (int i = 0; i != 10; ++i) {
    co_await ctx.progress(i);
    timer.expires_after(std::chrono::milliseconds(in.milliseconds) / 10);
    co_await timer.async_wait(boost::asio::use_awaitable);
  }
  co_return "waited";
}

/** A call of it, in revision 2026-07-28, and the fields that go with it. */
inline std::string wait_call(int milliseconds) {
  return R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"wait","arguments":{"milliseconds":)" +
         std::to_string(milliseconds) +
         R"(},"_meta":{"progressToken":1,"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}})";
}
inline mcpawl::test::loopback_client::fields const wait_fields{
    {"MCP-Protocol-Version", "2026-07-28"},
    {"Mcp-Method", "tools/call"},
    {"Mcp-Name", "wait"},
    {"Content-Type", "application/json"},
    {"Accept", "text/event-stream, application/json"}};

}  // namespace support
