// tests/unit/oauth/server/sealed_consent.cpp - what a consent page carries, and for whom it opens
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/server/sealed_consent.hpp>

#include <mcpawl/test/manual_clock.hpp>

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(oauth_sealed_consent)

using namespace mcpawl;
using namespace mcpawl::oauth;

sealer keys_of(char letter) {
  std::vector<secret> keys;
  keys.emplace_back(std::string(sealer::key_size, letter));
  return sealer(std::move(keys));
}

flow question(std::string state = "the state") {
  authorization_request request{"client",
                                redirect_uri::parse("https://client.example/cb").value(),
                                true,
                                scope_set{"read"},
                                std::move(state),
                                "challenge",
                                "https://mcp.example.com/mcp"};
  flow made(std::move(request));
  made.client_name = "A client";
  return made;
}

struct consent_world {
  test::manual_clock clock;
  sealed_consent ours{keys_of('k'), "https://mcp.example.com", {}, clock};

  error_code why(flow_handle const& handle) {
    auto const opened = ours.open(handle);
    return opened ? error_code() : opened.error();
  }
};

BOOST_FIXTURE_TEST_CASE(it_opens_as_it_was_for_the_browser_that_was_asked, consent_world) {
  auto const handle = ours.seal(question());
  auto const opened = ours.open(handle);
  BOOST_TEST_REQUIRE(opened.has_value());
  BOOST_TEST(opened->asked.bytes().reveal() == question().bytes().reveal());
  BOOST_TEST(opened->expires == clock.wall() + 600);
  BOOST_TEST(*ours.id_of(handle.handle) == opened->id);
  BOOST_TEST(opened->id != *ours.id_of(ours.seal(question()).handle));
  // another process with the same keys takes it
  sealed_consent other(keys_of('k'), "https://mcp.example.com", {}, clock);
  BOOST_TEST(other.open(handle).has_value());
}

BOOST_FIXTURE_TEST_CASE(it_opens_for_no_other_browser, consent_world) {
  auto const handle = ours.seal(question());
  for (std::string const& browser : {std::string(), std::string("denied"), handle.handle,
                                     ours.seal(question()).browser, handle.browser + 'x'}) {
    flow_handle const stolen{handle.handle, browser};
    BOOST_CHECK(why(stolen) == oauth::oauth_errc::flow_of_another_browser);
  }
}

BOOST_FIXTURE_TEST_CASE(it_ends_by_itself, consent_world) {
  auto const handle = ours.seal(question());
  clock.advance(std::chrono::seconds{599});
  BOOST_CHECK(!why(handle));
  clock.advance(std::chrono::seconds{1});
  BOOST_CHECK(why(handle) == oauth::oauth_errc::flow_not_found);
}

BOOST_FIXTURE_TEST_CASE(nothing_of_it_can_be_read_or_altered, consent_world) {
  auto const handle = ours.seal(question());
  BOOST_TEST(handle.handle.find("client") == std::string::npos);
  for (std::size_t at = 0; at != handle.handle.size(); ++at) {
    flow_handle altered = handle;
    altered.handle[at] = altered.handle[at] == 'A' ? 'B' : 'A';
    BOOST_TEST_REQUIRE((why(altered) == oauth::oauth_errc::flow_not_found));
  }
  for (std::string const& text :
       {std::string(), std::string("x"), handle.handle.substr(1), handle.handle + "AAAA"}) {
    flow_handle const forged{text, handle.browser};
    BOOST_CHECK(why(forged) == oauth::oauth_errc::flow_not_found);
    BOOST_TEST(!ours.id_of(text));
  }
}

BOOST_FIXTURE_TEST_CASE(it_is_of_one_server_and_its_keys, consent_world) {
  auto const handle = ours.seal(question());
  sealed_consent elsewhere(keys_of('k'), "https://other.example", {}, clock);
  sealed_consent strange(keys_of('z'), "https://mcp.example.com", {}, clock);
  BOOST_CHECK(elsewhere.open(handle).error() == oauth::oauth_errc::flow_not_found);
  BOOST_CHECK(strange.open(handle).error() == oauth::oauth_errc::flow_not_found);
  // what the same keys sealed for something else is no question
  auto other_use = keys_of('k');
  flow_handle const wrong{
      other_use.seal(question().bytes().reveal(), "mcpawl.oauth.browser:https://mcp.example.com"),
      handle.browser};
  BOOST_CHECK(why(wrong) == oauth::oauth_errc::flow_not_found);
}

BOOST_FIXTURE_TEST_CASE(the_longest_question_fits_and_one_longer_is_not_looked_at, consent_world) {
  auto long_question = question(std::string(authorization_query::max_state_bytes, 's'));
  long_question.request.client_id = std::string(redirect_uri::max_bytes, 'c');
  long_question.request.redirect =
      redirect_uri::parse("https://client.example/" + std::string(redirect_uri::max_bytes - 23, 'p')).value();
  auto const handle = ours.seal(long_question);
  BOOST_TEST(handle.handle.size() < 12 * 1024u);
  BOOST_CHECK(!why(handle));

  auto filled = [&](std::size_t state) { return ours.seal(question(std::string(state, 's'))); };
  std::size_t state = 24'000;
  while (filled(state).handle.size() < sealed_consent::max_handle_bytes) ++state;
  while (filled(state).handle.size() > sealed_consent::max_handle_bytes) --state;
  BOOST_CHECK(!why(filled(state)));
  BOOST_CHECK(why(filled(state + 4)) == oauth::oauth_errc::flow_not_found);
}

BOOST_AUTO_TEST_SUITE_END()
