// tests/unit/oauth/grant/token_service_faults.cpp - the store fails, or the process dies, at every step
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/grant/token_service.hpp>
#include <mcpawl/store/memory_store.hpp>
#include <mcpawl/test/manual_clock.hpp>

#include "../../store/await.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace oauth_token_service_faults {

using namespace mcpawl;
using namespace mcpawl::oauth;

namespace {

std::string const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
std::string const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/** How an operation goes wrong. */
enum class fault { none, not_done, done_but_not_told, perhaps_done, perhaps_not_done };

/** A store whose `countdown`th operation from now fails. */
class faulty_store final : public kv_store {
public:
  explicit faulty_store(mcpawl::clock const& time) : real_(memory_store::default_bytes, time) {}

  int countdown = 0;
  fault kind = fault::none;
  int operations = 0;
  bool takes_writes = true;

  task<result<std::optional<store_entry>>> get(std::string key) override {
    fault const now = next();
    if (now != fault::none) co_return store_errc::busy;
    co_return co_await real_.get(std::move(key));
  }
  task<result<store_version>> put(store_write write) override {
    fault const now = next();
    if (now == fault::not_done) co_return store_errc::busy;
    auto const done = co_await real_.put(std::move(write));
    if (now != fault::none) co_return store_errc::io;
    co_return done;
  }
  task<result<std::optional<store_version>>> compare_and_set(store_write write,
                                                             store_version expected) override {
    if (!takes_writes) co_return store_errc::full;
    fault const now = next();
    if (now == fault::not_done) co_return store_errc::busy;
    if (now == fault::perhaps_not_done) co_return store_errc::unconfirmed;
    auto const done = co_await real_.compare_and_set(std::move(write), expected);
    if (now == fault::perhaps_done) co_return store_errc::unconfirmed;
    if (now != fault::none) co_return store_errc::io;
    co_return done;
  }
  task<result<std::optional<store_entry>>> take(std::string key, durability wanted) override {
    fault const now = next();
    if (now == fault::not_done) co_return store_errc::busy;
    auto const done = co_await real_.take(std::move(key), wanted);
    if (now != fault::none) co_return store_errc::io;
    co_return done;
  }
  task<result<std::size_t>> erase(std::string key, durability wanted) override {
    fault const now = next();
    if (now == fault::not_done) co_return store_errc::busy;
    auto const done = co_await real_.erase(std::move(key), wanted);
    if (now != fault::none) co_return store_errc::io;
    co_return done;
  }
  task<result<store_page>> scan(std::string prefix, std::string after, std::size_t limit) override {
    return real_.scan(std::move(prefix), std::move(after), limit);
  }
  task<result<std::size_t>> purge(std::size_t limit) override { return real_.purge(limit); }

private:
  fault next() {
    ++operations;
    return countdown != 0 && --countdown == 0 ? kind : fault::none;
  }
  memory_store real_;
};

struct fixture {
  test::manual_clock clock;
  faulty_store store{clock};
  token_service service{store, {}, clock};

  secret code() {
    code_issue issue("alice", "client");
    issue.code_challenge = challenge;
    issue.redirect_uri_given = false;
    issue.props = secret{"props"};
    return await(service.issue_code(std::move(issue))).value();
  }
  result<issued_tokens> redeem(secret const& code) {
    code_redemption asked(secret{code}, "client");
    asked.verifier = secret{verifier};
    return await(service.redeem(std::move(asked)));
  }
  result<issued_tokens> refresh(secret const& token) {
    return await(service.refresh(refresh_request(secret{token}, "client")));
  }
  pending_refresh begin(secret const& token) {
    return await(service.begin_refresh(refresh_request(secret{token}, "client"))).value();
  }
  bool works(secret const& access) { return await(service.look_up(secret{access}, "")).has_value(); }
  void fail_at(int operation, fault kind) {
    store.countdown = operation;
    store.kind = kind;
  }
};

}  // namespace

}  // namespace oauth_token_service_faults

BOOST_FIXTURE_TEST_SUITE(oauth_token_service_faults, fixture)

BOOST_AUTO_TEST_CASE(a_store_that_fails_is_not_the_clients_fault) {
  auto const fresh = code();
  fail_at(1, fault::not_done);
  auto const refused = redeem(fresh);
  BOOST_TEST((refused.error() == store_errc::busy));
  BOOST_TEST(error_name(refused.error()) == "temporarily_unavailable");
  fail_at(2, fault::not_done);
  BOOST_TEST(!redeem(fresh));
  BOOST_TEST(redeem(fresh).has_value());
}

BOOST_AUTO_TEST_CASE(a_redemption_that_nobody_heard_of_leaves_no_token_behind) {
  auto const fresh = code();
  fail_at(2, fault::done_but_not_told);
  BOOST_TEST((redeem(fresh).error() == store_errc::io));
  // nobody has the tokens, and the code is spent: the same as a replay
  BOOST_TEST((redeem(fresh).error() == oauth::oauth_errc::code_replayed));
  BOOST_TEST(await(service.grants_of("alice")).value().empty());
}

