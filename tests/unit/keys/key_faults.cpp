// tests/unit/keys/key_faults.cpp - a publisher of keys that fails in every way there is, one test for each
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/keys/key_follower.hpp>

#include "../http/scripted_peer.hpp"
#include "loopback_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace auth_key_faults {
namespace {

using namespace mcpawl;
using namespace mcpawl::detail;
using namespace std::chrono_literals;
using namespace loopback_fixture;
using http_test::guest;
using test::certs_fault;

/** Any fetch is allowed at any time until one fails, and none happens by itself. */
key_timing eager() {
  key_timing timing = quiet();
  timing.cool_down = 0ms;
  timing.first_backoff = timing.max_backoff = 1h;
  return timing;
}

std::string with_body(std::string const& body, std::string const& status = "200 OK") {
  return "HTTP/1.1 " + status +
         "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         body;
}

/** Keys that were fetched once; then the fault; the keys must stay. */
struct fixture {
  watched_server server;
  journal log;
  boost::asio::io_context context{1};

  static http::tls_trust trust() {
    static auto const nobody = http_test::make_authority("nobody");
    return *http::tls_trust::from_pem(nobody.pem());
  }
  std::optional<key_follower> follower;
  key_timing timing = eager();

  /** For those who wait for a fetch to give up. */
  void hurry() { timing.fetch_timeout = 2s; }

  void follow(key_origin origin, http::tls_trust with = trust()) {
    auto source = std::make_shared<key_source>(std::move(origin), clock::system(), timing);
    follower.emplace(std::move(source), std::move(with));
    follower->attach(context.get_executor(), log.logger());
  }
  void follow(std::string const& url) { follow(key_origin(*http::origin_url::parse(url))); }

  /** Commit a fault of the certs endpoint after its keys were fetched. */
  void survive(certs_fault fault, char const* logged) {
    follow(server.team_domain() + "/cdn-cgi/access/certs");
    run_until(context, [&] { return follower->keys() != nullptr; });
    server.fault(fault);
    expect_failure(logged);
    BOOST_TEST(server.fetches() == 2);
    BOOST_TEST(server.strays() == 0);
  }

  /** Answer by a script after the keys were fetched. */
  void survive(std::function<void(guest&)> script, char const* logged) {
    auto good = std::make_shared<std::atomic<bool>>(true);
    http_test::scripted_peer peer([this, good, script](guest& who) {
      who.read_until("\r\n\r\n");
      if (*good)
        who.send(with_body(server->certs()));
      else
        script(who);
    });
    follow(peer.url());
    run_until(context, [&] { return follower->keys() != nullptr; });
    *good = false;
    expect_failure(logged);
    BOOST_TEST(peer.visits() == 2);
    follower.reset();
  }

  void expect_failure(char const* logged) {
    auto const good = follower->keys();
    BOOST_CHECK(run(context, follower->renew(key_want::unknown_kid)) == key_outcome::ended);
    BOOST_TEST(follower->source().failing());
    BOOST_TEST(follower->keys() == good);
    BOOST_TEST(log.has(logged), logged);
    BOOST_TEST(log.has(good ? "serving=\"old keys\"" : "serving=nobody"));
  }

  /** Fail at the first fetch. */
  void never_begin(char const* logged) {
    run_until(context, [&] { return follower->source().failing(); });
    BOOST_TEST(!follower->keys());
    BOOST_TEST(log.has(logged), logged);
  }
};

}  // namespace

// --- the connection
}  // namespace auth_key_faults

BOOST_FIXTURE_TEST_SUITE(auth_key_faults, fixture)

BOOST_AUTO_TEST_CASE(connection_refused) {
  std::string url;
  {
    http_test::scripted_peer gone([](guest&) {});
    url = gone.url();
  }
  follow(url);
  never_begin("connection not established");
}
BOOST_AUTO_TEST_CASE(connection_closed_at_once) { survive(certs_fault::down, "answer cut short"); }
BOOST_AUTO_TEST_CASE(connection_reset_after_the_request) { survive(certs_fault::reset, "answer cut short"); }
BOOST_AUTO_TEST_CASE(connection_reset_inside_the_body) {
  survive(
      [](guest& who) {
        who.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"keys\":[");
        who.reset();
      },
      "answer cut short");
}
BOOST_AUTO_TEST_CASE(name_that_does_not_resolve) {
  follow("http://no-such-host.invalid/certs");
  never_begin("keys_not_fetched");
}

// --- TLS

