// tests/unit/keys/key_discovery.cpp - keys are found by the issuer's metadata, whichever document is there
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/keys/key_follower.hpp>

#include "../http/scripted_peer.hpp"
#include "loopback_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace auth_key_discovery {
namespace {

using namespace mcpawl;
using namespace mcpawl::detail;
using namespace std::chrono_literals;
using namespace loopback_fixture;
using http_test::guest;

/** An issuer that answers from a table; an empty response means silence. */
struct fixture {
  watched_server keys;
  journal log;
  boost::asio::io_context context{1};
  std::mutex mutex;
  std::map<std::string, std::string> answers;
  std::map<std::string, int> asked;
  http_test::scripted_peer peer{[this](guest& who) { answer(who); }};
  std::optional<key_follower> follower;

  static constexpr char const* openid = "/t/.well-known/openid-configuration";
  static constexpr char const* oauth = "/.well-known/oauth-authorization-server/t";

  ~fixture() { follower.reset(); }

  void answer(guest& who) {
    std::string const request = who.read_until("\r\n\r\n");
    std::string const path = request.substr(4, request.find(' ', 4) - 4);
    std::optional<std::string> body;
    {
      std::lock_guard const lock(mutex);
      ++asked[path];
      if (answers.contains(path)) body = answers[path];
    }
    if (!body)
      who.send("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    else if (body->empty())
      who.wait_until_gone();
    else
      who.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body->size()) + "\r\n\r\n" + *body);
  }

  std::string issuer() const { return peer.url("/t"); }
  std::string metadata(std::string const& named, std::string const& at) const {
    return R"({"issuer":")" + named + R"(","jwks_uri":")" + peer.url(at) + "\"}";
  }
  std::string metadata() const { return metadata(issuer(), "/keys"); }
  void say(std::string const& path, std::string body) {
    std::lock_guard const lock(mutex);
    answers[path] = std::move(body);
  }
  void deny(std::string const& path) {
    std::lock_guard const lock(mutex);
    answers.erase(path);
  }
  int visits(std::string const& path) {
    std::lock_guard const lock(mutex);
    return asked[path];
  }

  void follow() {
    key_timing timing = quiet();
    timing.fetch_timeout = 6s;
    timing.cool_down = 0ms;
    timing.first_backoff = timing.max_backoff = 1h;
    auto source =
        std::make_shared<key_source>(key_origin::discover(issuer()), mcpawl::clock::system(), timing);
    follower.emplace(std::move(source), *http::tls_trust::system());
    follower->attach(context.get_executor(), log.logger());
  }
  void get_keys() {
    run_until(context, [&] { return follower->keys() != nullptr; });
  }
  void fail() {
    run_until(context, [&] { return follower->source().failing(); });
    BOOST_TEST(!follower->keys());
  }
};

}  // namespace

}  // namespace auth_key_discovery

BOOST_FIXTURE_TEST_SUITE(auth_key_discovery, fixture)

BOOST_AUTO_TEST_CASE(by_openid_configuration) {
  say("/keys", keys->certs());
  say(openid, metadata());
  follow();
  get_keys();
  BOOST_TEST(visits(openid) == 1);
  BOOST_TEST(visits(oauth) == 0);
  BOOST_TEST(visits("/keys") == 1);
  BOOST_TEST(follower->source().address()->target() == "/keys");
}

BOOST_AUTO_TEST_CASE(by_oauth_authorization_server) {
  say("/keys", keys->certs());
  say(oauth, metadata());
  follow();
  get_keys();
  BOOST_TEST(visits(openid) == 1);
  BOOST_TEST(visits(oauth) == 1);
}

BOOST_AUTO_TEST_CASE(a_document_of_another_issuer_is_passed_over) {
  say("/evil", "{\"keys\":[]}");
  say("/keys", keys->certs());
  say(openid, metadata("https://evil.example", "/evil"));
  say(oauth, metadata());
  follow();
  get_keys();
  BOOST_TEST(visits("/evil") == 0);
  BOOST_TEST(log.has("names another issuer"));
}

BOOST_AUTO_TEST_CASE(a_silent_document_leaves_time_for_the_rest) {
  say("/keys", keys->certs());
  say(openid, "");
  say(oauth, metadata());
  follow();
  get_keys();
}

BOOST_AUTO_TEST_CASE(no_metadata_no_keys) {
  say("/keys", keys->certs());
  follow();
  fail();
  BOOST_TEST(visits("/keys") == 0);
  BOOST_TEST(log.has("the issuer has no metadata where it should be"));
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_a_document_outweighs_that_another_is_missing) {
  say(openid, metadata(issuer() + "/", "/keys"));
  follow();
  fail();
  BOOST_TEST(log.has("reason=\"the metadata names another issuer than the one it was asked of\" status=0"));
}

BOOST_AUTO_TEST_CASE(known_keys_are_renewed_though_the_metadata_is_gone) {
  say("/keys", keys->certs());
  say(openid, metadata());
  follow();
  get_keys();
  deny(openid);
  BOOST_CHECK(run(context, follower->renew(key_want::unknown_kid)) == key_outcome::ended);
  BOOST_TEST(!follower->source().failing());
  BOOST_TEST(visits("/keys") == 2);
}

BOOST_AUTO_TEST_CASE(keys_that_moved_are_followed) {
  say("/keys", keys->certs());
  say(openid, metadata());
  follow();
  get_keys();
  say("/moved", R"({"keys":[)" + keys->current_key().jwk() + "]}");
  say(openid, metadata(issuer(), "/moved"));
  BOOST_CHECK(run(context, follower->renew(key_want::unknown_kid)) == key_outcome::ended);
  BOOST_TEST(follower->keys()->keys().size() == 1u);
  BOOST_TEST(visits("/keys") == 1);
}

BOOST_AUTO_TEST_CASE(a_follower_may_die_while_it_discovers) {
  say(openid, "");
  follow();
  run_until(context, [&] { return visits(openid) == 1; });
  auto const source = follower->source().shared_from_this();
  follower.reset();
  context.restart();
  context.run_for(5s);
  BOOST_TEST(context.stopped());
  BOOST_TEST(!source->failing());
}

BOOST_AUTO_TEST_SUITE_END()
