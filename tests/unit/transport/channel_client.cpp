// tests/unit/transport/channel_client.cpp - messages in, and all that is said of them out on one log
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/mcp/offer/bind_tool.hpp>
#include <mcpawl/mcp/offer/registration.hpp>
#include <mcpawl/mcp/protocol/dispatcher.hpp>
#include <mcpawl/mcp/session/session_manager.hpp>
#include <mcpawl/transport/channel_client.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <vector>

BOOST_AUTO_TEST_SUITE(transport_channel_client)

using namespace mcpawl;
using namespace mcpawl::detail;

struct nobody {};

std::shared_ptr<async_event> const& go_on() {
  static auto const event = std::make_shared<async_event>();
  return event;
}

task<std::string> wait_for_it() {
  bool const told = co_await go_on()->wait();
  co_return told ? "told" : "cancelled";
}

struct scene {
  server_state state{{"one", "1"}, {}};
  boost::asio::io_context context{1};
  std::shared_ptr<channel_client> client = std::make_shared<channel_client>();
  std::optional<dispatcher> protocol;
  std::uint64_t ticket = client->out()->attach({});
  std::uint64_t cursor = 0;
  int over = 0;

  scene() {
    auto& quick = add_tool(state, "quick");
    bind_tool<nobody>(quick, [] { return std::string("quick"); });
    auto& waits = add_tool(state, "waits");
    bind_tool<nobody>(waits, wait_for_it);
    protocol.emplace(state, make_session_manager(state), logger::none(), json_limits(32));
    client->on_call_over = [this] { ++over; };
  }
  void receive(std::string_view text) {
    nobody const who;
    std::ignore = client->receive(*protocol, text, {&who, "alice"}, context.get_executor());
    poll();
  }
  void poll() {
    context.restart();
    context.poll();
  }
  static std::string call(std::string const& tool, std::string const& id) {
    return R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":"tools/call","params":{"name":")" + tool +
           R"(","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
           R"("io.modelcontextprotocol/clientCapabilities":{}}}})";
  }
  /** What is queued for the client, as one text. */
  std::string said() {
    std::string all, message;
    while (client->out()->next(ticket, cursor, message) == event_log::reading::message) all += message + "\n";
    return all;
  }
  static std::size_t count(std::string_view text, std::string_view what) {
    std::size_t n = 0;
    for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1)) ++n;
    return n;
  }
};

BOOST_AUTO_TEST_CASE(what_is_no_message_is_answered_by_an_error) {
  scene x;
  for (std::string_view const text : {"", "{", "[]", "7"}) {
    x.receive(text);
    BOOST_TEST(x.said().find(R"("error")") != std::string::npos, text);
  }
  BOOST_TEST(x.client->running() == 0u);
}

BOOST_AUTO_TEST_CASE(a_call_that_ends_at_once_is_answered_at_once) {
  scene x;
  x.receive(scene::call("quick", "1"));
  BOOST_TEST(x.said().find("quick") != std::string::npos);
  BOOST_TEST(x.over == 0);  // it never ran beside anything
}

BOOST_AUTO_TEST_CASE(calls_that_run_are_counted_and_answered_when_they_end) {
  scene x;
  x.receive(scene::call("waits", "1"));
  x.receive(scene::call("waits", "2"));
  BOOST_TEST(x.client->running() == 2u);
  BOOST_TEST(x.said().empty());
  go_on()->notify();
  x.poll();
  BOOST_TEST(x.client->running() == 0u);
  BOOST_TEST(x.over == 2);
  BOOST_TEST(scene::count(x.said(), "told") == 2u);
}

BOOST_AUTO_TEST_CASE(a_call_that_its_client_cancels_is_not_answered) {
  scene x;
  x.receive(scene::call("waits", "1"));
  x.receive(scene::call("waits", "2"));
  x.receive(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1,"_meta":)"
            R"({"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}})");
  BOOST_TEST(x.client->running() == 1u);
  BOOST_TEST(x.over == 1);
  go_on()->notify();
  x.poll();
  auto const said = x.said();
  BOOST_TEST(scene::count(said, R"("id":2)") == 1u);
  BOOST_TEST(scene::count(said, R"("id":1)") == 0u);
}

BOOST_AUTO_TEST_CASE(a_batch_is_answered_together_when_its_last_call_ends) {
  scene x;
  x.receive(R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-03-26",)"
            R"("capabilities":{},"clientInfo":{"name":"c","version":"1"}}})");
  x.said();
  std::string const call = R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"waits"}})";
  std::string const quick = R"({"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"quick"}})";
  x.receive("[" + call + "," + quick + "]");
  BOOST_TEST(x.said().empty());
  go_on()->notify();
  x.poll();
  auto const said = x.said();
  BOOST_TEST(scene::count(said, "\n") == 1u);
  BOOST_TEST(said.front() == '[');
  BOOST_TEST(scene::count(said, R"("result")") == 2u);
}

BOOST_AUTO_TEST_CASE(of_a_batch_whose_calls_were_all_cancelled_nothing_is_said) {
  scene x;
  x.receive(R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-03-26",)"
            R"("capabilities":{},"clientInfo":{"name":"c","version":"1"}}})");
  x.said();
  x.receive(R"([{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"waits"}}])");
  BOOST_TEST(x.client->running() == 1u);
  x.client->channel().end();
  x.poll();
  BOOST_TEST(x.client->running() == 0u);
  BOOST_TEST(x.said().empty());
}

BOOST_AUTO_TEST_CASE(a_notification_is_not_answered) {
  scene x;
  x.receive(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1,"_meta":)"
            R"({"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}})");
  BOOST_TEST(x.said().empty());
}

BOOST_AUTO_TEST_CASE(messages_on_several_threads_are_each_answered) {
  scene x;
  std::vector<std::thread> threads;
  for (int t = 0; t != 3; ++t)
    threads.emplace_back([&x, t] {
      boost::asio::io_context context{1};
      dispatcher protocol(x.state, make_session_manager(x.state), logger::none(), json_limits(32));
      nobody const who;
      for (int i = 0; i != 100; ++i)
        std::ignore = x.client->receive(protocol, scene::call("quick", std::to_string(1000 * t + i)),
                                        {&who, "alice"}, context.get_executor());
    });
  for (auto& each : threads) each.join();
  BOOST_TEST(scene::count(x.said(), R"("result")") == 300u);
}

BOOST_AUTO_TEST_SUITE_END()