BOOST_AUTO_TEST_CASE(what_the_store_could_not_confirm_is_looked_up) {
  auto const fresh = code();
  fail_at(2, fault::perhaps_not_done);
  auto const unknown = redeem(fresh);
  BOOST_TEST((unknown.error() == store_errc::unconfirmed));
  BOOST_TEST(error_name(unknown.error()) == "temporarily_unavailable");
  fail_at(2, fault::perhaps_done);
  auto tokens = redeem(fresh).value();
  BOOST_TEST(works(tokens.access_token));
  fail_at(2, fault::perhaps_not_done);
  BOOST_TEST((refresh(tokens.refresh_token).error() == store_errc::unconfirmed));
  fail_at(2, fault::perhaps_done);
  auto const next = refresh(tokens.refresh_token).value();
  BOOST_TEST(works(next.access_token));
  BOOST_TEST(refresh(next.refresh_token).has_value());
}

BOOST_AUTO_TEST_CASE(a_refresh_that_failed_anywhere_can_be_tried_again) {
  auto tokens = redeem(code()).value();
  for (fault const kind : {fault::not_done, fault::done_but_not_told}) {
    for (int operation = 1; operation != 3; ++operation) {
      fail_at(operation, kind);
      BOOST_TEST(!refresh(tokens.refresh_token));
      auto next = refresh(tokens.refresh_token);
      BOOST_TEST_REQUIRE(next.has_value());
      BOOST_TEST(works(next->access_token));
      tokens = std::move(*next);
    }
  }
}

// The upstream may have ended the refresh token that is in the grant: a failed write lost the new one.
BOOST_AUTO_TEST_CASE(new_props_are_saved_although_the_store_fails_for_a_moment) {
  auto tokens = redeem(code()).value();
  for (fault const kind : {fault::not_done, fault::done_but_not_told}) {
    auto pending = begin(tokens.refresh_token);
    auto const looked = begin(tokens.refresh_token);
    fail_at(1, kind);
    auto next = await(service.finish_refresh(std::move(pending), secret{"newer"}));
    BOOST_TEST_REQUIRE(next.has_value());
    BOOST_TEST(await(service.look_up(secret{next->access_token}, "")).value().props.reveal() == "newer");
    BOOST_TEST(!service.unsaved(looked).has_value());
    tokens = std::move(*next);

    auto renewal = await(service.begin_renewal(secret{tokens.access_token}, "")).value();
    fail_at(2, kind);
    BOOST_TEST(await(service.finish_renewal(std::move(renewal), secret{"newest"})).has_value());
    BOOST_TEST(await(service.look_up(secret{tokens.access_token}, "")).value().props.reveal() == "newest");
  }
}

BOOST_AUTO_TEST_CASE(new_props_that_the_store_never_took_are_kept_for_the_next_time) {
  auto const tokens = redeem(code()).value();
  store.takes_writes = false;
  BOOST_TEST((await(service.finish_refresh(begin(tokens.refresh_token), secret{"newer"})).error() ==
              store_errc::full));
  auto again = begin(tokens.refresh_token);
  BOOST_TEST(again.props.reveal() == "props");
  auto const kept = service.unsaved(again);
  BOOST_TEST_REQUIRE(kept.has_value());
  BOOST_TEST(kept->props.reveal() == "newer");
  store.takes_writes = true;
  auto const next = await(service.finish_refresh(std::move(again), kept->props)).value();
  BOOST_TEST(await(service.look_up(secret{next.access_token}, "")).value().props.reveal() == "newer");
}

BOOST_AUTO_TEST_CASE(no_more_than_max_unsaved_are_kept_and_those_of_yesterday_go_first) {
  oauth::detail::unsaved_props kept(2);
  auto const now = clock.steady();
  for (char const* name : {"a", "b", "c"}) kept.keep(name, secret{"props"}, now);
  BOOST_TEST((kept.find("b") && !kept.find("c")));
  kept.keep("b", secret{"newer"}, now);
  BOOST_TEST(kept.find("b")->props.reveal() == "newer");
  kept.keep("c", secret{"props"}, now + std::chrono::hours{25});
  BOOST_TEST((kept.find("c") && !kept.find("a")));
}

BOOST_AUTO_TEST_CASE(a_repeated_refresh_token_that_cannot_be_counted_is_not_answered) {
  auto const first = redeem(code()).value();
  auto const second = refresh(first.refresh_token).value();
  BOOST_TEST(works(second.access_token));
  fail_at(2, fault::not_done);
  BOOST_TEST((refresh(first.refresh_token).error() == store_errc::busy));
  BOOST_TEST(refresh(first.refresh_token).value().repeats == 1u);
}

BOOST_AUTO_TEST_CASE(a_token_whose_use_cannot_be_noted_is_good_all_the_same) {
  auto const first = redeem(code()).value();
  auto const second = refresh(first.refresh_token).value();
  store.takes_writes = false;
  BOOST_TEST(works(second.access_token));
}

