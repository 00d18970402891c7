// tests/unit/oauth/upstream/upstream_client.cpp - people are signed in upstream, and every fault of the upstream is
// told apart
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/common/pkce.hpp>
#include <mcpawl/oauth/grant/token_service.hpp>
#include <mcpawl/oauth/upstream/login_record.hpp>
#include <mcpawl/oauth/upstream/upstream_client.hpp>
#include <mcpawl/store/memory_store.hpp>
#include <mcpawl/test/fake_oidc_server.hpp>
#include <mcpawl/test/manual_clock.hpp>

#include "../../keys/loopback_fixture.hpp"
#include "staff_reader.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace oauth_upstream_client {
namespace {

using namespace mcpawl;
using namespace mcpawl::detail;
using namespace std::chrono_literals;
using namespace loopback_fixture;
using oauth::oauth_errc;
using test::id_forgery;
using test::oidc_endpoint;
using test::oidc_fault;

constexpr char const* callback = "http://127.0.0.1:8080/callback";
constexpr char const* password = "the-client-secret";

/** Made once: its keys take half a second. */
struct upstream {
  test::manual_clock time;
  test::fake_oidc_server access{people(), "aud", time};

  /** Alice has the claims of another provider, too. */
  static test::fake_oidc_options people() {
    test::fake_oidc_options out("our-client", password, {callback});
    out.people.front().claims = {{"preferred_username", "alice.e"}, {"department", 7}};
    return out;
  }

  static upstream& one() {
    static upstream made;
    return made;
  }
};

struct fixture {
  test::manual_clock& time = upstream::one().time;
  test::fake_oidc_server& access = upstream::one().access;
  journal log;
  boost::asio::io_context context{1};
  http::tls_trust trust = *http::tls_trust::system();
  std::optional<oauth::upstream_client> client;

  fixture() {
    for (std::size_t i = 0; i != test::oidc_endpoint_count; ++i)
      access->fail(static_cast<oidc_endpoint>(i), oidc_fault::none);
    access->forge(id_forgery::none);
    access->sign_in_as("alice@example.com");
    begin(fixed());
  }
  ~fixture() { client.reset(); }

  static http::origin_url url(std::string const& text) { return http::origin_url::parse(text).value(); }
  oauth::upstream_options fixed() { return at(access->authorization_url(), access->token_url()); }
  oauth::upstream_options at(std::string const& authorization, std::string const& token) {
    return prepared({.issuer = access->issuer(),
                     .authorization = url(authorization),
                     .token = url(token),
                     .jwks = url(access->jwks_url())});
  }
  oauth::upstream_options discovered() { return prepared({.issuer = access->issuer()}); }
  oauth::upstream_options prepared(oauth::upstream_addresses addresses) {
    key_timing timing = quiet();
    timing.cool_down = 0ms;
    timing.first_backoff = timing.max_backoff = 0ms;
    return {.at = std::move(addresses),
            .client_id = "our-client",
            .client_secret = secret(password),
            .callback = callback,
            .scopes = "openid email profile groups offline_access",
            .timing = timing,
            .time = &time,
            .trust = trust};
  }
  void begin(oauth::upstream_options options) {
    client.emplace(std::move(options), std::make_shared<staff::reader const>());
    client->attach(context.get_executor(), log.logger());
  }

  std::string location(oauth::upstream_flow const& flow) {
    return run(context, client->location(flow)).value();
  }
  /** What the browser brings back. */
  http::form come_back(oauth::upstream_flow const& flow) {
    http::fetch_request request(url(location(flow)));
    auto const answer = run(context, http::fetch(std::move(request), trust)).value();
    BOOST_TEST_REQUIRE(answer.status == 303);
    std::string const there(answer.find("Location").value());
    return http::form::parse(there.substr(there.find('?') + 1)).value();
  }
  secret code(oauth::upstream_flow const& flow) {
    return secret(std::string(come_back(flow).find("code").value()));
  }
  result<oauth::upstream_login> sign_in() {
    auto flow = oauth::upstream_flow::make();
    secret its_code = code(flow);
    return run(context, client->exchange(std::move(its_code), std::move(flow)));
  }
  result<oauth::upstream_login> refresh(oauth::upstream_login const& from) {
    return run(context, client->refresh(from));
  }
  error_code error_of_refresh(oauth::upstream_login const& from) {
    auto const done = refresh(from);
    return done ? error_code() : done.error();
  }
  error_code error_of_sign_in() {
    auto const done = sign_in();
    return done ? error_code() : done.error();
  }
};

}  // namespace

}  // namespace oauth_upstream_client

