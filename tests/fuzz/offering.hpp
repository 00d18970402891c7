// tests/fuzz/offering.hpp - a server with something of every kind, whose coroutines are run without a
// transport
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/mcp/protocol/dispatcher.hpp>
#include <mcpawl/raw_tool.hpp>
#include <mcpawl/server.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <array>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace offering {

enum class shade { dark, light };
struct paint {
  std::string name;
  std::optional<shade> tint;
  std::vector<int> sizes;
};
struct place {
  std::string owner;
  int number;
};
struct words {
  std::string who;
  std::optional<shade> tint;
};

inline mcpawl::task<std::string> ask(words in, mcpawl::context& ctx) {
  co_await ctx.progress(1, 2, in.who);
  co_await ctx.log(mcpawl::message_level::error, in.who);
  auto const answer = co_await ctx.elicit<words>("who", in.who);
  co_return answer ? answer->who : "nobody";
}
inline std::string look(place at) { return at.owner; }
inline std::string greet(words in) { return in.who; }
inline boost::json::value echo(boost::json::object in) { return in; }

inline mcpawl::server<>& server() {
  static mcpawl::server<> srv = [] {
    mcpawl::server_options options;
    options.page_size = 1;
    options.max_sessions = 64;
    mcpawl::server<> made{{"fuzzed", "1"}, mcpawl::no_auth(), options};
    made.tool("paint", "Paint.", [](paint in) { return in; });
    made.tool("ask", "Ask.", ask);
    made.raw_tool("echo", "Echo.",
                  R"({"type":"object","properties":{"a":{"type":"integer","x-mcp-header":"A"}}})", echo)
        .output_schema(R"({"type":"object","maxProperties":3})");
    made.resource("test://text", "text", "text");
    made.resource_template("notes://{owner}/{number}{?q*}", "note", look)
        .complete("owner", std::vector<std::string>{"ada", "bob"});
    made.prompt("greet", "Greet.", greet);
    return made;
  }();
  return srv;
}

/** Takes no messages, so that nothing waits for a client. */
struct nowhere final : mcpawl::detail::call_channel, mcpawl::detail::call_channel_source {
  // `answers_of` runs the calls
  void start(mcpawl::detail::pending_response, mcpawl::detail::call_end) override {}
  mcpawl::task<> send(std::string) override { co_return; }
  bool open() const noexcept override { return false; }
  void close_stream() noexcept override {}
  void cancel() noexcept override {}
  std::shared_ptr<mcpawl::detail::call_channel> open() override { return std::make_shared<nowhere>(); }
};

/** The texts of the responses of a reply; calls are run to their end. */
inline std::vector<std::string> answers_of(mcpawl::detail::dispatch_result got) {
  std::vector<mcpawl::detail::pending_response> calls;
  if (auto* whole = std::get_if<mcpawl::detail::response>(&got)) return {std::move(whole->body)};
  std::vector<std::string> all;
  if (auto* batch = std::get_if<mcpawl::detail::batch_response>(&got)) {
    all = std::move(batch->ready);
    calls = std::move(batch->pending);
  } else {
    calls.push_back(std::move(std::get<mcpawl::detail::pending_response>(got)));
  }
  boost::asio::io_context context;
  for (auto& call : calls)
    boost::asio::co_spawn(context, std::move(call.work),
                          [&all](std::exception_ptr e, mcpawl::detail::response done) {
                            if (e) std::rethrow_exception(e);
                            all.push_back(std::move(done.body));
                          });
  // a subscription goes on for ever: what can be done now is done
  context.poll();
  return all;
}

/** The server, with a session of each revision that has them. */
class site {
public:
  static constexpr std::array<std::string_view, 4> revisions{"2024-11-05", "2025-03-26", "2025-06-18",
                                                             "2025-11-25"};
  site() {
    for (auto const version : revisions) {
      std::string body = R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":")";
      body.append(version).append(R"(","capabilities":{"elicitation":{}},"clientInfo":{"name":"f"}}})");
      sessions_.push_back(
          std::get<mcpawl::detail::response>(talk_.handle(body, {}, nobody_, out_)).session_id);
    }
  }

  /** What a POST with this body is answered: without headers, or in the session of a revision. */
  std::vector<std::string> post(std::string_view body, std::optional<std::size_t> session = {}) {
    mcpawl::detail::protocol_headers headers;
    if (session) headers.session_id = {1, sessions_[*session]};
    return answers_of(talk_.handle(body, headers, nobody_, out_));
  }

private:
  mcpawl::anonymous who_;
  mcpawl::detail::caller nobody_{&who_, {}};
  nowhere out_;
  mcpawl::detail::dispatcher talk_{
      server().protocol(), mcpawl::detail::make_session_manager(server().protocol()), mcpawl::logger(), 64};
  std::vector<std::string> sessions_;
};

}  // namespace offering
