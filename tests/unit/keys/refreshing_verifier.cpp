// tests/unit/keys/refreshing_verifier.cpp - newer keys are fetched where they may help, and only there
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/keys/refreshing_verifier.hpp>

#include "loopback_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace keys_refreshing_verifier {
namespace {

using namespace mcpawl;
using namespace mcpawl::detail;
using namespace std::chrono_literals;
using namespace loopback_fixture;
using test::certs_fault;

/** Knows which keys it was given. */
struct counting_verifier {
  void use(std::shared_ptr<jose::jwk_set const> const& keys) {
    held = keys;
    ++changes;
  }
  bool has_keys() const { return held != nullptr; }
  std::shared_ptr<jose::jwk_set const> held;
  int changes = 0;
};

struct fixture {
  using subject = refreshing_verifier<counting_verifier>;

  watched_server server;
  journal log;
  boost::asio::io_context context{1};
  int asked = 0;

  subject made() {
    key_timing timing = hasty();
    timing.cool_down = 0ms;
    timing.first_backoff = timing.max_backoff = 1h;
    auto url = *http::origin_url::parse(server.team_domain() + "/cdn-cgi/access/certs");
    return subject(std::make_shared<key_source>(std::move(url), clock::system(), timing),
                   *http::tls_trust::system());
  }

  /** Says `wrong` until the keys were changed that often. */
  auto wrong_until(int changes, error_code wrong) {
    return [this, changes, wrong](counting_verifier& with) -> result<int> {
      ++asked;
      if (with.changes < changes) return wrong;
      return with.changes;
    };
  }
};

}  // namespace
}  // namespace keys_refreshing_verifier

BOOST_FIXTURE_TEST_SUITE(keys_refreshing_verifier, fixture)

BOOST_AUTO_TEST_CASE(without_keys_it_says_so_and_asks_nobody) {
  auto verifier = made();
  auto const decided = verifier.verify_now(wrong_until(0, {}));
  BOOST_TEST((decided.error() == auth_errc::no_keys));
  BOOST_TEST(verifier.newer_keys_may_help(decided.error()));
  BOOST_TEST(verifier.keys_unknown(decided.error()));
  BOOST_TEST(asked == 0);
}

BOOST_AUTO_TEST_CASE(the_first_keys_are_waited_for_and_reported_once) {
  auto verifier = made();
  int reported = 0;
  verifier.attach(context.get_executor(), log.logger(), [&](counting_verifier&) { ++reported; });
  auto const decided = run(context, verifier.verify(wrong_until(1, {})));
  BOOST_TEST(decided.value().value() == 1);
  BOOST_TEST(verifier.verify_now(wrong_until(1, {})).value() == 1);
  BOOST_TEST(reported == 1);
  BOOST_TEST(server.fetches() == 1);
}

BOOST_AUTO_TEST_CASE(an_unknown_key_is_looked_for_and_another_fault_is_not) {
  auto verifier = made();
  verifier.attach(context.get_executor(), log.logger());
  run_until(context, [&] { return verifier.verify_now(wrong_until(0, {})).has_value(); });
  auto const expired = make_error_code(jose::jose_errc::expired);
  BOOST_TEST((run(context, verifier.verify(wrong_until(9, expired))).value().error() == expired));
  BOOST_TEST(!verifier.newer_keys_may_help(expired));
  BOOST_TEST(server.fetches() == 1);
  auto const unknown = make_error_code(jose::jose_errc::unknown_kid);
  asked = 0;
  BOOST_TEST((run(context, verifier.verify(wrong_until(9, unknown))).value().error() == unknown));
  BOOST_TEST(asked == 2);
  BOOST_TEST(server.fetches() == 2);
  BOOST_TEST(!verifier.keys_unknown(unknown));
}

BOOST_AUTO_TEST_CASE(a_key_that_cannot_be_looked_for_says_nothing_against_the_token) {
  auto verifier = made();
  verifier.attach(context.get_executor(), log.logger());
  run_until(context, [&] { return verifier.verify_now(wrong_until(0, {})).has_value(); });
  server.fault(certs_fault::error_with_keys);
  auto const unknown = make_error_code(jose::jose_errc::unknown_kid);
  BOOST_TEST((run(context, verifier.verify(wrong_until(9, unknown))).value().error() == unknown));
  BOOST_TEST(verifier.keys_unknown(unknown));
  BOOST_TEST(!verifier.keys_unknown(make_error_code(jose::jose_errc::expired)));
}

BOOST_AUTO_TEST_CASE(who_waits_for_one_that_is_destroyed_is_told) {
  std::optional<fixture::subject> verifier(made());
  verifier->attach(context.get_executor(), log.logger());
  server.fault(certs_fault::hang);
  std::optional<std::optional<result<int>>> decided;
  start(context, verifier->verify(wrong_until(1, {})), decided);
  context.poll();
  verifier.reset();
  run_until(context, [&] { return decided.has_value(); });
  BOOST_TEST(!decided->has_value());
}

BOOST_AUTO_TEST_SUITE_END()