BOOST_FIXTURE_TEST_SUITE(oauth_upstream_client, fixture)

BOOST_AUTO_TEST_CASE(a_person_signs_in) {
  auto const login = sign_in();
  BOOST_TEST_REQUIRE(login.has_value());
  BOOST_TEST(login->who.issuer == access->issuer());
  BOOST_TEST(!login->who.subject.empty());
  BOOST_TEST(login->who.reader == "staff");
  BOOST_TEST(login->who.profile.label == "alice.e");
  BOOST_TEST(login->who.profile.bytes == "7");
  BOOST_TEST(login->who.issued_at == time.wall());
  BOOST_TEST(login->who.expires_at == time.wall() + 300);
  BOOST_TEST(login->access_expires == time.wall() + 300);
  BOOST_TEST(!login->access_token.empty());
  BOOST_TEST(!login->refresh_token.empty());
}

BOOST_AUTO_TEST_CASE(the_location_asks_for_what_is_needed) {
  auto const flow = oauth::upstream_flow::make();
  std::string const there = location(flow);
  BOOST_TEST(there.starts_with(access->authorization_url() + '?'));
  auto const form = http::form::parse(there.substr(there.find('?') + 1)).value();
  BOOST_TEST((form.find("response_type") == "code"));
  BOOST_TEST((form.find("client_id") == "our-client"));
  BOOST_TEST((form.find("redirect_uri") == callback));
  BOOST_TEST((form.find("scope") == "openid email profile groups offline_access"));
  BOOST_TEST((form.find("state") == flow.state));
  BOOST_TEST((form.find("nonce") == flow.nonce));
  BOOST_TEST((form.find("code_challenge_method") == "S256"));
  BOOST_TEST(oauth::fits_challenge(flow.verifier.reveal(), *form.find("code_challenge")));
  BOOST_TEST(there.find(flow.verifier.reveal()) == std::string::npos);
  BOOST_TEST(there.find(password) == std::string::npos);
  BOOST_TEST((come_back(flow).find("state") == flow.state));
}

BOOST_AUTO_TEST_CASE(a_query_of_the_authorization_endpoint_stays) {
  begin(at(access->authorization_url() + "?tenant=7", access->token_url()));
  BOOST_TEST(location(oauth::upstream_flow::make())
                 .starts_with(access->authorization_url() + "?tenant=7&response_type="));
}

BOOST_AUTO_TEST_CASE(no_two_flows_are_alike) {
  auto const one = oauth::upstream_flow::make(), other = oauth::upstream_flow::make();
  BOOST_TEST(one.state != other.state);
  BOOST_TEST(one.nonce != other.nonce);
  BOOST_TEST(!(one.verifier == other.verifier));
  BOOST_TEST(one.state != one.nonce);
  BOOST_TEST(one.state.size() == 43u);
  BOOST_TEST(oauth::is_code_verifier(one.verifier.reveal()));
}

BOOST_AUTO_TEST_CASE(what_differs_between_flows_is_noticed) {
  auto flow = oauth::upstream_flow::make();
  auto other = oauth::upstream_flow::make();
  {  // the code of another flow: its verifier is wrong
    secret its_code = code(flow);
    BOOST_TEST(
        (run(context, client->exchange(std::move(its_code), other)).error() == oauth_errc::upstream_denied));
  }
  {  // the right verifier, but the nonce of another login
    secret its_code = code(flow);
    other.verifier = flow.verifier;
    BOOST_TEST((run(context, client->exchange(std::move(its_code), other)).error() ==
                oauth_errc::upstream_token_refused));
    BOOST_TEST(log.has("the nonce is not that of the login"));
  }
  {  // no nonce is nobody's
    secret its_code = code(flow);
    other.nonce.clear();
    BOOST_TEST((run(context, client->exchange(std::move(its_code), other)).error() ==
                oauth_errc::upstream_token_refused));
  }
}

BOOST_AUTO_TEST_CASE(a_code_is_good_once) {
  auto const flow = oauth::upstream_flow::make();
  secret const its_code = code(flow);
  BOOST_TEST(run(context, client->exchange(its_code, flow)).has_value());
  BOOST_TEST((run(context, client->exchange(its_code, flow)).error() == oauth_errc::upstream_denied));
  BOOST_TEST(log.has("error=invalid_grant"));
  BOOST_TEST((run(context, client->exchange(secret(), flow)).error() == oauth_errc::upstream_denied));
}

