// tests/wire/fixture.hpp - the server that all transcripts talk to, and the words they use
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "../support/running.hpp"
#include "../support/user_header.hpp"

#include <mcpawl/mcpawl.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

namespace wire {

using support::events_of;
using support::fields;
using support::http_reply;
using support::json_of;
using support::loopback_client;

struct add_args {
  int a, b;
};
struct sum {
  long total;
};
struct wait_args {
  int milliseconds;
};

inline sum add(add_args in) { return {static_cast<long>(in.a) + in.b}; }
inline std::string whoami(support::user const& who) { return who->name; }
inline std::string fail() { throw mcpawl::tool_error("the printer is on fire"); }
inline std::string crash() { throw std::runtime_error("password=hunter2"); }

inline mcpawl::task<std::string> count(mcpawl::context& ctx) {
  co_await ctx.progress(1, 3, "one");
  co_await ctx.progress(1, 3, "again");  // has not grown: not sent
  co_await ctx.progress(2.5, 3);
  co_return "counted";
}

inline mcpawl::task<std::string> wait(wait_args in) {
  auto const executor = co_await boost::asio::this_coro::executor;
  boost::asio::steady_timer timer(executor);
  timer.expires_after(std::chrono::milliseconds(in.milliseconds));
  co_await timer.async_wait(boost::asio::use_awaitable);
  co_return "waited";
}

using wire_server = mcpawl::server<support::user_header>;

inline wire_server& the_server() {
  static wire_server& srv = []() -> wire_server& {
    static wire_server made{{"wire", "1.0"}, support::user_header{}};
    made.tool("add", "Add two integers.", add).read_only().title("Adder");
    made.tool("whoami", "Say who is calling.", whoami);
    made.tool("fail", "Fail in words.", fail);
    made.tool("crash", "Fail without words.", crash);
    made.tool("count", "Count, telling how far.", count);
    made.tool("wait", "Wait.", wait);
    made.tool("secret", "For the boss.", [] { return 42; }).allow([](auto const& who) {
      return who->name == "boss";
    });
    return made;
  }();
  return srv;
}

/** A running server and one connection to it, as alice; the connection is opened again after the server
    closed it. */
struct talk {
  explicit talk(mcpawl::http_options options = {}, wire_server& srv = the_server())
      : server(srv, std::move(options)), client(std::make_unique<loopback_client>(server.port())) {}

  support::running<wire_server> server;
  std::unique_ptr<loopback_client> client;

  http_reply request(std::string_view method, std::string_view target, fields const& with = {},
                     std::string_view body = {}) {
    auto reply = client->request(method, target, with, body);
    if (reply.field("connection") == "close") client = std::make_unique<loopback_client>(server.port());
    return reply;
  }

  http_reply post(std::string_view body, fields with = {}) { return post_as("alice", body, std::move(with)); }
  http_reply post_as(std::string const& user, std::string_view body, fields with = {}) {
    with.emplace_back("X-User", user);
    with.emplace_back("Content-Type", "application/json");
    bool accepts = false;
    for (auto const& field : with) accepts = accepts || field.first == "Accept";
    if (!accepts) with.emplace_back("Accept", "application/json, text/event-stream");
    return request("POST", "/mcp", with, body);
  }
};

inline constexpr std::string_view meta =
    R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}})";

/** A request of the stateless protocol; `params` is the text of more members, starting with a comma. */
inline std::string stateless(std::string_view method, std::string_view params = {},
                             std::string_view id = "1") {
  std::string text = R"({"jsonrpc":"2.0","id":)";
  text.append(id)
      .append(R"(,"method":")")
      .append(method)
      .append(R"(","params":{)")
      .append(meta)
      .append(params);
  return text + "}}";
}

inline fields headers(std::string const& method, std::string const& name = {}) {
  fields with{{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", method}};
  if (!name.empty()) with.emplace_back("Mcp-Name", name);
  return with;
}

inline std::string call(std::string_view tool, std::string_view arguments) {
  std::string params = R"(,"name":")";
  params.append(tool).append(R"(","arguments":)").append(arguments);
  return stateless("tools/call", params);
}

/** A request of the handshake protocol. */
inline std::string request(std::string_view method, std::string_view params = "{}",
                           std::string_view id = "1") {
  std::string text = R"({"jsonrpc":"2.0","id":)";
  text.append(id).append(R"(,"method":")").append(method).append(R"(","params":)").append(params);
  return text + "}";
}

inline std::string initialize(std::string_view version) {
  std::string params = R"({"protocolVersion":")";
  params.append(version).append(R"(","capabilities":{},"clientInfo":{"name":"wire","version":"1"}})");
  return request("initialize", params);
}

inline int code_of(http_reply const& reply) { return json_of(reply).at("error").at("code").to_number<int>(); }

}  // namespace wire
