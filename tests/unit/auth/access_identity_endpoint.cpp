// tests/unit/auth/access_identity_endpoint.cpp - the whole identity is asked for at the team domain, with the
// caller's token
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/auth/access_identity_endpoint.hpp>
#include <mcpawl/auth/access_jwt.hpp>
#include <mcpawl/auth/fixed_token.hpp>
#include <mcpawl/http/errc.hpp>

#include "../http/scripted_peer.hpp"
#include "../keys/loopback_fixture.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace auth_access_identity_endpoint {

namespace {

using namespace mcpawl;
using namespace loopback_fixture;
using namespace std::chrono_literals;
using form = linked_token::form;
using http_test::guest;

struct fixture {
  boost::asio::io_context context{1};
  watched_server access;

  static linked_token token(std::string text, form how = form::assertion) {
    return linked_token(how, std::make_shared<detail::fixed_token>(secret(std::move(text))));
  }
  static access_identity_endpoint at(std::string const& team, std::chrono::milliseconds total = 5s) {
    return access_identity_endpoint(access_options{.team_domain = team, .audiences = {aud}}, total);
  }
  result<full_identity> get(access_identity_endpoint const& from, linked_token const& with) {
    return run(context, from.get(with));
  }
  std::string signed_for(std::string_view email) { return access->sign(access->user(email)); }
  static std::string with_body(std::string_view body, std::string_view status = "200 OK") {
    return "HTTP/1.1 " + std::string(status) + "\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + std::string(body);
  }
  /** What comes of a response. */
  error_code of(std::string const& answer) {
    http_test::scripted_peer peer([&answer](guest& who) {
      who.read_until("\r\n\r\n");
      who.send(answer);
    });
    auto const done = get(at(peer.url("")), token("a.b.c"));
    return done ? error_code() : done.error();
  }
};

}  // namespace

}  // namespace auth_access_identity_endpoint

BOOST_FIXTURE_TEST_SUITE(auth_access_identity_endpoint, fixture)

BOOST_AUTO_TEST_CASE(all_that_access_knows_is_told) {
  access->knows(
      "alice@example.com",
      boost::json::parse(R"({"groups":[{"id":"g1","name":"Finance-Team"}],"is_warp":true})").as_object());
  auto const identities = at(access.team_domain());
  BOOST_TEST(identities.url().target() == "/cdn-cgi/access/get-identity");
  auto const alice = get(identities, token(signed_for("alice@example.com")));
  BOOST_TEST_REQUIRE(alice.has_value());
  BOOST_TEST(alice->email == "alice@example.com");
  BOOST_TEST(alice->user_uuid == access->user("alice@example.com").claims().at("sub").as_string().c_str());
  BOOST_TEST(alice->in_group("g1"));
  BOOST_TEST(alice->members.at("is_warp").as_bool());
  // and of nobody else
  BOOST_TEST(get(identities, token(signed_for("bob@example.com"))).value().groups.empty());
  BOOST_TEST(get(identities, token(access->sign(access->end_user("5f0c")))).value().user_uuid == "5f0c");
  BOOST_TEST(get(identities, token(access->sign(access->service("robot.access")))).value().service_token_id ==
             "robot.access");
}

BOOST_AUTO_TEST_CASE(the_token_is_a_cookie_and_goes_to_the_team_domain_alone) {
  std::string seen;
  http_test::scripted_peer elsewhere([](guest& who) { who.read_until("\r\n\r\n"); });
  http_test::scripted_peer peer([&](guest& who) {
    seen = who.read_until("\r\n\r\n");
    who.send("HTTP/1.1 302 Found\r\nLocation: " + elsewhere.url("/") + "\r\nContent-Length: 0\r\n\r\n");
  });
  auto const done = get(at(peer.url("")), token("a.b-_.c"));
  BOOST_TEST((done.error() == full_identity_errc::no_answer));
  BOOST_TEST(seen.starts_with("GET /cdn-cgi/access/get-identity HTTP/1.1\r\n"));
  BOOST_TEST(seen.find("\r\nCookie: CF_Authorization=a.b-_.c\r\n") != std::string::npos);
  BOOST_TEST(seen.find("Cf-Access-Token") == std::string::npos);
  BOOST_TEST(elsewhere.visits() == 0);
}