BOOST_AUTO_TEST_CASE(bad_id_tokens_are_refused) {
  for (auto const forgery : {id_forgery::wrong_audience, id_forgery::wrong_issuer, id_forgery::wrong_nonce,
                             id_forgery::missing_nonce, id_forgery::expired, id_forgery::missing_exp,
                             id_forgery::not_yet_valid, id_forgery::alg_none, id_forgery::hs256_with_secret,
                             id_forgery::other_key, id_forgery::unknown_kid, id_forgery::wrong_access_hash}) {
    access->forge(forgery);
    BOOST_TEST_CONTEXT("forgery " << static_cast<int>(forgery)) {
      BOOST_TEST((error_of_sign_in() == oauth_errc::upstream_token_refused));
    }
  }
  access->forge(id_forgery::none);
  BOOST_TEST(sign_in().has_value());
  BOOST_TEST(oauth::error_name(make_error_code(oauth_errc::upstream_token_refused)) == "server_error");
}

BOOST_AUTO_TEST_CASE(a_missing_id_token_is_refused) {
  access->fail(oidc_endpoint::token, oidc_fault::no_id_token);
  BOOST_TEST((error_of_sign_in() == oauth_errc::upstream_token_refused));
}

BOOST_AUTO_TEST_CASE(whom_the_reader_gives_no_name_is_called_by_the_subject) {
  access->sign_in_as("bob@example.com");
  auto const login = sign_in().value();
  BOOST_TEST(login.who.subject != "");
  BOOST_TEST(login.who.profile.label == login.who.subject);
}

BOOST_AUTO_TEST_CASE(what_another_provider_says_reaches_its_policy_by_a_grant) {
  auto const login = sign_in().value();
  memory_store store;
  oauth::token_service tokens(store, oauth::token_lifetimes(), time);
  auto const verifier = oauth::make_code_verifier();
  oauth::code_issue issue(login.who.subject, "client");
  issue.resource = "https://mcp.example.com/mcp";
  issue.redirect_uri = "http://127.0.0.1/done";
  issue.code_challenge = oauth::code_challenge_of(verifier.reveal());
  issue.props = oauth::props_of(login);
  oauth::code_redemption redemption(run(context, tokens.issue_code(std::move(issue))).value(), "client");
  redemption.redirect_uri = "http://127.0.0.1/done";
  redemption.verifier = verifier;
  auto issued = run(context, tokens.redeem(std::move(redemption))).value();
  auto grant =
      run(context, tokens.look_up(std::move(issued.access_token), "https://mcp.example.com/mcp")).value();

  auto const who = staff::session::open(grant).value();
  BOOST_TEST(who->principal == "staff " + access->issuer() + ' ' + login.who.subject);
  BOOST_TEST(who->username == "alice.e");
  BOOST_TEST(who->department == "7");

  auto of_another = login;  // as the reader of another provider would have written it
  of_another.who.reader = "access";
  grant.props = oauth::props_of(of_another);
  BOOST_TEST((staff::session::open(grant).error() == oauth_errc::bad_token));
}

BOOST_AUTO_TEST_CASE(the_refresh_token_of_another_provider_is_sent_nowhere) {
  auto const login = sign_in().value();
  int const asked = access->counts().of(oidc_endpoint::token);
  auto other_issuer = login, other_reader = login;
  other_issuer.who.issuer += "/other";
  other_reader.who.reader = "access";
  BOOST_TEST((error_of_refresh(other_issuer) == oauth_errc::upstream_denied));
  BOOST_TEST((error_of_refresh(other_reader) == oauth_errc::upstream_denied));
  BOOST_TEST(access->counts().of(oidc_endpoint::token) == asked);
  BOOST_TEST(refresh(login).has_value());
}

BOOST_AUTO_TEST_CASE(outages_are_no_refusals) {
  auto hasty = fixed();
  hasty.timeout = 700ms;
  begin(std::move(hasty));
  auto const login = sign_in().value();
  for (auto const fault :
       {oidc_fault::server_error, oidc_fault::unavailable, oidc_fault::hang, oidc_fault::html,
        oidc_fault::huge, oidc_fault::redirect, oidc_fault::truncated, oidc_fault::bad_json}) {
    access->fail(oidc_endpoint::token, fault);
    BOOST_TEST_CONTEXT("fault " << static_cast<int>(fault)) {
      BOOST_TEST((error_of_sign_in() == oauth_errc::upstream_unavailable));
      BOOST_TEST((error_of_refresh(login) == oauth_errc::upstream_unavailable));
    }
  }
  BOOST_TEST(access->counts().elsewhere == 0);
  BOOST_TEST(oauth::error_name(make_error_code(oauth_errc::upstream_unavailable)) ==
             "temporarily_unavailable");
}

