// tests/unit/oauth/grant/token_renewal.cpp - new props for a grant whose tokens stay, over every store
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/grant/token_service.hpp>

#include "../../store/await.hpp"
#include "../../store/backends.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>

BOOST_AUTO_TEST_SUITE(oauth_token_renewal)

using namespace mcpawl;
using namespace mcpawl::oauth;

namespace {

std::string const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";  // RFC 7636 appendix B
std::string const resource = "https://mcp.example.com/mcp";

template <class Backend>
struct world {
  Backend backend;
  token_service service{backend.store(), {}, backend.clock};
  token_service other{backend.other(), {}, backend.clock};

  issued_tokens tokens() {
    code_issue issue("alice", "client");
    issue.resource = resource;
    issue.code_challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    issue.redirect_uri = "http://127.0.0.1/cb";
    issue.props = secret{std::string("first")};
    code_redemption redemption(await(service.issue_code(std::move(issue))).value(), "client");
    redemption.redirect_uri = "http://127.0.0.1/cb";
    redemption.verifier = secret{verifier};
    return await(service.redeem(std::move(redemption))).value();
  }
  result<pending_renewal> begin(secret access) {
    return await(service.begin_renewal(std::move(access), resource));
  }
  std::string props(secret access) {
    auto const found = await(other.look_up(std::move(access), resource));
    return found ? std::string(found->props.reveal()) : found.error().message();
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(all_tokens_of_the_grant_open_the_new_props, Backend, backends) {
  world<Backend> w;
  auto const first = w.tokens();
  auto const second = await(w.service.refresh(refresh_request(first.refresh_token, "client"))).value();
  auto pending = w.begin(first.access_token).value();
  BOOST_TEST(pending.user == "alice");
  BOOST_TEST(pending.props.reveal() == "first");
  auto const counted = w.service.revocations();
  BOOST_TEST(await(w.service.finish_renewal(std::move(pending), secret{std::string("second")})).value() ==
             1u);
  BOOST_TEST(w.service.revocations() != counted);  // what was remembered is no longer true
  BOOST_TEST(w.props(first.access_token) == "second");
  BOOST_TEST(w.props(second.access_token) == "second");
  auto const third = await(w.service.refresh(refresh_request(second.refresh_token, "client"))).value();
  BOOST_TEST(w.props(third.access_token) == "second");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_first_one_wins, Backend, backends) {
  world<Backend> w;
  auto const tokens = w.tokens();
  auto one = w.begin(tokens.access_token).value(), two = w.begin(tokens.access_token).value();
  BOOST_TEST(await(w.service.finish_renewal(std::move(one), secret{std::string("one")})).value() == 1u);
  BOOST_TEST(await(w.other.finish_renewal(std::move(two), secret{std::string("two")})).value() == 0u);
  BOOST_TEST(w.props(tokens.access_token) == "one");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(one_asks_the_upstream_whether_for_a_refresh_or_a_renewal, Backend, backends) {
  world<Backend> w;
  auto const tokens = w.tokens();
  auto renewal = w.begin(tokens.access_token).value();
  auto const refresh = await(w.other.begin_refresh(refresh_request(tokens.refresh_token, "client"))).value();
  BOOST_TEST(await(w.service.lease_upstream(renewal)).value().held());
  BOOST_TEST(!await(w.other.lease_upstream(refresh)).value().held());
  // the upstream gave nothing: the next one may ask
  BOOST_TEST(await(w.service.release_upstream(renewal)).value() == 1u);
  BOOST_TEST(await(w.other.lease_upstream(refresh)).value().held());
  BOOST_TEST(!await(w.service.lease_upstream(renewal)).value().held());
  BOOST_TEST(await(w.other.release_upstream(refresh)).value() == 1u);
  // with new props there is a new lease
  BOOST_TEST(await(w.service.lease_upstream(renewal)).value().held());
  BOOST_TEST(await(w.service.finish_renewal(std::move(renewal), secret{std::string("next")})).value() == 1u);
  auto const again = w.begin(tokens.access_token).value();
  BOOST_TEST(await(w.other.lease_upstream(again)).value().held());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_token_that_is_not_good_renews_nothing, Backend, backends) {
  world<Backend> w;
  auto const tokens = w.tokens();
  BOOST_CHECK(w.begin(tokens.refresh_token).error() == oauth_errc::bad_token);
  BOOST_CHECK(w.begin(secret{std::string("x")}).error() == oauth_errc::bad_token);
  BOOST_CHECK(await(w.service.begin_renewal(tokens.access_token, "https://other.example/")).error() ==
              oauth_errc::bad_target);
  auto pending = w.begin(tokens.access_token).value();
  BOOST_TEST(await(w.other.end_grant(pending)).value() == 1u);
  auto const late = await(w.service.finish_renewal(std::move(pending), secret{std::string("x")}));
  BOOST_CHECK(late.error() == oauth_errc::bad_token);
  BOOST_TEST(await(w.backend.store().scan("grant/", "", 10)).value().items.empty());
}

BOOST_AUTO_TEST_SUITE_END()
