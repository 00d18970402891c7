// tests/unit/oauth/grant/token_service.cpp - codes and tokens over every store, one request at a time and many
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/grant/token_service.hpp>

#include "../../../support/on_threads.hpp"
#include "../../store/await.hpp"
#include "../../store/backends.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(oauth_token_service)

using namespace mcpawl;
using namespace mcpawl::oauth;

namespace {

// RFC 7636 appendix B
std::string const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
std::string const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
std::string const resource = "https://mcp.example.com/mcp";

secret copy(secret const& s) { return s; }

template <class Backend>
struct world {
  Backend backend;
  token_lifetimes lifetimes;
  token_service service{backend.store(), lifetimes, backend.clock};
  token_service other{backend.other(), lifetimes, backend.clock};

  secret code(std::string user = "alice", std::string client = "client") {
    code_issue issue(std::move(user), std::move(client));
    issue.client_name = "A client";
    issue.scope = scope_set{"read", "write"};
    issue.resource = resource;
    issue.code_challenge = challenge;
    issue.redirect_uri = "http://127.0.0.1:4711/callback";
    issue.props = secret{"upstream token of alice"};
    return await(service.issue_code(std::move(issue))).value();
  }
  static code_redemption redemption(secret const& code, std::string client = "client") {
    code_redemption made(copy(code), std::move(client));
    made.verifier = secret{verifier};
    made.redirect_uri = "http://127.0.0.1:4711/callback";
    return made;
  }
  result<issued_tokens> redeem(secret const& code) { return await(service.redeem(redemption(code))); }
  issued_tokens tokens() { return redeem(code()).value(); }
  result<issued_tokens> refresh(secret const& token, std::string client = "client") {
    return await(service.refresh(refresh_request(copy(token), std::move(client))));
  }
  result<access_grant> look_up(secret const& token) { return await(other.look_up(copy(token), resource)); }
  bool works(secret const& access) { return look_up(access).has_value(); }
  unix_seconds now() { return backend.clock.wall(); }
  std::string everything_stored() {
    std::string all;
    auto const page = await(backend.store().scan("", "", 1000)).value();
    for (auto const& item : page.items) all += item.key + item.entry.value;
    return all;
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(a_code_becomes_tokens_and_they_tell_who_it_is, Backend, backends) {
  world<Backend> w;
  auto const issued = w.redeem(w.code()).value();
  BOOST_TEST(issued.expires_in == 3600);
  BOOST_TEST(issued.expires == w.now() + 3600);
  BOOST_TEST(issued.scope.text() == "read write");
  BOOST_TEST(issued.resource == resource);
  BOOST_TEST(issued.access_token.reveal().starts_with("mcpawl_at_"));
  BOOST_TEST(issued.refresh_token.reveal().starts_with("mcpawl_rt_"));
  auto const who = w.look_up(issued.access_token).value();
  BOOST_TEST(who.user == "alice");
  BOOST_TEST(who.client_id == "client");
  BOOST_TEST(who.scope.text() == "read write");
  BOOST_TEST(who.props.reveal() == "upstream token of alice");
  BOOST_TEST(who.expires == issued.expires);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(nothing_that_is_stored_helps_who_reads_it, Backend, backends) {
  world<Backend> w;
  auto const code = w.code();
  std::string stored = w.everything_stored();
  auto const first = w.redeem(code).value();
  stored += w.everything_stored();
  auto const second = w.refresh(first.refresh_token).value();
  stored += w.everything_stored();
  for (auto const* token :
       {&code, &first.access_token, &first.refresh_token, &second.access_token, &second.refresh_token}) {
    // the first part names the grant, the rest is the secret
    BOOST_TEST(stored.find(token->reveal()) == std::string::npos);
    BOOST_TEST(stored.find(token->reveal().substr(46)) == std::string::npos);
  }
  BOOST_TEST(stored.find("upstream token") == std::string::npos);
  BOOST_TEST(stored.find(verifier) == std::string::npos);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_code_presented_twice_ends_the_grant, Backend, backends) {
  world<Backend> w;
  auto const code = w.code();
  auto const issued = w.redeem(code).value();
  BOOST_TEST(w.works(issued.access_token));
  BOOST_TEST((w.redeem(code).error() == oauth::oauth_errc::code_replayed));
  BOOST_TEST(!w.works(issued.access_token));
  BOOST_TEST((w.refresh(issued.refresh_token).error() == oauth::oauth_errc::bad_token));
  BOOST_TEST((w.redeem(code).error() == oauth::oauth_errc::bad_token));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_replay_is_noticed_long_after_the_code_has_expired, Backend, backends) {
  world<Backend> w;
  auto const code = w.code();
  auto const issued = w.redeem(code).value();
  w.backend.clock.jump(w.now() + 86'400);
  BOOST_TEST((w.redeem(code).error() == oauth::oauth_errc::code_replayed));
  BOOST_TEST((w.refresh(issued.refresh_token).error() == oauth::oauth_errc::bad_token));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_is_wrong_with_a_redemption_does_not_burn_the_code, Backend, backends) {
  using world_type = world<Backend>;
  world_type w;
  auto const code = w.code();
  auto const refused = [&](auto change) {
    auto asked = world_type::redemption(code);
    change(asked);
    return await(w.service.redeem(std::move(asked))).error();
  };
  BOOST_TEST((refused([](auto& r) { r.verifier = secret{}; }) == oauth::oauth_errc::wrong_verifier));
  BOOST_TEST((refused([](auto& r) { r.verifier = secret{std::string(43, 'a')}; }) ==
              oauth::oauth_errc::wrong_verifier));
  BOOST_TEST((refused([](auto& r) { r.verifier = secret{challenge}; }) == oauth::oauth_errc::wrong_verifier));
  BOOST_TEST((refused([](auto& r) { r.client_id = "another"; }) == oauth::oauth_errc::wrong_client));
  BOOST_TEST((refused([](auto& r) { r.redirect_uri.reset(); }) == oauth::oauth_errc::wrong_redirect_uri));
  BOOST_TEST((refused([](auto& r) { r.redirect_uri = "http://127.0.0.1:4712/callback"; }) ==
              oauth::oauth_errc::wrong_redirect_uri));
  BOOST_TEST(
      (refused([](auto& r) { r.resource = "https://other.example.com"; }) == oauth::oauth_errc::bad_target));
  // the code of another grant's name, or one with an altered character
  for (std::size_t at : {12u, 30u, 60u, 100u}) {
    std::string altered{code.reveal()};
    altered[at] = altered[at] == 'A' ? 'B' : 'A';
    BOOST_TEST((w.redeem(secret{altered}).error() == oauth::oauth_errc::bad_token));
  }
  for (std::string const& text : {std::string{}, std::string("x"), std::string(10'000, 'A'),
                                  "mcpawl_ac_" + std::string(96, '!'), std::string(code.reveal()) + "A"}) {
    BOOST_TEST((w.redeem(secret{text}).error() == oauth::oauth_errc::bad_token));
  }
  BOOST_TEST(w.redeem(code).has_value());
  // and afterwards only its own client can end the grant with it
  auto const tokens = w.tokens();
  BOOST_TEST((refused([](auto& r) { r.client_id = "another"; }) == oauth::oauth_errc::wrong_client));
  BOOST_TEST(w.works(tokens.access_token));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(without_a_redirect_uri_at_the_start_none_is_needed, Backend, backends) {
  world<Backend> w;
  for (auto const& given :
       {std::optional<std::string>{}, std::optional<std::string>{"https://client.example/cb"},
        std::optional<std::string>{"https://client.example/other"}}) {
    code_issue issue("alice", "client");
    issue.code_challenge = challenge;
    issue.redirect_uri = "https://client.example/cb";
    issue.redirect_uri_given = false;
    code_redemption asked(await(w.service.issue_code(std::move(issue))).value(), "client");
    asked.verifier = secret{verifier};
    asked.redirect_uri = given;
    bool const right = !given || *given == "https://client.example/cb";
    BOOST_TEST(await(w.service.redeem(std::move(asked))).has_value() == right);
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(everything_is_good_until_the_second_before_its_end, Backend, backends) {
  world<Backend> w;
  auto const start = w.now();
  auto const good_code = w.code(), late_code = w.code();
  w.backend.clock.jump(start + 599);
  auto const issued = w.redeem(good_code).value();
  w.backend.clock.jump(start + 600);
  BOOST_TEST((w.redeem(late_code).error() == oauth::oauth_errc::bad_token));
  w.backend.clock.jump(start + 599 + 3599);
  BOOST_TEST(w.works(issued.access_token));
  w.backend.clock.jump(start + 599 + 3600);
  BOOST_TEST((w.look_up(issued.access_token).error() == oauth::oauth_errc::token_expired));
  // refresh tokens count from the consent on
  w.backend.clock.jump(start + 30 * 86'400 - 1);
  auto const last = w.refresh(issued.refresh_token).value();
  BOOST_TEST(last.expires_in == 1);
  BOOST_TEST(w.works(last.access_token));
  w.backend.clock.jump(start + 30 * 86'400);
  BOOST_TEST(!w.works(last.access_token));
  BOOST_TEST((w.refresh(last.refresh_token).error() == oauth::oauth_errc::bad_token));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_refresh_replaces_the_token_and_keeps_the_grant, Backend, backends) {
  world<Backend> w;
  auto tokens = w.tokens();
  for (int i = 0; i != 20; ++i) {
    auto next = w.refresh(tokens.refresh_token).value();
    BOOST_TEST((next.refresh_token.reveal() != tokens.refresh_token.reveal()));
    BOOST_TEST((next.access_token.reveal() != tokens.access_token.reveal()));
    BOOST_TEST(w.works(tokens.access_token));
    auto const who = w.look_up(next.access_token).value();
    BOOST_TEST(who.props.reveal() == "upstream token of alice");
    tokens = std::move(next);
  }
  BOOST_TEST(await(w.service.grants_of("alice")).value().size() == 1u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_old_refresh_token_gets_the_same_answer_until_the_new_one_is_used, Backend,
                              backends) {
  world<Backend> w;
  auto const first = w.tokens();
  auto const second = w.refresh(first.refresh_token).value();
  w.backend.clock.jump(w.now() + 100);
  auto const again = w.refresh(first.refresh_token).value();
  BOOST_TEST((again.refresh_token == second.refresh_token));
  BOOST_TEST((again.access_token == second.access_token));
  BOOST_TEST(again.expires == second.expires);
  BOOST_TEST(again.expires_in == 3500);
  auto const third = w.refresh(second.refresh_token).value();
  BOOST_TEST((w.refresh(first.refresh_token).error() == oauth::oauth_errc::refresh_token_reused));
  BOOST_TEST(!w.works(third.access_token));
  BOOST_TEST((w.refresh(third.refresh_token).error() == oauth::oauth_errc::bad_token));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_grace_has_an_end, Backend, backends) {
  world<Backend> w;
  auto const first = w.tokens();
  auto const second = w.refresh(first.refresh_token).value();
  auto const end = w.now() + 3600;
  w.backend.clock.jump(end - 1);
  BOOST_TEST((w.refresh(first.refresh_token).value().refresh_token == second.refresh_token));
  w.backend.clock.jump(end);
  BOOST_TEST((w.refresh(first.refresh_token).error() == oauth::oauth_errc::refresh_token_reused));
  BOOST_TEST((w.refresh(second.refresh_token).error() == oauth::oauth_errc::bad_token));
}

// Thief and owner alternated 24 times without a word: each time one of them presented the token before.
BOOST_AUTO_TEST_CASE_TEMPLATE(attack_two_holders_of_a_refresh_token_are_noticed_and_the_fifth_time_ends_it,
                              Backend, backends) {
  world<Backend> w;
  auto old = w.tokens();
  for (std::size_t time = 1; time != 5; ++time) {
    auto const next = w.refresh(old.refresh_token).value();
    BOOST_TEST(next.repeats == 0u);
    BOOST_TEST(w.works(next.access_token));
    w.backend.clock.jump(w.now() + 600);
    auto const again = w.refresh(old.refresh_token).value();
    BOOST_TEST((again.refresh_token == next.refresh_token));
    BOOST_TEST(again.repeats == time);
    old = next;
  }
  auto const last = w.refresh(old.refresh_token).value();
  BOOST_TEST(w.works(last.access_token));
  BOOST_TEST((w.refresh(old.refresh_token).error() == oauth::oauth_errc::refresh_token_reused));
  BOOST_TEST(!w.works(last.access_token));
  BOOST_TEST((w.refresh(last.refresh_token).error() == oauth::oauth_errc::bad_token));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_lost_answer_is_given_again_as_often_as_it_is_asked_for, Backend, backends) {
  world<Backend> w;
  auto const first = w.tokens();
  auto const second = w.refresh(first.refresh_token).value();
  for (int i = 0; i != 10; ++i) {
    auto const again = w.refresh(first.refresh_token).value();
    BOOST_TEST((again.refresh_token == second.refresh_token));
    BOOST_TEST(again.repeats == 0u);
  }
  // the token before may still be used, which says nothing about the response
  BOOST_TEST(w.works(first.access_token));
  BOOST_TEST(w.refresh(first.refresh_token).value().repeats == 0u);
  // and the use of the new one is known to every process
  BOOST_TEST(w.works(second.access_token));
  BOOST_TEST(await(w.other.refresh(refresh_request(copy(first.refresh_token), "client"))).value().repeats ==
             1u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(only_the_times_of_one_day_are_counted, Backend, backends) {
  world<Backend> w;
  auto old = w.tokens();
  for (unsigned time = 0; time != 12; ++time) {
    auto const next = w.refresh(old.refresh_token).value();
    BOOST_TEST(w.works(next.access_token));
    BOOST_TEST(w.refresh(old.refresh_token).value().repeats == std::min<std::size_t>(4, time + 1u));
    old = next;
    w.backend.clock.jump(w.now() + 86'400 / 4);
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_strict_deployment_ends_the_grant_at_the_first_time, Backend, backends) {
  world<Backend> w;
  token_lifetimes strict;
  strict.max_refresh_repeats = 1;
  token_service service(w.backend.store(), strict, w.backend.clock);
  auto const first = w.tokens();
  auto const refresh = [&] {
    return await(service.refresh(refresh_request(copy(first.refresh_token), "client")));
  };
  auto const second = refresh().value();
  BOOST_TEST(refresh().has_value());  // a lost response still is none of these
  BOOST_TEST(w.works(second.access_token));
  BOOST_TEST((refresh().error() == oauth::oauth_errc::refresh_token_reused));
  BOOST_TEST(!w.works(second.access_token));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_grant_ends_at_the_last_repeat_that_is_allowed_and_not_before, Backend,
                              backends) {
  world<Backend> w;
  for (std::size_t const max : {2u, 3u, 7u}) {
    token_lifetimes lifetimes;
    lifetimes.max_refresh_repeats = max;
    token_service service(w.backend.store(), lifetimes, w.backend.clock);
    auto const refresh = [&](secret const& with) {
      return await(service.refresh(refresh_request(copy(with), "client")));
    };
    auto old = w.tokens();
    for (std::size_t time = 1; time != max; ++time) {
      auto const next = refresh(old.refresh_token).value();
      BOOST_TEST(w.works(next.access_token));
      BOOST_TEST_REQUIRE(refresh(old.refresh_token).has_value(), time << " of " << max);
      old = next;
    }
    auto const last = refresh(old.refresh_token).value();
    BOOST_TEST(w.works(last.access_token));
    BOOST_TEST((refresh(old.refresh_token).error() == oauth::oauth_errc::refresh_token_reused), max);
    BOOST_TEST(!w.works(last.access_token));
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(who_began_before_the_token_was_replaced_is_not_counted, Backend, backends) {
  world<Backend> w;
  auto const first = w.tokens();
  auto one = await(w.service.begin_refresh(refresh_request(copy(first.refresh_token), "client"))).value();
  auto two = await(w.other.begin_refresh(refresh_request(copy(first.refresh_token), "client"))).value();
  auto const next = await(w.service.finish_refresh(std::move(one))).value();
  BOOST_TEST(w.works(next.access_token));
  auto const same = await(w.other.finish_refresh(std::move(two))).value();
  BOOST_TEST((same.refresh_token == next.refresh_token));
  BOOST_TEST(same.repeats == 0u);
}

BOOST_AUTO_TEST_CASE(a_grant_of_an_older_version_is_read) {
  // as it was written before the use of tokens was noted
  grant old;
  old.user = "alice";
  old.code.redeemed = true;
  old.access.push_back({"digest", "key", scope_set{"read"}, 100});
  oauth::detail::record_writer out(1);
  out.text(old.user).text("").text("").text("").text("").integer(0).integer(0).integer(0).text("").text("");
  out.text("").text("").text("").integer(1).integer(0).integer(1).text("");
  out.text("now").text("key").text("before").integer(3600).text("answer");
  out.integer(1).text("digest").text("key").text("read").integer(100);
  auto const read = grant::parse(out.take()).value();
  BOOST_TEST(read.user == "alice");
  BOOST_TEST(read.refresh.unused_access == "digest");
  BOOST_TEST(read.refresh.repeats.empty());
  auto const again = grant::parse(read.bytes()).value();
  BOOST_TEST(again.refresh.unused_access == "digest");
  BOOST_TEST(again.bytes() == read.bytes());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_made_up_refresh_token_ends_nothing, Backend, backends) {
  world<Backend> w;
  auto const issued = w.tokens();
  // somebody who knows the names of the grant, from a token of it
  for (std::size_t at : {46u, 60u, 89u, 95u, 105u}) {
    std::string altered{issued.refresh_token.reveal()};
    altered[at] = altered[at] == 'A' ? 'B' : 'A';
    BOOST_TEST((w.refresh(secret{altered}).error() == oauth::oauth_errc::bad_token));
  }
  std::string const from_access = "mcpawl_rt_" + std::string(issued.access_token.reveal().substr(10));
  BOOST_TEST((w.refresh(secret{from_access}).error() == oauth::oauth_errc::bad_token));
  BOOST_TEST(w.works(issued.access_token));
  BOOST_TEST(w.refresh(issued.refresh_token).has_value());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(another_client_cannot_refresh_nor_end_the_grant, Backend, backends) {
  world<Backend> w;
  auto const first = w.tokens();
  auto const second = w.refresh(first.refresh_token).value();
  auto const third = w.refresh(second.refresh_token).value();
  for (auto const* token : {&first, &second, &third}) {
    BOOST_TEST((w.refresh(token->refresh_token, "another").error() == oauth::oauth_errc::wrong_client));
  }
  BOOST_TEST(w.works(third.access_token));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_refresh_can_narrow_the_scope_and_not_widen_it, Backend, backends) {
  world<Backend> w;
  auto const first = w.tokens();
  auto const refresh = [&](secret const& token, scope_set scope) {
    refresh_request asked(copy(token), "client");
    asked.scope = std::move(scope);
    return await(w.service.refresh(std::move(asked)));
  };
  BOOST_TEST((refresh(first.refresh_token, scope_set{"read", "admin"}).error() ==
              oauth::oauth_errc::scope_not_allowed));
  auto const narrow = refresh(first.refresh_token, scope_set{"read"}).value();
  BOOST_TEST(narrow.scope.text() == "read");
  BOOST_TEST(w.look_up(narrow.access_token).value().scope.text() == "read");
  // who asks for less than the response has must not get it
  BOOST_TEST(
      (refresh(first.refresh_token, scope_set{"write"}).error() == oauth::oauth_errc::scope_not_allowed));
  auto const wide = refresh(narrow.refresh_token, scope_set{"read", "write"}).value();
  BOOST_TEST(wide.scope.text() == "read write");
  refresh_request elsewhere(copy(wide.refresh_token), "client");
  elsewhere.resource = "https://other.example.com";
  BOOST_TEST((await(w.service.refresh(std::move(elsewhere))).error() == oauth::oauth_errc::bad_target));
}

BOOST_AUTO_TEST_CASE(of_the_scopes_of_a_refresh_only_known_ones_that_were_not_granted_are_refused) {
  struct row {
    char const* asked;
    char const* granted;  ///< Nothing if it is refused.
  };
  row const rows[] = {
      {"read", "read"},
      {"read write", "read write"},
      {"openid read", "read"},
      {"openid profile email", "read write"},
      {"read offline_access", "read"},
      {"offline_access", "read write"},
      {"admin", nullptr},
      {"read admin openid", nullptr},
  };
  for (auto const& [asked, granted] : rows) {
    BOOST_TEST_CONTEXT(asked) {
      world<memory_backend> w;
      refresh_request request(copy(w.tokens().refresh_token), "client");
      request.scope = scope_set::parse(asked).value();
      request.understood = scope_set{"read", "write", "admin", "offline_access"};
      refresh_request again(copy(request.token), "client");
      again.scope = request.scope;
      again.understood = request.understood;
      auto const first = await(w.service.refresh(std::move(request)));
      BOOST_TEST(first.has_value() == (granted != nullptr));
      if (!first) continue;
      BOOST_TEST(first->scope.text() == granted);
      // and so is the response that is given again
      auto const second = await(w.service.refresh(std::move(again)));
      BOOST_TEST_REQUIRE(second.has_value());
      BOOST_TEST(second->scope.text() == granted);
    }
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(tokens_are_good_for_one_thing_only, Backend, backends) {
  world<Backend> w;
  auto const code = w.code();
  auto const issued = w.redeem(code).value();
  BOOST_TEST(!w.works(issued.refresh_token));
  BOOST_TEST(!w.works(code));
  BOOST_TEST((w.refresh(issued.access_token).error() == oauth::oauth_errc::bad_token));
  BOOST_TEST((w.redeem(issued.refresh_token).error() == oauth::oauth_errc::bad_token));
  auto const elsewhere = await(w.service.look_up(copy(issued.access_token), "https://mcp.example.com/mcp/"));
  BOOST_TEST((elsewhere.error() == oauth::oauth_errc::bad_target));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_upstream_is_asked_between_the_halves_of_a_refresh, Backend, backends) {
  world<Backend> w;
  auto const issued = w.tokens();
  auto pending =
      await(w.service.begin_refresh(refresh_request(copy(issued.refresh_token), "client"))).value();
  BOOST_TEST(!pending.answer);
  BOOST_TEST(pending.user == "alice");
  BOOST_TEST(pending.props.reveal() == "upstream token of alice");
  auto const next = await(w.service.finish_refresh(std::move(pending), secret{"newer"})).value();
  BOOST_TEST(w.look_up(next.access_token).value().props.reveal() == "newer");
  // older tokens see the newer props
  BOOST_TEST(w.look_up(issued.access_token).value().props.reveal() == "newer");
  auto late = await(w.service.begin_refresh(refresh_request(copy(issued.refresh_token), "client"))).value();
  BOOST_REQUIRE(late.answer);
  BOOST_TEST((late.answer->refresh_token == next.refresh_token));

  auto refused = await(w.service.begin_refresh(refresh_request(copy(next.refresh_token), "client"))).value();
  BOOST_TEST(await(w.service.end_grant(refused)).value() == 1u);
  BOOST_TEST(!w.works(next.access_token));
  BOOST_TEST((await(w.service.finish_refresh(std::move(refused))).error() == oauth::oauth_errc::bad_token));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(revoking_ends_a_token_or_the_grant_and_only_for_its_client, Backend, backends) {
  world<Backend> w;
  auto const revoke = [&](secret const& token, std::string client = "client") {
    return await(w.service.revoke(copy(token), std::move(client)));
  };
  auto const first = w.tokens();
  auto const second = w.refresh(first.refresh_token).value();
  BOOST_TEST((revoke(first.access_token, "another").error() == oauth::oauth_errc::wrong_client));
  BOOST_TEST((revoke(first.refresh_token, "another").error() == oauth::oauth_errc::wrong_client));
  BOOST_TEST(revoke(first.access_token).value() == 1u);
  BOOST_TEST(revoke(first.access_token).value() == 0u);
  BOOST_TEST(!w.works(first.access_token));
  BOOST_TEST(w.works(second.access_token));
  BOOST_TEST(revoke(secret{"nonsense"}).value() == 0u);
  std::string altered{second.refresh_token.reveal()};
  altered.back() = altered.back() == 'A' ? 'B' : 'A';
  BOOST_TEST(revoke(secret{altered}).value() == 0u);
  BOOST_TEST(w.works(second.access_token));
  // a response is not repeated with a token that was revoked
  BOOST_TEST(revoke(second.access_token).value() == 1u);
  BOOST_TEST((w.refresh(first.refresh_token).error() == oauth::oauth_errc::bad_token));
  BOOST_TEST(revoke(second.refresh_token).value() == 1u);
  BOOST_TEST((w.refresh(second.refresh_token).error() == oauth::oauth_errc::bad_token));
  BOOST_TEST(w.everything_stored().empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(one_request_asks_the_upstream_and_the_others_find_its_answer, Backend,
                              backends) {
  world<Backend> w;
  auto const issued = w.tokens();
  std::atomic<int> held{0};
  support::on_threads(8, [&](int i) {
    auto& service = i % 2 == 0 ? w.service : w.other;
    auto const pending =
        await(service.begin_refresh(refresh_request(copy(issued.refresh_token), "client"))).value();
    if (await(service.lease_upstream(pending)).value().held()) ++held;
  });
  BOOST_TEST(held == 1);
  auto const begin = [&](secret const& token) {
    return await(w.service.begin_refresh(refresh_request(copy(token), "client"))).value();
  };
  // who had the lease has not renewed it: another may try
  w.backend.clock.jump(w.now() + 3);
  auto pending = begin(issued.refresh_token);
  BOOST_TEST(await(w.service.lease_upstream(pending)).value().held());
  BOOST_TEST(!await(w.other.lease_upstream(pending)).value().held());
  auto const next = await(w.service.finish_refresh(std::move(pending), secret{"newer"})).value();
  BOOST_TEST(begin(issued.refresh_token).answer.has_value());
  // and the next refresh need not wait
  auto const again = begin(next.refresh_token);
  BOOST_TEST(await(w.other.lease_upstream(again)).value().held());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(whatever_is_taken_back_is_counted_in_all_copies, Backend, backends) {
  world<Backend> w;
  auto const copied = w.service;
  auto const code = w.code();
  auto const first = w.redeem(code).value();
  auto const second = w.refresh(first.refresh_token).value();
  BOOST_TEST(copied.revocations() == 0u);
  await(w.service.revoke(copy(first.access_token), "client")).value();
  BOOST_TEST(copied.revocations() == 1u);
  BOOST_TEST((w.redeem(code).error() == oauth::oauth_errc::code_replayed));
  BOOST_TEST(copied.revocations() == 2u);
  await(w.service.end_grant("alice", "no such grant")).value();
  BOOST_TEST(copied.revocations() == 3u);
  BOOST_TEST(w.other.revocations() == 0u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_users_grants_are_listed_and_ended_one_by_one, Backend, backends) {
  world<Backend> w;
  auto const kept = w.redeem(w.code("alice")).value();
  auto const ended = w.redeem(w.code("alice")).value();
  auto const others = w.redeem(w.code("bob")).value();
  w.code("alice");  // not exchanged: no grant to show yet
  auto const id = w.look_up(ended.access_token).value().grant_id;
  auto const listed = await(w.service.grants_of("alice")).value();
  BOOST_TEST(listed.size() == 2u);
  BOOST_TEST(listed.front().client_name == "A client");
  BOOST_TEST(await(w.service.end_grant("bob", id)).value() == 0u);
  BOOST_TEST(await(w.service.end_grant("alice", id)).value() == 1u);
  BOOST_TEST(!w.works(ended.access_token));
  BOOST_TEST(w.works(kept.access_token));
  BOOST_TEST(w.works(others.access_token));
  BOOST_TEST(await(w.service.grants_of("alice")).value().size() == 1u);
  BOOST_TEST(await(w.service.grants_of("nobody")).value().empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_grant_keeps_a_bounded_number_of_access_tokens, Backend, backends) {
  world<Backend> w;
  std::vector<issued_tokens> all;
  all.push_back(w.tokens());
  for (int i = 0; i != 9; ++i) all.push_back(w.refresh(all.back().refresh_token).value());
  for (std::size_t i = 0; i != all.size(); ++i) BOOST_TEST(w.works(all[i].access_token) == (i >= 2));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_client_without_refresh_gets_none, Backend, backends) {
  world<Backend> w;
  code_issue issue("alice", "client");
  issue.code_challenge = challenge;
  issue.redirect_uri_given = false;
  issue.refreshable = false;
  code_redemption asked(await(w.service.issue_code(std::move(issue))).value(), "client");
  asked.verifier = secret{verifier};
  auto const issued = await(w.service.redeem(std::move(asked))).value();
  BOOST_TEST(issued.refresh_token.empty());
  w.backend.clock.jump(w.now() + 3600);
  BOOST_TEST(w.everything_stored().empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(concurrent_refreshes_get_the_same_successor, Backend, backends) {
  world<Backend> w;
  auto current = w.tokens();
  for (int round = 0; round != 10; ++round) {
    std::mutex mutex;
    std::set<std::string> access, refresh;
    int failed = 0;
    support::on_threads(8, [&](int i) {
      auto& service = i % 2 == 0 ? w.service : w.other;
      auto const answer = await(service.refresh(refresh_request(copy(current.refresh_token), "client")));
      std::lock_guard const lock(mutex);
      if (!answer) {
        ++failed;
        return;
      }
      access.emplace(answer->access_token.reveal());
      refresh.emplace(answer->refresh_token.reveal());
    });
    BOOST_TEST(failed == 0);
    BOOST_TEST(access.size() == 1u);
    BOOST_TEST_REQUIRE(refresh.size() == 1u);
    BOOST_TEST(w.works(secret{*access.begin()}));
    current.refresh_token = secret{*refresh.begin()};
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(of_concurrent_redemptions_one_at_most_wins, Backend, backends) {
  world<Backend> w;
  for (int round = 0; round != 10; ++round) {
    auto const code = w.code();
    std::mutex mutex;
    std::vector<secret> won;
    support::on_threads(12, [&](int i) {
      auto& service = i % 2 == 0 ? w.service : w.other;
      auto asked = world<Backend>::redemption(code);
      auto const answer = await(service.redeem(std::move(asked)));
      std::lock_guard const lock(mutex);
      if (answer) won.push_back(answer->access_token);
    });
    BOOST_TEST_REQUIRE(won.size() == 1u);
    BOOST_TEST(!w.works(won.front()));
  }
}

BOOST_AUTO_TEST_SUITE_END()