BOOST_AUTO_TEST_CASE(nobody_at_the_port_is_an_outage) {
  auto const login = sign_in().value();
  begin(at(access->authorization_url(), "http://127.0.0.1:1/token"));
  BOOST_TEST((error_of_refresh(login) == oauth_errc::upstream_unavailable));
  BOOST_TEST(log.has("login_service_unreachable"));
}

BOOST_AUTO_TEST_CASE(a_wrong_secret_is_our_fault) {
  auto const login = sign_in().value();
  auto options = fixed();
  options.client_secret = secret("another-secret");
  begin(std::move(options));
  BOOST_TEST((error_of_sign_in() == oauth_errc::upstream_misconfigured));
  BOOST_TEST((error_of_refresh(login) == oauth_errc::upstream_misconfigured));
  BOOST_TEST(log.has("error=invalid_client"));
  BOOST_TEST(!log.has("another-secret"));
  BOOST_TEST(oauth::error_name(make_error_code(oauth_errc::upstream_misconfigured)) == "server_error");
}

BOOST_AUTO_TEST_CASE(a_refresh_gives_new_tokens) {
  auto const login = sign_in().value();
  time.advance(100s);
  auto const next = refresh(login);
  BOOST_TEST_REQUIRE(next.has_value());
  BOOST_TEST(!(next->access_token == login.access_token));
  BOOST_TEST(!(next->refresh_token == login.refresh_token));
  BOOST_TEST(next->access_expires == time.wall() + 300);
  BOOST_TEST(next->who.profile.label == "alice.e");
  BOOST_TEST(next->who.issued_at == time.wall());
  BOOST_TEST((error_of_refresh(login) == oauth_errc::upstream_denied));  // replaced
  BOOST_TEST(refresh(*next).has_value());
}

BOOST_AUTO_TEST_CASE(a_refresh_asks_whether_the_person_may_still_come_in) {
  auto const login = sign_in().value();
  access->block("alice@example.com");
  BOOST_TEST((error_of_refresh(login) == oauth_errc::upstream_denied));
  access->unblock("alice@example.com");
  BOOST_TEST(refresh(login).has_value());
  access->end_sessions();
  BOOST_TEST((error_of_refresh(login) == oauth_errc::upstream_denied));
  BOOST_TEST((error_of_refresh(oauth::upstream_login()) == oauth_errc::upstream_denied));
}

BOOST_AUTO_TEST_CASE(a_refresh_must_be_about_the_same_person) {
  auto const login = sign_in().value();
  access->forge(id_forgery::other_subject);
  BOOST_TEST((error_of_refresh(login) == oauth_errc::upstream_token_refused));
  BOOST_TEST(log.has("another subject than before"));
}

BOOST_AUTO_TEST_CASE(a_refresh_without_an_id_token_keeps_the_person) {
  auto const login = sign_in().value();
  access->fail(oidc_endpoint::token, oidc_fault::no_id_token);
  auto const next = refresh(login);
  BOOST_TEST_REQUIRE(next.has_value());
  BOOST_TEST(next->who.profile.label == "alice.e");
  BOOST_TEST(next->who.expires_at == login.who.expires_at);
}

BOOST_AUTO_TEST_CASE(new_keys_are_fetched_for_a_kid_that_nobody_knows) {
  BOOST_TEST(sign_in().has_value());
  access.keys().rotate();
  BOOST_TEST(sign_in().has_value());
  access.keys().rotate();
  access->fail(oidc_endpoint::jwks, oidc_fault::unavailable);
  BOOST_TEST((error_of_sign_in() == oauth_errc::upstream_unavailable));
  access->fail(oidc_endpoint::jwks, oidc_fault::none);
  BOOST_TEST(sign_in().has_value());
}

BOOST_AUTO_TEST_CASE(without_any_keys_nobody_is_taken_for_a_forger) {
  access->fail(oidc_endpoint::jwks, oidc_fault::html);
  begin(fixed());
  BOOST_TEST((error_of_sign_in() == oauth_errc::upstream_unavailable));
}

