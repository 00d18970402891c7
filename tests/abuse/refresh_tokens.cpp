// tests/abuse/refresh_tokens.cpp - a stolen refresh token is noticed, and who died with a refresh stops
// nobody
// SPDX-License-Identifier: BSL-1.0
#include "../support/saas.hpp"
#include "../unit/store/await.hpp"

#include <mcpawl/oauth/grant/process_incarnation.hpp>
#include <mcpawl/oauth/grant/token_service.hpp>

#include <boost/test/unit_test.hpp>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

BOOST_AUTO_TEST_SUITE(abuse_refresh_tokens)

using namespace std::chrono_literals;
using support::client_tokens;
using support::saas;

namespace {

std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

/** Lets another process die while it asks Access about a grant. */
void die_asking(saas& server, std::string const& client, std::string const& refresh,
                std::string incarnation) {
  mcpawl::oauth::token_service other(*server.store, {}, server.clock);
  other.lease_as(std::move(incarnation));
  auto pending =
      await(other.begin_refresh(mcpawl::oauth::refresh_request(mcpawl::secret{refresh}, client))).value();
  BOOST_TEST_REQUIRE(await(other.lease_upstream(pending)).value().held());
}

/** The name of a process of this machine that was killed. */
std::string killed_process() {
  namespace od = mcpawl::oauth::detail;
  ::pid_t const pid = ::fork();
  if (pid == 0)
    for (;;) ::pause();
  std::string name = "random " + od::process_space() + ' ' + std::to_string(pid) + ' ' + od::start_of(pid);
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
  return name;
}

constexpr char const* noticed = "refresh_token_of_two_holders";

}  // namespace

// Both followed each other for 24 refreshes without a refusal or a word in the log: who presented the token
// before got the current one.
BOOST_AUTO_TEST_CASE(a_thief_and_the_owner_are_noticed_at_once_and_out_after_five_times) {
  saas server;
  auto const client = server.registered("Stolen From");
  client_tokens stolen = server.logged_in(client);
  int alternations = 0;
  for (; alternations != 24; ++alternations) {
    auto const thief = server.refresh(client, stolen.refresh);
    if (thief.status != 200) break;
    auto const newer = server.tokens_of(thief);
    BOOST_TEST(server.whoami(newer.access) == "alice@example.com through a client");
    auto const owner = server.refresh(client, stolen.refresh);
    if (owner.status != 200) break;
    BOOST_TEST(server.tokens_of(owner).refresh == newer.refresh);
    BOOST_TEST(count_of(server.log(), noticed) == static_cast<std::size_t>(alternations) + 1);
    stolen = newer;
  }
  BOOST_TEST(alternations == 4);
  BOOST_TEST(server.refresh(client, stolen.refresh).status == 400);
  BOOST_TEST(server.whoami(stolen.access) == "401");
  std::string const log = server.log();
  auto const first = log.substr(log.find(noticed), 200);
  BOOST_TEST(first.find("Stolen From") != std::string::npos, first);
  BOOST_TEST(log.find("refresh token used after its successor") != std::string::npos);
  // and the owner logs in again
  BOOST_TEST(server.whoami(server.logged_in(client).access) == "alice@example.com through a client");
}

BOOST_AUTO_TEST_CASE(an_answer_that_got_lost_is_no_theft) {
  saas server;
  auto const client = server.registered();
  auto const tokens = server.logged_in(client);
  auto const next = server.tokens_of(server.refresh(client, tokens.refresh));
  for (int i = 0; i != 8; ++i)
    BOOST_TEST(server.tokens_of(server.refresh(client, tokens.refresh)).refresh == next.refresh);
  BOOST_TEST(count_of(server.log(), noticed) == 0u);
  BOOST_TEST(server.refresh(client, next.refresh).status == 200);
}

// The claim of a killed process named nobody, so the next refresh of its grants hung for up to 30 seconds.
BOOST_AUTO_TEST_CASE(after_a_kill_the_next_refresh_is_answered_at_once) {
  saas server;
  auto const client = server.registered();
  auto const tokens = server.logged_in(client);
  die_asking(server, client, tokens.refresh, killed_process());
  auto const begin = std::chrono::steady_clock::now();
  BOOST_TEST(server.refresh(client, tokens.refresh).status == 200);
  BOOST_TEST((std::chrono::steady_clock::now() - begin < 2s));
}

// Costs the 3 seconds that a client waits at most.
BOOST_AUTO_TEST_CASE(of_another_machine_a_lease_holds_a_refresh_up_for_three_seconds) {
  saas server;
  auto const client = server.registered();
  auto const tokens = server.logged_in(client);
  die_asking(server, client, tokens.refresh, "somewhere else");
  auto const begin = std::chrono::steady_clock::now();
  auto const waited = server.refresh(client, tokens.refresh);
  auto const took = std::chrono::steady_clock::now() - begin;
  BOOST_TEST(waited.status == 503);
  BOOST_TEST(waited.has("retry-after"));
  BOOST_TEST((took >= 2500ms));
  BOOST_TEST((took < 4s));
  server.clock.advance(3s);
  BOOST_TEST(server.refresh(client, tokens.refresh).status == 200);
}

BOOST_AUTO_TEST_SUITE_END()
