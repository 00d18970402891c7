// tests/unit/oauth/grant/token_service_kill.cpp - a server killed in the middle loses nothing it has answered
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/grant/token_service.hpp>

#include "../../store/await.hpp"
#include "../../store/backends.hpp"

#include <boost/test/unit_test.hpp>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(oauth_token_service_kill)

using namespace mcpawl;
using namespace mcpawl::oauth;

namespace {

std::string const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
std::string const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

std::unique_ptr<sqlite_store> open(temporary_folder const& folder) {
  return sqlite_store::open(folder.file("store.db")).value();
}

secret issue(token_service& service) {
  code_issue asked("alice", "client");
  asked.code_challenge = challenge;
  asked.redirect_uri_given = false;
  return await(service.issue_code(std::move(asked))).value();
}

result<issued_tokens> redeem(token_service& service, std::string_view code) {
  code_redemption asked(secret{std::string{code}}, "client");
  asked.verifier = secret{verifier};
  return await(service.redeem(std::move(asked)));
}

result<issued_tokens> refresh(token_service& service, std::string_view token) {
  return await(service.refresh(refresh_request(secret{std::string{token}}, "client")));
}

/** Says what was answered: a letter, and a code or token. */
void tell(int to, char what, std::string_view token) {
  std::string const line = std::string(1, what).append(token);
  if (::write(to, line.data(), line.size()) != static_cast<::ssize_t>(line.size())) ::_exit(2);
}

[[noreturn]] void serve(temporary_folder const& folder, int to) {
  auto const store = open(folder);
  token_service service(*store);
  for (;;) {
    secret const code = issue(service);
    tell(to, 'c', code.reveal());
    auto tokens = redeem(service, code.reveal());
    if (!tokens) ::_exit(1);
    tell(to, 'a', tokens->access_token.reveal());
    tell(to, 'r', tokens->refresh_token.reveal());
    for (int i = 0; i != 3; ++i) {
      tokens = refresh(service, tokens->refresh_token.reveal());
      if (!tokens) ::_exit(1);
      tell(to, 'a', tokens->access_token.reveal());
      tell(to, 'r', tokens->refresh_token.reveal());
    }
  }
}

struct grant_seen {
  std::string code;
  std::vector<std::string> access, refresh;
};

/** Run a server until it has answered about `answers` times, kill it, and return what it has answered. */
std::vector<grant_seen> run_and_kill(temporary_folder const& folder, std::size_t answers) {
  constexpr std::size_t line_size = 1 + token::size;
  int ends[2];
  BOOST_TEST_REQUIRE(::pipe(ends) == 0);
  pid_t const child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    try {
      serve(folder, ends[1]);
    } catch (...) {
      ::_exit(3);
    }
  }
  ::close(ends[1]);
  std::string all;
  char buffer[4096];
  bool killed = false;
  for (::ssize_t n; (n = ::read(ends[0], buffer, sizeof buffer)) > 0;) {
    all.append(buffer, static_cast<std::size_t>(n));
    if (!killed && all.size() >= answers * line_size) killed = ::kill(child, SIGKILL) == 0;
  }
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  BOOST_TEST_REQUIRE(WIFSIGNALED(status));

  std::vector<grant_seen> grants;
  for (std::size_t at = 0; at + line_size <= all.size(); at += line_size) {
    std::string text = all.substr(at + 1, token::size);
    if (all[at] == 'c') grants.emplace_back().code = std::move(text);
    if (all[at] == 'a') grants.back().access.push_back(std::move(text));
    if (all[at] == 'r') grants.back().refresh.push_back(std::move(text));
  }
  return grants;
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_was_answered_before_a_kill_is_good_after_it) {
  temporary_folder folder;
  for (std::size_t answers : {1u, 2u, 5u, 12u, 13u, 14u, 30u}) {
    auto const grants = run_and_kill(folder, answers);
    BOOST_TEST_REQUIRE(!grants.empty());
    auto const store = open(folder);
    token_service service(*store);
    for (auto const& seen : grants) {
      for (auto const& access : seen.access) {
        BOOST_TEST_REQUIRE(await(service.look_up(secret{access}, "")).has_value());
      }
      if (!seen.refresh.empty()) {
        // whether or not it had been replaced by a token that nobody got
        auto const next = refresh(service, seen.refresh.back());
        BOOST_TEST_REQUIRE(next.has_value());
        BOOST_TEST_REQUIRE(await(service.look_up(next->access_token, "")).has_value());
        // and no code is good twice
        BOOST_TEST_REQUIRE((redeem(service, seen.code).error() == oauth::oauth_errc::code_replayed));
      } else {
        // good, or spent for tokens that nobody got
        auto const tokens = redeem(service, seen.code);
        BOOST_TEST_REQUIRE((tokens || tokens.error() == oauth::oauth_errc::code_replayed));
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
