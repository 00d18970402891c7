// tests/abuse/killed_refresh.cpp - a server is killed while it asks Access about a grant, and started again
// SPDX-License-Identifier: BSL-1.0
#include "../support/child.hpp"
#include "../support/saas.hpp"
#include "../unit/http/scripted_peer.hpp"
#include "../unit/store/backends.hpp"

#include <mcpawl/store/sqlite_store.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

BOOST_AUTO_TEST_SUITE(abuse_killed_refresh)

using namespace std::chrono_literals;
using support::saas;

/** Settings of the small server, which make it one more process of `server`. */
std::string settings_of(saas& server, std::string const& store, std::string const& token_url) {
  auto& access = server.access();
  std::string out;
  auto const set = [&out](std::string_view name, std::string_view value) {
    out.append("export ").append(name).append("='").append(value).append("'\n");
  };
  set("PUBLIC_URL", saas::origin);
  set("OAUTH_KV", store);
  set("COOKIE_ENCRYPTION_KEY", "3f1c9a72e05b48d6b1907acc5e2f8413d94e06b7a85c2d10f36b9e8147c0a55d");
  set("ACCESS_CLIENT_ID", access->client_id());
  set("ACCESS_CLIENT_SECRET", access->client_secret());
  set("ACCESS_AUTHORIZATION_URL", access->authorization_url());
  set("ACCESS_TOKEN_URL", token_url);
  set("ACCESS_JWKS_URL", access->jwks_url());
  set("ACCESS_ISSUER", access->issuer());
  return out;
}

support::http_reply refresh_at(std::uint16_t port, std::string const& client, std::string const& token) {
  support::loopback_client connection(port);
  return connection.request(
      "POST", "/token", {{"Host", "mcp.example.com"}, {"Content-Type", "application/x-www-form-urlencoded"}},
      support::encoded({{"grant_type", "refresh_token"}, {"refresh_token", token}, {"client_id", client}}));
}

// The lease of the killed process named nobody, and the next refresh of its grants hung for up to 30 seconds.
BOOST_AUTO_TEST_CASE(after_a_kill_in_the_middle_of_a_refresh_the_next_one_does_not_wait) {
  temporary_folder folder;
  std::string const store = folder.file("oauth.db");
  saas server(nullptr, true, {},
              std::shared_ptr<mcpawl::sqlite_store>(mcpawl::sqlite_store::open(store).value()));
  auto const client = server.registered();
  auto tokens = server.logged_in(client);
  std::atomic<int> asked{0};
  http_test::scripted_peer silent([&asked](http_test::guest& who) {
    who.read_until("\r\n\r\n");
    ++asked;
    who.wait_until_gone();
  });
  std::chrono::milliseconds longest{0};
  for (int round = 0; round != 3; ++round) {
    std::optional<support::child> killed(std::in_place, settings_of(server, store, silent.url("/token")));
    std::thread waiting([&, port = killed->port(), token = tokens.refresh] {
      try {
        refresh_at(port, client, token);
      } catch (std::exception const&) {
        // its server was killed
      }
    });
    for (int i = 0; i != 5000 && asked == round; ++i) std::this_thread::sleep_for(1ms);
    BOOST_TEST(asked == round + 1);
    killed.reset();
    waiting.join();

    // by the one that was started again, and by one that ran all the time
    std::optional<support::child> next;
    if (round != 2) next.emplace(settings_of(server, store, server.access()->token_url()));
    auto const begin = std::chrono::steady_clock::now();
    auto const reply = refresh_at(next ? next->port() : server.port(), client, tokens.refresh);
    auto const took =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
    longest = std::max(longest, took);
    BOOST_TEST_REQUIRE(reply.status == 200, reply.body);
    BOOST_TEST((took < 2s));  // before the lease would have ended by itself
    tokens = server.tokens_of(reply);
    BOOST_TEST(server.whoami(tokens.access) == "alice@example.com through a client");
  }
  BOOST_TEST_MESSAGE("after a kill a refresh took " << longest.count() << " ms at most");
}

BOOST_AUTO_TEST_SUITE_END()
