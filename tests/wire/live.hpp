// tests/wire/live.hpp - a server whose tools ask, wait and tell, and the means to talk to it for longer than
// one response
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "../support/event_stream.hpp"
#include "../support/piped.hpp"
#include "../support/running.hpp"

#include <mcpawl/mcpawl.hpp>
#include <mcpawl/raw_tool.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace live {

using boost::json::value;
using support::fields;
using support::http_reply;
using support::json_of;
using support::loopback_client;

struct confirmation {
  bool sure;
  std::optional<std::string> why;
};
struct person {
  std::string name;
};
struct wait_args {
  int milliseconds;
};
struct deploy_args {
  std::string service;
};

inline std::atomic<int> steps{0};
inline std::atomic<int> cancelled{0};

/** Counts the calls that are destroyed before they are through. */
struct through {
  bool done = false;
  ~through() {
    if (!done) ++cancelled;
  }
};

inline mcpawl::task<> pause(int milliseconds) {
  auto const executor = co_await boost::asio::this_coro::executor;
  boost::asio::steady_timer timer(executor);
  timer.expires_after(std::chrono::milliseconds(milliseconds));
  co_await timer.async_wait(boost::asio::use_awaitable);
}

inline mcpawl::task<std::string> deploy(deploy_args in, mcpawl::context& ctx) {
  auto sure = co_await ctx.elicit<confirmation>("sure", "Deploy " + in.service + "?");
  if (sure.declined()) co_return "declined";
  if (sure.cancelled()) co_return "cancelled";
  if (!sure->sure) throw mcpawl::tool_error("not confirmed");
  co_return "deployed " + in.service;
}

inline mcpawl::task<std::string> several(mcpawl::context& ctx) {
  auto [who, words, where] =
      co_await ctx.ask_all(mcpawl::form<person>("who", "Who are you?"), mcpawl::sampling("words", "Greet."),
                           mcpawl::roots_list("where"));
  co_return who->name + '/' + words.text() + '/' + where.at(0).uri;
}

inline mcpawl::task<std::string> rounds(mcpawl::context& ctx) {
  auto step = [] { return ++steps; };
  auto who = co_await ctx.elicit<person>("who", "Who are you?");
  int const number = co_await ctx.once("step", step);
  auto sure = co_await ctx.elicit<confirmation>("sure", "Sure, " + who->name + "?");
  co_return who->name + (sure->sure ? " is sure, step " : " is not, step ") + std::to_string(number);
}

inline mcpawl::task<std::string> visit(mcpawl::context& ctx) {
  auto seen = co_await ctx.elicit_url("page", "Log in.", "https://example.com/login");
  co_return seen ? "looked" : "did not look";
}

inline mcpawl::task<std::string> sample(mcpawl::context& ctx) {
  auto said = co_await ctx.sample("said", "Capital of France?", 100);
  co_return said ? said.text() : std::string("refused");
}

inline mcpawl::task<std::string> tell_first(mcpawl::context& ctx) {
  co_await ctx.progress(1);
  auto sure = co_await ctx.elicit<confirmation>("sure", "Go on?");
  co_return sure ? "went on" : "stopped";
}

inline mcpawl::task<std::string> count(mcpawl::context& ctx) {
  co_await ctx.progress(1, 3, "one");
  co_await ctx.progress(2, 3, "two");
  co_return "counted";
}

inline mcpawl::task<std::string> wait(wait_args in) {
  through way;
  co_await pause(in.milliseconds);
  way.done = true;
  co_return "waited";
}

inline mcpawl::task<std::string> wait_aloud(wait_args in, mcpawl::context& ctx) {
  through way;
  co_await ctx.progress(1);
  co_await pause(in.milliseconds);
  co_await ctx.progress(2);
  way.done = true;
  co_return "waited aloud";
}

inline mcpawl::task<std::string> polled(wait_args in, mcpawl::context& ctx) {
  ctx.close_stream();
  co_await pause(in.milliseconds);
  co_return "polled";
}

inline std::string client_name(mcpawl::context&) { return "plain"; }

inline mcpawl::task<std::string> who_calls(mcpawl::context& ctx) {
  bool const forms = ctx.client().can(mcpawl::client_capability::form);
  co_return ctx.client().name + ' ' + ctx.client().version + (forms ? " forms" : " no forms");
}

inline mcpawl::server<> make_server(mcpawl::server_options options = {}) {
  mcpawl::server<> srv{{"live", "1.0"}, mcpawl::no_auth(), std::move(options)};
  srv.tool("deploy", "Deploy a service.", deploy);
  srv.tool("several", "Ask several things at once.", several);
  srv.tool("rounds", "Ask twice.", rounds);
  srv.tool("visit", "Send the user to a page.", visit);
  srv.tool("sample", "Ask a model.", sample);
  srv.tool("tell_first", "Tell before asking.", tell_first);
  srv.tool("count", "Count.", count);
  srv.tool("wait", "Wait.", wait);
  srv.tool("wait_aloud", "Wait, telling so.", wait_aloud);
  srv.tool("polled", "Let go of the connection.", polled);
  srv.tool("who_calls", "Say who calls.", who_calls);
  srv.tool("plain", "Answer at once.", client_name);
  return srv;
}