BOOST_AUTO_TEST_CASE(only_a_token_of_access_is_sent) {
  http_test::scripted_peer peer([](guest&) {});
  auto const identities = at(peer.url(""));
  BOOST_TEST((get(identities, token("a.b.c", form::bearer)).error() == full_identity_errc::no_assertion));
  BOOST_TEST(
      (get(identities, linked_token(form::assertion, nullptr)).error() == full_identity_errc::no_assertion));
  for (char const* bad : {"", "a; admin=1", "a\r\nX: y", "a,b", "a b"})
    BOOST_TEST((get(identities, token(bad)).error() == full_identity_errc::unusable_token), bad);
  BOOST_TEST(peer.visits() == 0);
}

BOOST_AUTO_TEST_CASE(each_answer_has_its_meaning) {
  BOOST_TEST(!of(with_body(R"({"email":"a@b"})")));
  BOOST_TEST((of(with_body("{}", "401 No")) == full_identity_errc::login_ended));
  BOOST_TEST((of(with_body("{}", "403 No")) == full_identity_errc::login_ended));
  BOOST_TEST((of("HTTP/1.1 302 Found\r\nLocation: https://a.cloudflareaccess.com/cdn-cgi/access/login/x\r\n"
                 "Content-Length: 0\r\n\r\n") == full_identity_errc::login_ended));
  BOOST_TEST((of(with_body(R"({"email":"a@b"})", "500 Oh")) == full_identity_errc::no_answer));
  BOOST_TEST((of(with_body(R"({"email":"a@b"})", "404 No")) == full_identity_errc::no_answer));
  BOOST_TEST((of(with_body("<!DOCTYPE html><title>Sign in</title>")) == full_identity_errc::not_an_identity));
  BOOST_TEST((of(with_body(R"({"err":"unknown"})")) == full_identity_errc::not_an_identity));
  BOOST_TEST((of("") == condition::unavailable));
  BOOST_TEST((of(with_body(std::string(300'000, ' '))) == http::http_errc::answer_too_large));

  auto expired = access->user("alice@example.com");
  expired.claim("exp", 1);
  auto const late = get(at(access.team_domain()), token(access->sign(expired)));
  BOOST_TEST((late.error() == full_identity_errc::login_ended));
}

BOOST_AUTO_TEST_CASE(it_waits_no_longer_than_it_was_told) {
  http_test::scripted_peer peer([](guest& who) {
    who.read_until("\r\n\r\n");
    who.read_until("never comes");
  });
  auto const done = get(at(peer.url(""), 50ms), token("a.b.c"));
  BOOST_TEST((done.error() == http::http_errc::fetch_timed_out));
}

BOOST_AUTO_TEST_CASE(a_task_outlives_what_it_was_made_of) {
  std::optional<result<full_identity>> done;
  {
    auto const identities = at(access.team_domain());
    linked_token const mine = token(signed_for("alice@example.com"));
    start(context, identities.get(mine), done);
  }
  run_until(context, [&] { return done.has_value(); });
  BOOST_TEST(done->value().email == "alice@example.com");
}

BOOST_AUTO_TEST_CASE(the_assertion_of_a_request_is_the_token) {
  access_jwt policy(access_options{.team_domain = access.team_domain(), .audiences = {aud}});
  std::string const text = signed_for("alice@example.com");
  auto const head = http::request_head::make("POST", "/mcp", {{"Cf-Access-Jwt-Assertion", text}});
  auto const who = run(context, decision_of(policy.authenticate(head)));
  BOOST_TEST_REQUIRE(who.has_value());
  auto const mine = policy.linked_token_of(head, *who);
  BOOST_TEST_REQUIRE(mine.has_value());
  BOOST_TEST(get(at(access.team_domain()), *mine).value().user_uuid == (*who)->subject);
}

BOOST_AUTO_TEST_CASE(the_team_domain_is_checked_at_the_start) {
  for (char const* bad : {"", "acme.cloudflareaccess.com", "http://acme.cloudflareaccess.com",
                          "https://acme.cloudflareaccess.com/path", "https://<team>.cloudflareaccess.com"})
    BOOST_CHECK_THROW(at(bad), configuration_error);
  BOOST_TEST(at("https://acme.cloudflareaccess.com/").url().origin() == "https://acme.cloudflareaccess.com");
}

BOOST_AUTO_TEST_SUITE_END()