BOOST_AUTO_TEST_CASE(the_addresses_can_be_discovered) {
  int const before = access->counts().of(oidc_endpoint::configuration);
  begin(discovered());
  BOOST_TEST(sign_in().has_value());
  BOOST_TEST(sign_in().has_value());
  BOOST_TEST(access->counts().of(oidc_endpoint::configuration) - before <= 2);  // ours and the keys'
  oauth::upstream_client copy(*client);
  auto const flow = oauth::upstream_flow::make();
  access->fail(oidc_endpoint::configuration, oidc_fault::unavailable);
  BOOST_TEST(run(context, copy.location(flow)).has_value());
}

BOOST_AUTO_TEST_CASE(where_browsers_are_sent_is_told_once_it_is_known) {
  auto const told = [this] {
    auto const at = client->authorization_endpoint();
    return at ? at->origin() + at->target() : std::string();
  };
  BOOST_TEST(told() == access->authorization_url());
  begin(discovered());
  BOOST_TEST(told() == "");
  access->fail(oidc_endpoint::configuration, oidc_fault::unavailable);
  BOOST_TEST(!run(context, client->location(oauth::upstream_flow::make())));
  BOOST_TEST(told() == "");
  access->fail(oidc_endpoint::configuration, oidc_fault::none);
  BOOST_TEST(sign_in().has_value());
  BOOST_TEST(told() == access->authorization_url());
  BOOST_TEST(oauth::upstream_client(*client).authorization_endpoint().has_value());
}

BOOST_AUTO_TEST_CASE(discovery_that_fails_is_an_outage_and_old_addresses_serve_on) {
  auto hasty = discovered();
  hasty.timeout = 700ms;
  begin(std::move(hasty));
  for (auto const fault : {oidc_fault::server_error, oidc_fault::hang, oidc_fault::html, oidc_fault::huge,
                           oidc_fault::redirect, oidc_fault::truncated, oidc_fault::bad_json}) {
    access->fail(oidc_endpoint::configuration, fault);
    BOOST_TEST_CONTEXT("fault " << static_cast<int>(fault)) {
      auto const flow = oauth::upstream_flow::make();
      BOOST_TEST((run(context, client->location(flow)).error() == oauth_errc::upstream_unavailable));
    }
  }
  access->fail(oidc_endpoint::configuration, oidc_fault::none);
  run_until(context, [&] { return client->source().generation() != 0; });
  BOOST_TEST(sign_in().has_value());
  access->fail(oidc_endpoint::configuration, oidc_fault::server_error);
  time.advance(2h);
  BOOST_TEST(sign_in().has_value());
  BOOST_TEST(log.has("login_metadata_unusable"));
}

BOOST_AUTO_TEST_CASE(an_unattached_client_attaches_itself) {
  client.emplace(fixed(), std::make_shared<staff::reader const>());
  auto flow = oauth::upstream_flow::make();
  secret its_code = code(flow);
  BOOST_TEST(run(context, client->exchange(std::move(its_code), std::move(flow))).has_value());
}

BOOST_AUTO_TEST_CASE(the_issuer_of_a_response_is_compared) {
  BOOST_TEST(client->accepts_issuer(std::nullopt));
  BOOST_TEST(client->accepts_issuer(access->issuer()));
  BOOST_TEST(!client->accepts_issuer(access->issuer() + '/'));
  BOOST_TEST(!client->accepts_issuer(""));
}

BOOST_AUTO_TEST_CASE(nothing_secret_is_logged) {
  auto const login = sign_in().value();
  auto const next = refresh(login).value();
  (void)refresh(login);
  for (auto const* each :
       {&login.access_token, &login.refresh_token, &next.access_token, &next.refresh_token})
    BOOST_TEST(!log.has(each->reveal()));
  BOOST_TEST(!log.has(password));
  BOOST_TEST(log.has("login_service_gave_no_tokens"));
}

BOOST_AUTO_TEST_CASE(many_sign_in_at_once) {
  begin(discovered());
  std::vector<std::optional<result<oauth::upstream_login>>> all(20);
  for (auto& each : all) {
    auto flow = oauth::upstream_flow::make();
    secret its_code = code(flow);
    start(context, client->exchange(std::move(its_code), std::move(flow)), each);
  }
  run_until(context, [&] {
    return std::all_of(all.begin(), all.end(), [](auto const& each) { return each.has_value(); });
  });
  for (auto const& each : all) BOOST_TEST(each->has_value());
}

BOOST_AUTO_TEST_SUITE_END()
