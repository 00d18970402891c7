// tests/abuse/messages.cpp - messages that cost their sender little and would cost the server much
// SPDX-License-Identifier: BSL-1.0
#include "../support/posted.hpp"
#include "../support/running.hpp"

#include <mcpawl/server.hpp>

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <string>

BOOST_AUTO_TEST_SUITE(abuse_messages)

using support::loopback_client;

std::string list_with_members(std::size_t count) {
  std::string more;
  for (std::size_t i = 1; i != count; ++i) more.append(",\"k").append(std::to_string(i)).append("\":0");
  return support::stateless_request("tools/list", more);
}

// 65 536 colliding keys in 721 KB took 9.8 seconds of a thread: the table of a boost::json::object is as long as
// it has members, so its sender could choose all of them for one place of it.
BOOST_AUTO_TEST_CASE(no_table_is_made_of_many_keys) {
  mcpawl::server<> srv{{"messages", "1"}};
  srv.tool("nothing", "Do nothing.", [] { return ""; });
  support::running<mcpawl::server<>> running(srv);
  loopback_client client(running.port());
  auto const with = support::posting_stateless({}, "tools/list");
  auto const most = mcpawl::limits{}.json_members;

  BOOST_TEST(client.request("POST", "/mcp", with, list_with_members(most)).status == 200);
  for (std::size_t const count : {most + 1, std::size_t{65'536}}) {
    auto const refused = client.request("POST", "/mcp", with, list_with_members(count));
    BOOST_TEST(refused.status == 400);
    BOOST_TEST(refused.body.find("members") != std::string::npos, refused.body);
  }
}

BOOST_AUTO_TEST_SUITE_END()
