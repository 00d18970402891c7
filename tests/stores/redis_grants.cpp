// tests/stores/redis_grants.cpp - codes, tokens and revocations of several instances over one Redis server
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/grant/token_service.hpp>
#include <mcpawl/store/redis/redis_store.hpp>

#include "redis_opened.hpp"
#include "redis_server.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <mutex>
#include <set>
#include <string>
#include <utility>

BOOST_AUTO_TEST_SUITE(redis_grants)

using namespace mcpawl;
using namespace mcpawl::oauth;
using namespace redis_test;

namespace {

std::string const resource = "https://mcp.example.com/mcp";

/** Three instances. */
struct fleet {
  server at{durable()};
  store_ptr stores[3] = {open(at.url()), open(at.url()), open(at.url())};
  token_service services[3] = {token_service(*stores[0]), token_service(*stores[1]),
                               token_service(*stores[2])};

  /** The code from one instance, the tokens from another. */
  issued_tokens tokens(std::string user) {
    // RFC 7636 appendix B
    code_issue issue(std::move(user), "client");
    issue.resource = resource;
    issue.code_challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    issue.redirect_uri = "http://127.0.0.1:4711/callback";
    issue.props = secret{"props"};
    code_redemption asked(await(services[0].issue_code(std::move(issue))).value(), "client");
    asked.verifier = secret{"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"};
    asked.redirect_uri = "http://127.0.0.1:4711/callback";
    return await(services[1].redeem(std::move(asked))).value();
  }
  result<issued_tokens> refresh(int by, secret token) {
    return await(services[by].refresh(refresh_request(std::move(token), "client")));
  }
  bool works(int at_one, secret access) {
    return await(services[at_one].look_up(std::move(access), resource)).has_value();
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(what_one_instance_issues_every_other_one_takes) {
  fleet all;
  auto const first = all.tokens("alice");
  for (int i = 0; i != 3; ++i) BOOST_TEST(all.works(i, first.access_token));
  auto const second = all.refresh(2, first.refresh_token).value();
  BOOST_TEST(all.works(0, second.access_token));
  auto const grants = await(all.services[0].grants_of("alice")).value();
  BOOST_TEST_REQUIRE(grants.size() == 1u);
  BOOST_TEST(await(all.services[1].grants_of("bob")).value().empty());
  BOOST_TEST(await(all.services[1].end_grant("alice", grants.front().id)).value() == 1u);
  BOOST_TEST(await(all.services[2].grants_of("alice")).value().empty());
  BOOST_TEST(!all.refresh(0, second.refresh_token).has_value());
}

BOOST_AUTO_TEST_CASE(fifty_refreshes_of_one_token_have_one_successor) {
  fleet all;
  auto const first = all.tokens("alice");
  std::mutex mutex;
  std::set<std::string> successors;
  std::atomic<int> failed{0};
  support::on_threads(50, [&](int i) {
    auto const refreshed = all.refresh(i % 3, first.refresh_token);
    if (!refreshed) {
      ++failed;
      return;
    }
    std::lock_guard const lock(mutex);
    successors.insert(std::string(refreshed->refresh_token.reveal()));
  });
  BOOST_TEST(failed == 0);
  BOOST_TEST(successors.size() == 1u);
  BOOST_TEST(all.refresh(0, secret{*successors.begin()}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