BOOST_AUTO_TEST_CASE(a_replay_whose_grant_could_not_be_ended_ends_it_here_and_is_written_later) {
  auto const fresh = code();
  auto const tokens = redeem(fresh).value();
  fail_at(2, fault::not_done);
  BOOST_TEST((redeem(fresh).error() == store_errc::busy));
  BOOST_TEST(!works(tokens.access_token));
  BOOST_TEST((redeem(fresh).error() == oauth::oauth_errc::bad_token));
  BOOST_TEST(await(service.write_pending()).value() == 1u);
  BOOST_TEST(await(store.scan("grant/", "", 10)).value().items.empty());
  BOOST_TEST(!works(tokens.access_token));
}

BOOST_AUTO_TEST_CASE(a_damaged_record_is_an_error_of_ours) {
  auto const tokens = redeem(code()).value();
  auto const page = await(store.scan("grant/", "", 10)).value();
  BOOST_TEST_REQUIRE(page.items.size() == 1u);
  std::string const key = page.items[0].key, good = page.items[0].entry.value;
  for (std::size_t size = 0; size != good.size(); ++size) {
    await(store.put(store_write(key, good.substr(0, size)))).value();
    auto const found = await(service.look_up(secret{tokens.access_token}, ""));
    BOOST_TEST_REQUIRE((found.error() == oauth::oauth_errc::damaged_record));
  }
  BOOST_TEST(error_name(make_error_code(oauth::oauth_errc::damaged_record)) == "server_error");
  // an altered byte is noticed, or harmless; never a crash, never other props
  for (std::size_t at = 0; at != good.size(); ++at) {
    std::string altered = good;
    altered[at] = static_cast<char>(altered[at] ^ 0x40);
    await(store.put(store_write(key, altered))).value();
    auto const found = await(service.look_up(secret{tokens.access_token}, ""));
    if (found) BOOST_TEST_REQUIRE((found->props == secret{"props"}));
  }
}

BOOST_AUTO_TEST_CASE(each_request_costs_as_few_operations_as_it_can) {
  auto const counted = [&](auto f) {
    int const before = store.operations;
    f();
    return store.operations - before;
  };
  auto const fresh = code();
  std::optional<issued_tokens> tokens;
  BOOST_TEST(counted([&] { tokens = redeem(fresh).value(); }) == 2);
  BOOST_TEST(counted([&] { works(tokens->access_token); }) == 1);
  BOOST_TEST(counted([&] { tokens = refresh(tokens->refresh_token).value(); }) == 2);
  BOOST_TEST(counted([&] { works(tokens->access_token); }) == 2);  // its first use is noted
  BOOST_TEST(counted([&] { works(tokens->access_token); }) == 1);
}

BOOST_AUTO_TEST_CASE(a_revocation_that_cannot_be_written_holds_at_once_and_is_written_later) {
  auto const tokens = redeem(code()).value();
  auto const others = redeem(code()).value();
  for (secret const& revoked : {tokens.access_token, others.refresh_token}) {
    auto const revoke = [&] { return await(service.revoke(secret{revoked}, "client")); };
    secret const& access = revoked == tokens.access_token ? tokens.access_token : others.access_token;
    token_service another_process(store, {}, clock);
    auto const before = service.revocations();
    fail_at(2, fault::not_done);
    BOOST_TEST((revoke().error() == store_errc::busy));  // which says that others may not know it
    BOOST_TEST(service.revocations() != before);
    BOOST_TEST(!works(access));
    BOOST_TEST(await(another_process.look_up(secret{access}, "")).has_value());
    // to ask again is no way to be told that it is written
    fail_at(1, fault::not_done);
    BOOST_TEST((revoke().error() == store_errc::busy));
    fail_at(1, fault::not_done);
    BOOST_TEST(!await(service.write_pending()));
    BOOST_TEST(service.has_pending());
    BOOST_TEST(await(service.write_pending()).value() == 1u);
    BOOST_TEST(!service.has_pending());
    BOOST_TEST(!await(another_process.look_up(secret{access}, "")).has_value());
    BOOST_TEST(revoke().value() == 0u);
  }
  BOOST_TEST(refresh(tokens.refresh_token).has_value());
  BOOST_TEST(!refresh(others.refresh_token));
}

BOOST_AUTO_TEST_CASE(so_many_revocations_wait_and_no_more) {
  oauth::detail::pending_revocations waiting;
  constexpr std::size_t most = oauth::detail::pending_revocations::max_pending_revocations;
  for (std::size_t i = 0; i != most; ++i) BOOST_TEST_REQUIRE(waiting.add_grant("grant/" + std::to_string(i)));
  BOOST_TEST(!waiting.add_grant("grant/one more"));
  BOOST_TEST(waiting.add_access("grant/1", "digest"));  // of one that waits already
  waiting.written("grant/0");
  BOOST_TEST(!waiting.ends("grant/0"));
  BOOST_TEST(waiting.add_grant("grant/one more"));
}

BOOST_AUTO_TEST_SUITE_END()