// --- messages ---------------------------------------------------------------------------------------------

inline constexpr std::string_view everything =
    R"({"elicitation":{"form":{},"url":{}},"sampling":{},"roots":{}})";

inline std::string request(std::string_view id, std::string_view method, std::string_view params = "{}") {
  std::string text = R"({"jsonrpc":"2.0","id":)";
  text.append(id).append(R"(,"method":")").append(method).append(R"(","params":)").append(params);
  return text + '}';
}
inline std::string notification(std::string_view method, std::string_view params = "{}") {
  std::string text = R"({"jsonrpc":"2.0","method":")";
  text.append(method).append(R"(","params":)").append(params);
  return text + '}';
}
inline std::string result_of(value const& asked, std::string_view result) {
  std::string text = R"({"jsonrpc":"2.0","id":)" + boost::json::serialize(asked.at("id"));
  text.append(R"(,"result":)").append(result);
  return text + '}';
}
inline std::string initialize(std::string_view version, std::string_view capabilities = everything) {
  std::string params = R"({"protocolVersion":")";
  params.append(version).append(R"(","capabilities":)").append(capabilities);
  return request("\"init\"", "initialize", params + R"(,"clientInfo":{"name":"live","version":"7"}})");
}
/** A call in a session. */
inline std::string call(std::string_view id, std::string_view tool, std::string_view arguments = "{}") {
  std::string params = R"({"name":")";
  params.append(tool).append(R"(","arguments":)").append(arguments);
  return request(id, "tools/call", params + R"(,"_meta":{"progressToken":"p"}})");
}
/** A request of the stateless protocol; `more` is the text of more members, starting with a comma. */
inline std::string stateless(std::string_view id, std::string_view method, std::string_view more = {},
                             std::string_view capabilities = everything) {
  std::string params =
      R"({"_meta":{"progressToken":"p","io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
      R"("io.modelcontextprotocol/clientCapabilities":)";
  params.append(capabilities).append("}").append(more);
  return request(id, method, params + '}');
}
inline std::string stateless_call(std::string_view id, std::string_view tool,
                                  std::string_view arguments = "{}", std::string_view more = {},
                                  std::string_view capabilities = everything) {
  std::string params = R"(,"name":")";
  params.append(tool).append(R"(","arguments":)").append(arguments).append(more);
  return stateless(id, "tools/call", params, capabilities);
}
inline fields stateless_headers(std::string const& method, std::string const& name = {}) {
  fields with{{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", method}};
  if (!name.empty()) with.emplace_back("Mcp-Name", name);
  return with;
}
inline std::string text_of(value const& message) {
  auto const text = message.at("result").at("content").at(0).at("text").as_string();
  return {text.data(), text.size()};
}
inline int code_of(value const& message) { return message.at("error").at("code").to_number<int>(); }

// --- event streams ----------------------------------------------------------------------------------------

using event = support::stream_event;
using stream = support::event_stream;

/** A running server, and sessions in it. */
struct site {
  explicit site(
      mcpawl::server_options options = {}, mcpawl::http_options http = {},
      void (*more)(mcpawl::server<>&) = [](mcpawl::server<>&) {})
      : srv(make_server(std::move(options))), server(with(srv, more), std::move(http)) {}

  mcpawl::server<> srv;
  support::running<mcpawl::server<>> server;

  http_reply post(std::string_view body, fields with = {}) {
    loopback_client client{server.port()};
    return client.request("POST", "/mcp", posting(std::move(with)), body);
  }
  stream post_stream(std::string_view body, fields with = {}) {
    return {server.port(), "POST", "/mcp", posting(std::move(with)), body};
  }
  stream get(fields with) {
    with.emplace_back("Accept", "text/event-stream");
    return {server.port(), "GET", "/mcp", with};
  }

  /** Open a session and say that it is ready; the fields are what later requests carry. */
  fields open(std::string const& version = "2025-11-25", std::string_view capabilities = everything) {
    auto const reply = post(initialize(version, capabilities));
    fields with{{"Mcp-Session-Id", std::string(reply.field("mcp-session-id"))},
                {"MCP-Protocol-Version", version}};
    post(notification("notifications/initialized"), with);
    return with;
  }

  static mcpawl::server<>& with(mcpawl::server<>& srv, void (*more)(mcpawl::server<>&)) {
    more(srv);
    return srv;
  }

  static fields posting(fields with) {
    with.emplace_back("Content-Type", "application/json");
    bool accepts = false;
    for (auto const& field : with) accepts = accepts || field.first == "Accept";
    if (!accepts) with.emplace_back("Accept", "application/json, text/event-stream");
    return with;
  }
};

/** Wait until something is so; false after ten seconds. */
template <class Condition>
bool eventually(Condition const& so) {
  for (int i = 0; i != 1000; ++i) {
    if (so()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

}  // namespace live
