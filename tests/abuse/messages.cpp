// tests/abuse/messages.cpp - messages that cost their sender little and would cost the server much
#include "../support/running.hpp"

#include <mcpawl/server.hpp>

#include <boost/json/object.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <string>

BOOST_AUTO_TEST_SUITE(abuse_messages)

using support::fields;
using support::loopback_client;

fields const call_fields{{"Content-Type", "application/json"},
                         {"Accept", "text/event-stream, application/json"},
                         {"MCP-Protocol-Version", "2026-07-28"},
                         {"Mcp-Method", "tools/list"}};

std::string list_with_members(std::size_t count) {
  std::string text =
      R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
      R"("io.modelcontextprotocol/clientCapabilities":{}})";
  for (std::size_t i = 1; i != count; ++i) text.append(",\"k").append(std::to_string(i)).append("\":0");
  return text + "}}";
}

// 65 536 colliding keys in 721 KB took 9.8 seconds of a thread: the table of a boost::json::object is as long as
// it has members, so its sender could choose all of them for one place of it.
BOOST_AUTO_TEST_CASE(no_table_is_made_of_many_keys) {
  mcpawl::server<> srv{{"messages", "1"}};
  srv.tool("nothing", "Do nothing.", [] { return ""; });
  support::running<mcpawl::server<>> running(srv);
  loopback_client client(running.port());
  auto const most = mcpawl::limits{}.json_members;

  BOOST_TEST(client.request("POST", "/mcp", call_fields, list_with_members(most)).status == 200);
  for (std::size_t const count : {most + 1, std::size_t{65'536}}) {
    auto const refused = client.request("POST", "/mcp", call_fields, list_with_members(count));
    BOOST_TEST(refused.status == 400);
    BOOST_TEST(refused.body.find("members") != std::string::npos, refused.body);
  }
}

BOOST_AUTO_TEST_SUITE_END()
