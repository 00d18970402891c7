// tests/flow/sealed_grants.cpp - in a store that others can write to, what the authorization server keeps is sealed
// SPDX-License-Identifier: BSL-1.0
#include "../support/public_store.hpp"
#include "../support/saas.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>

BOOST_AUTO_TEST_SUITE(flow_sealed_grants)

namespace {

void in_the_clear(mcpawl::access_oauth_options& options) { options.seal_store = false; }
void with_a_new_key(mcpawl::access_oauth_options& options) {
  options.cookie_keys.emplace(options.cookie_keys.begin(),
                              mcpawl::secret("another-key-of-32-bytes-for-test"));
}
void with_the_new_key_alone(mcpawl::access_oauth_options& options) {
  with_a_new_key(options);
  options.cookie_keys.pop_back();
}

struct scene {
  std::shared_ptr<support::public_store> store = std::make_shared<support::public_store>();
  support::basic_saas<> saas{nullptr, true, {}, store};
  std::string client = saas.registered("A Client With A Name");
  support::client_tokens tokens = saas.logged_in(client);
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(who_reads_the_store_learns_no_names, scene) {
  BOOST_TEST(saas.whoami(tokens.access) == "alice@example.com through a client");
  auto const all = saas.everything_stored();
  BOOST_TEST(all.find("grant/") != std::string::npos);
  BOOST_TEST(all.find("client/") != std::string::npos);
  for (auto const* const name : {"alice", "A Client With A Name", support::basic_saas<>::client_redirect})
    BOOST_TEST(all.find(name) == std::string::npos, name);
}

BOOST_FIXTURE_TEST_CASE(an_instance_with_the_same_key_goes_on_with_all_of_it, scene) {
  support::basic_saas<> other(nullptr, true, {}, store);
  BOOST_TEST(other.whoami(tokens.access) == "alice@example.com through a client");
  BOOST_TEST(other.post_form("/revoke", {{"token", tokens.refresh}, {"client_id", client}}).status == 200);
  support::basic_saas<> third(nullptr, true, {}, store);
  BOOST_TEST(third.whoami(tokens.access) == "401");
}

BOOST_FIXTURE_TEST_CASE(a_grant_that_somebody_else_wrote_is_none, scene) {
  support::basic_saas<> forger(in_the_clear, true, {}, store);
  auto const his = forger.registered();
  auto const forged = forger.logged_in(his);
  BOOST_TEST(forger.whoami(forged.access) == "alice@example.com through a client");
  BOOST_TEST(saas.whoami(forged.access) == "401");
  auto const refused = saas.refresh(his, forged.refresh);
  BOOST_TEST(refused.status == 401);
  BOOST_TEST(refused.body.find("invalid_client") != std::string::npos);
  // a known client does not make it one
  BOOST_TEST(saas.refresh(client, forged.refresh).body.find("invalid_grant") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(keys_are_changed_in_two_steps, scene) {
  support::basic_saas<> both(with_a_new_key, true, {}, store);
  BOOST_TEST(both.whoami(tokens.access) == "alice@example.com through a client");
  auto const next = both.logged_in(client);
  support::basic_saas<> later(with_the_new_key_alone, true, {}, store);
  // what was written since is there, and what was not is gone
  BOOST_TEST(later.whoami(next.access) == "alice@example.com through a client");
  BOOST_TEST(later.whoami(tokens.access) == "401");
}

BOOST_AUTO_TEST_SUITE_END()