BOOST_AUTO_TEST_CASE(tls_spoken_to_a_server_that_knows_none) {
  http_test::scripted_peer plain([](guest& who) { who.send("HTTP/1.1 400 Bad Request\r\n\r\n"); });
  follow("https://127.0.0.1:" + std::to_string(plain.port()) + "/certs");
  never_begin("TLS");
}
BOOST_AUTO_TEST_CASE(tls_certificate_of_an_unknown_authority) {
  auto const authority = http_test::make_authority("other");
  auto const identity = http_test::make_certificate("server", {}, &authority);
  http_test::scripted_peer peer([](guest&) {}, &identity);
  follow(peer.url());
  never_begin("certificate");
  follower.reset();
}
BOOST_AUTO_TEST_CASE(tls_certificate_for_another_name) {
  auto const authority = http_test::make_authority("known");
  http_test::certificate_plan plan;
  plan.names = "DNS:other.example";
  auto const identity = http_test::make_certificate("server", plan, &authority);
  http_test::scripted_peer peer([](guest&) {}, &identity);
  follow(key_origin(*http::origin_url::parse(peer.url())), *http::tls_trust::from_pem(authority.pem()));
  never_begin("certificate");
  follower.reset();
}
BOOST_AUTO_TEST_CASE(tls_certificate_that_has_expired) {
  auto const authority = http_test::make_authority("known");
  http_test::certificate_plan plan;
  plan.ends = -60;
  auto const identity = http_test::make_certificate("server", plan, &authority);
  http_test::scripted_peer peer([](guest&) {}, &identity);
  follow(key_origin(*http::origin_url::parse(peer.url())), *http::tls_trust::from_pem(authority.pem()));
  never_begin("certificate");
  follower.reset();
}
BOOST_AUTO_TEST_CASE(tls_that_is_good_brings_keys) {  // so that those above fail for the reason they name
  auto const authority = http_test::make_authority("known");
  auto const identity = http_test::make_certificate("server", {}, &authority);
  http_test::scripted_peer peer(
      [this](guest& who) {
        who.read_until("\r\n\r\n");
        who.send(with_body(server->certs()));
      },
      &identity);
  follow(key_origin(*http::origin_url::parse(peer.url())), *http::tls_trust::from_pem(authority.pem()));
  run_until(context, [&] { return follower->keys() != nullptr; });
  follower.reset();
}
BOOST_AUTO_TEST_CASE(tls_cut_off_inside_the_body) {
  auto const authority = http_test::make_authority("known");
  auto const identity = http_test::make_certificate("server", {}, &authority);
  http_test::scripted_peer peer(
      [](guest& who) {
        who.read_until("\r\n\r\n");
        who.send("HTTP/1.1 200 OK\r\n\r\n{\"keys\":[");
      },
      &identity);
  follow(key_origin(*http::origin_url::parse(peer.url())), *http::tls_trust::from_pem(authority.pem()));
  never_begin("answer cut short");
  follower.reset();
}

// --- time and size

BOOST_AUTO_TEST_CASE(silence) {
  hurry();
  survive(certs_fault::hang, "no complete answer in time");
}
BOOST_AUTO_TEST_CASE(one_byte_at_a_time) {
  hurry();
  survive(certs_fault::drip, "no complete answer in time");
}
BOOST_AUTO_TEST_CASE(head_that_never_ends) {
  survive(
      [](guest& who) {
        who.send("HTTP/1.1 200 OK\r\n");
        while (who.send("X-More: " + std::string(1000, 'x') + "\r\n")) {
        }
      },
      "answer too large");
}
BOOST_AUTO_TEST_CASE(body_that_never_ends) { survive(certs_fault::endless, "answer too large"); }
BOOST_AUTO_TEST_CASE(huge_body) { survive(certs_fault::huge, "answer too large"); }
BOOST_AUTO_TEST_CASE(truncated_body) { survive(certs_fault::truncated, "answer cut short"); }
BOOST_AUTO_TEST_CASE(truncated_chunks) {
  survive(
      [](guest& who) { who.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{\"keys\":"); },
      "answer cut short");
}

// --- HTTP

BOOST_AUTO_TEST_CASE(redirect_is_not_followed) {
  survive(certs_fault::redirect, "answered a redirect, which is not followed");
}
BOOST_AUTO_TEST_CASE(status_500_with_keys_in_its_body) {
  survive(certs_fault::error_with_keys, "status=500");
}
BOOST_AUTO_TEST_CASE(status_404_with_keys_in_its_body) { survive(certs_fault::not_found, "status=404"); }
BOOST_AUTO_TEST_CASE(status_201_with_keys_in_its_body) {
  survive([this](guest& who) { who.send(with_body(server->certs(), "201 Created")); }, "status=201");
}
BOOST_AUTO_TEST_CASE(status_204_without_a_body) {
  survive([](guest& who) { who.send("HTTP/1.1 204 No Content\r\n\r\n"); }, "status=204");
}
BOOST_AUTO_TEST_CASE(two_lengths) {
  survive(
      [](guest& who) { who.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}}"); },
      "keys_not_fetched");
}
BOOST_AUTO_TEST_CASE(no_http_at_all) {
  survive([](guest& who) { who.send("SSH-2.0-OpenSSH_9.2\r\n\r\n"); }, "keys_not_fetched");
}
BOOST_AUTO_TEST_CASE(compressed_body) { survive(certs_fault::compressed, "keys_not_fetched"); }

// --- the document

