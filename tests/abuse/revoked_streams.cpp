// tests/abuse/revoked_streams.cpp - who has revoked a grant is overheard no longer by the streams it opened
// SPDX-License-Identifier: BSL-1.0
#include "../support/posted.hpp"
#include "../support/saas.hpp"

#include <boost/test/unit_test.hpp>

#include <poll.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(abuse_revoked_streams)

using namespace std::chrono_literals;
using support::fields;
using support::loopback_client;
using support::saas;

fields allowed(fields with, std::string const& token) {
  with.emplace_back("Authorization", "Bearer " + token);
  with.emplace_back("Host", "mcp.example.com");
  return with;
}

/** Open a stream of the stateless protocol, and read what it says at first. */
std::unique_ptr<loopback_client> listen(saas& server, std::string const& token) {
  auto client = std::make_unique<loopback_client>(server.port());
  client->send_request(
      "POST", "/mcp", allowed(support::posting_stateless({}, "subscriptions/listen"), token),
      support::stateless_request("subscriptions/listen", R"(,"notifications":{"toolsListChanged":true})"));
  BOOST_TEST(client->read_head().status == 200);
  BOOST_TEST(client->read_chunk().find("acknowledged") != std::string::npos);
  return client;
}

/** Open the stream of a session. */
std::unique_ptr<loopback_client> listen_in_session(saas& server, std::string const& token) {
  auto const session = support::initialize(server.port(), allowed(support::posting({}), token));
  auto client = std::make_unique<loopback_client>(server.port());
  client->send_request(
      "GET", "/mcp",
      allowed(support::posting({}, {{"Mcp-Session-Id", std::string(session.field("mcp-session-id"))}}),
              token));
  BOOST_TEST(client->read_head().status == 200);
  return client;
}

/** Wait for the end of a stream; how long it took. Throws after ten seconds. */
std::chrono::steady_clock::duration time_to_end(loopback_client& of) {
  auto const begin = std::chrono::steady_clock::now();
  while (!of.read_chunk().empty()) {
  }
  return std::chrono::steady_clock::now() - begin;
}

bool is_open(loopback_client const& stream) {
  pollfd event{stream.native_handle(), POLLIN, 0};
  return ::poll(&event, 1, 100) == 0;
}

// A stream outlived the revocation of its grant. Costs `limits::stream_check`, a second, three times.
BOOST_AUTO_TEST_CASE(the_streams_of_a_grant_end_when_it_is_revoked) {
  saas server;
  auto const client = server.registered();
  auto const kept = server.logged_in(client);
  auto const others = listen(server, kept.access);
  auto const bound = mcpawl::limits{}.stream_check + 1s;
  for (bool const whole : {true, false}) {
    auto const tokens = server.logged_in(client);
    auto const stateless = listen(server, tokens.access);
    auto const session = listen_in_session(server, tokens.access);
    BOOST_TEST(is_open(*stateless));
    auto const& token = whole ? tokens.refresh : tokens.access;
    BOOST_TEST(server.post_form("/revoke", {{"token", token}, {"client_id", client}}).status == 200);
    BOOST_TEST((time_to_end(*stateless) < bound));
    BOOST_TEST((time_to_end(*session) < bound));
    BOOST_TEST(server.whoami(tokens.access) == "401");
  }
  BOOST_TEST(is_open(*others));
  BOOST_TEST(server.whoami(kept.access) == "alice@example.com through a client");
}

// The same where Access says, at a refresh, that the person may not come in any more.
BOOST_AUTO_TEST_CASE(the_streams_of_a_person_end_when_access_blocks_them) {
  saas server;
  auto const client = server.registered();
  auto const tokens = server.logged_in(client);
  auto const stream = listen(server, tokens.access);
  server.access()->block("alice@example.com");
  BOOST_TEST(server.refresh(client, tokens.refresh).status == 400);
  BOOST_TEST((time_to_end(*stream) < mcpawl::limits{}.stream_check + 1s));
}

BOOST_AUTO_TEST_SUITE_END()
