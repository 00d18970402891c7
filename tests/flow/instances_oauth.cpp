// tests/flow/instances_oauth.cpp - two authorization servers on one store: what one takes back, the other lets in no more
// SPDX-License-Identifier: BSL-1.0
#include "../support/becomes_true.hpp"
#include "../support/public_store.hpp"
#include "../support/saas.hpp"

#include <mcpawl/oauth/grant/revocation_counts.hpp>
#include <mcpawl/store/memory_store.hpp>
#include <mcpawl/test/manual_clock.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

BOOST_AUTO_TEST_SUITE(flow_instances_oauth)

namespace {

/** Carries no message, as a network may that lets all else through. */
class silent_store final : public support::public_store {
public:
  std::unique_ptr<mcpawl::bus_channel> make_channel() override { return std::make_unique<channel>(); }

private:
  struct channel final : mcpawl::bus_channel {
    void listen(mcpawl::instance_id, mcpawl::bus_receiver& to) override { to.on_connected(); }
    void close() noexcept override {}
    mcpawl::task<mcpawl::result<void>> publish(mcpawl::instance_id, std::string) override {
      co_return mcpawl::result<void>();
    }
  };
};

struct instances {
  static void several(mcpawl::access_oauth_options& options) { options.several_instances = true; }

  std::shared_ptr<mcpawl::memory_store> store = std::make_shared<mcpawl::memory_store>();
  support::basic_saas<> a{several, true, {}, store}, b{several, true, {}, store};
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_revocation_counts_at_the_other_instance_at_once, instances) {
  auto const client = a.registered();
  auto const tokens = a.logged_in(client), others = a.logged_in(client);
  BOOST_TEST(b.call("whoami", tokens.access).status == 200);
  BOOST_TEST(b.call("whoami", others.access).status == 200);
  // the clock of the other stands still, so that nothing it remembers grows old
  BOOST_TEST(a.post_form("/revoke", {{"token", tokens.access}, {"client_id", client}}).status == 200);
  BOOST_TEST(support::becomes_true([&] { return b.call("whoami", tokens.access).status == 401; }));
  BOOST_TEST(b.call("whoami", others.access).status == 200);
}

BOOST_FIXTURE_TEST_CASE(a_grant_that_ends_ends_at_the_other_instance, instances) {
  auto const client = a.registered();
  auto const tokens = a.logged_in(client);
  BOOST_TEST(b.call("whoami", tokens.access).status == 200);
  BOOST_TEST(a.post_form("/revoke", {{"token", tokens.refresh}, {"client_id", client}}).status == 200);
  BOOST_TEST(support::becomes_true([&] { return b.call("whoami", tokens.access).status == 401; }));
}

BOOST_AUTO_TEST_CASE(registrations_have_one_rate_for_both) {
  // one time for all of them, which stands still
  mcpawl::test::manual_clock const time;
  auto const store = std::make_shared<mcpawl::memory_store>(mcpawl::memory_store::default_bytes, time);
  support::basic_saas<> a(instances::several, true, {}, store), b(instances::several, true, {}, store);
  for (auto* const each : {&a, &b}) each->clock.jump(time.wall());
  std::string const client =
      R"({"client_name":"one of many","redirect_uris":["http://127.0.0.1:7777/done"],"token_endpoint_auth_method":"none"})";
  int made = 0;
  for (int i = 0; i != 80; ++i) made += (i % 2 == 0 ? a : b).post_registration(client).status == 201;
  BOOST_TEST(made == 60);
  auto const refused = a.post_registration(client);
  BOOST_TEST(refused.status == 429);
  BOOST_TEST(refused.field("retry-after") == "1");
}

BOOST_AUTO_TEST_CASE(who_does_not_hear_the_others_looks_each_token_up_and_remembers_where_nobody_can_say) {
  auto const store = std::make_shared<silent_store>();
  support::basic_saas<> a(instances::several, true, {}, store), b(instances::several, true, {}, store);
  auto const client = a.registered();
  auto const tokens = a.logged_in(client), others = a.logged_in(client);
  BOOST_TEST(b.call("whoami", tokens.access).status == 200);
  BOOST_TEST(b.call("whoami", others.access).status == 200);
  BOOST_TEST(a.post_form("/revoke", {{"token", tokens.access}, {"client_id", client}}).status == 200);
  BOOST_TEST(b.call("whoami", tokens.access).status == 401);
  store->works = false;
  BOOST_TEST(b.call("whoami", others.access).status == 200);
  b.clock.advance(std::chrono::seconds{6});
  BOOST_TEST(b.call("whoami", others.access).status == 503);
}

BOOST_AUTO_TEST_CASE(each_grant_has_a_number_and_what_was_missed_changes_all) {
  using mcpawl::oauth::detail::revocation_counts;
  revocation_counts counts;
  std::string const owner = "mcpawl_at_" + std::string(16, 'o');
  std::string const one = owner + "AAAAidididididididid", two = owner + "BBBBidididididididid";
  auto const first = counts.of_token(one), second = counts.of_token(two);
  counts.count("AAAAidididididididid");
  BOOST_TEST(counts.of_token(one) != first);
  BOOST_TEST(counts.of_token(two) == second);
  counts.missed();
  BOOST_TEST(counts.of_token(two) != second);
  BOOST_TEST(counts.total() == 2u);
  // what no instance of ours says
  for (std::string const& text :
       {std::string(), std::string("x"), std::string("xyz"), std::string("\xff\xff", 2)})
    counts.heard('r', text);
  counts.heard('x', "AB");
  BOOST_TEST(counts.total() == 3u);
  BOOST_TEST(counts.of_token("") == counts.of_token("mcpawl_at_"));
}

BOOST_AUTO_TEST_SUITE_END()