BOOST_AUTO_TEST_CASE(web_page_instead_of_json) {
  survive(certs_fault::html, "answered a web page, not keys");
}
BOOST_AUTO_TEST_CASE(web_page_that_says_it_is_json) {
  survive([](guest& who) { who.send(with_body("\n<!DOCTYPE html><html></html>")); },
          "answered a web page, not keys");
}
BOOST_AUTO_TEST_CASE(empty_body) {
  survive([](guest& who) { who.send(with_body("")); }, "not a JSON Web Key Set");
}
BOOST_AUTO_TEST_CASE(json_that_stops) { survive(certs_fault::bad_json, "not a JSON Web Key Set"); }
BOOST_AUTO_TEST_CASE(json_that_is_too_deep) { survive(certs_fault::deep, "not a JSON Web Key Set"); }
BOOST_AUTO_TEST_CASE(empty_set) { survive(certs_fault::empty_set, "key set without a usable key"); }
BOOST_AUTO_TEST_CASE(set_of_unusable_keys) {
  survive(
      [](guest& who) {
        who.send(with_body(R"({"keys":[{"kty":"oct","kid":"a","k":"c2VjcmV0"},7,{"kty":"RSA"}]})"));
      },
      "key set without a usable key");
}
BOOST_AUTO_TEST_CASE(every_key_twice_is_every_key_once) {
  server.fault(certs_fault::same_kid_twice);
  follow(server.team_domain() + "/cdn-cgi/access/certs");
  run_until(context, [&] { return follower->keys() != nullptr; });
  BOOST_TEST(follower->keys()->keys().size() == 2u);
  BOOST_TEST(follower->keys()->skipped_count() == 0u);
}
BOOST_AUTO_TEST_CASE(set_of_keys_for_other_algorithms) {
  key_origin origin(*http::origin_url::parse(server.team_domain() + "/cdn-cgi/access/certs"));
  origin.algorithms({jose::algorithm::es256});
  follow(origin);
  never_begin("none of the published keys is for an algorithm that is accepted here");
  follow(origin.algorithms({jose::algorithm::es256, jose::algorithm::rs256}));
  run_until(context, [&] { return follower->keys() != nullptr; });
}
BOOST_AUTO_TEST_CASE(bad_keys_beside_good_ones_are_left_out) {
  http_test::scripted_peer peer([this](guest& who) {
    who.read_until("\r\n\r\n");
    std::string junk = R"({"keys":[7,{"kty":"oct","kid":"a","k":"c2VjcmV0"},)";
    for (int i = 0; i != 200; ++i) junk += R"({"kty":"RSA","kid":"x","n":"AQ","e":"AQAB"},)";
    who.send(with_body(junk + server->current_key().jwk() + "]}"));
  });
  follow(peer.url());
  run_until(context, [&] { return follower->keys() != nullptr; });
  BOOST_TEST(follower->keys()->keys().size() == 1u);
  BOOST_TEST(log.has("skipped=202"));
  follower.reset();
}

BOOST_AUTO_TEST_CASE(keys_are_told_by_their_content_and_not_by_its_type) {
  for (char const* type :
       {"Content-Type: application/json\r\n", "Content-Type: application/jwk-set+json; charset=UTF-8\r\n",
        "Content-Type: text/plain\r\n", "Content-Type: application/octet-stream\r\n",
        "Content-Type: text/html\r\n", ""}) {
    http_test::scripted_peer peer([this, type](guest& who) {
      std::string const asked = who.read_until("\r\n\r\n");
      std::string const keys = "\xef\xbb\xbf" + server->certs();
      BOOST_TEST(asked.find("\r\nAccept:") == std::string::npos);  // or a server might answer 406
      who.send(std::string("HTTP/1.1 200 OK\r\n") + type + "Content-Length: " + std::to_string(keys.size()) +
               "\r\n\r\n" + keys);
    });
    follow(peer.url());
    run_until(context, [&] { return follower->keys() != nullptr; });
    BOOST_TEST(follower->keys()->keys().size() == 2u);
    follower.reset();
  }
}

// --- and afterwards

BOOST_AUTO_TEST_CASE(keys_are_fetched_again_when_the_fault_is_over) {
  hurry();
  timing.first_backoff = timing.max_backoff = 0ms;
  auto source = std::make_shared<key_source>(
      key_origin(*http::origin_url::parse(server.team_domain() + "/cdn-cgi/access/certs")), clock::system(),
      timing);
  follower.emplace(std::move(source), trust());
  follower->attach(context.get_executor(), log.logger());
  run_until(context, [&] { return follower->keys() != nullptr; });
  for (auto fault : {certs_fault::down, certs_fault::html, certs_fault::hang}) {
    server.fault(fault);
    BOOST_CHECK(run(context, follower->renew(key_want::unknown_kid)) == key_outcome::ended);
    server.fault(certs_fault::none);
    run_until(context, [&] { return !follower->source().failing(); });
  }
}

BOOST_AUTO_TEST_SUITE_END()
