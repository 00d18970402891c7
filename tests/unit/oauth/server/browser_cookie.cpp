// tests/unit/oauth/server/browser_cookie.cpp - a cookie that tells one browser from another, and nobody can make
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/server/browser_cookie.hpp>
#include <mcpawl/test/manual_clock.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(oauth_browser_cookie)

using namespace mcpawl;
using namespace mcpawl::oauth;

namespace {

constexpr char const* provider = "https://id.example";

sealer with_keys(std::string const& letters) {
  std::vector<secret> keys;
  for (char const c : letters) keys.emplace_back(std::string(sealer::key_size, c));
  return sealer{std::move(keys)};
}

struct world {
  test::manual_clock clock;
  browser_cookie cookies{with_keys("a"), "https://mcp.example", provider, 1000, clock};
  known_browser browser = [] {
    auto made = known_browser::make();
    made.person = "ada@example.com";
    return made;
  }();
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_browser_is_known_again) {
  world w;
  std::string const cookie = w.cookies.issue(w.browser);
  auto const read = w.cookies.read(cookie);
  BOOST_TEST_REQUIRE(read.has_value());
  BOOST_TEST(read->id == w.browser.id);
  BOOST_TEST(read->person == "ada@example.com");
  BOOST_TEST(cookie.find("ada") == std::string::npos);
  BOOST_TEST(cookie != w.cookies.issue(w.browser));
  BOOST_TEST(known_browser::make().id != known_browser::make().id);
  BOOST_TEST(known_browser::make().id.size() == 32u);
}

BOOST_AUTO_TEST_CASE(a_cookie_expires) {
  world w;
  std::string const cookie = w.cookies.issue(w.browser);
  w.clock.jump(w.clock.wall() + 999);
  BOOST_TEST(w.cookies.read(cookie).has_value());
  w.clock.jump(w.clock.wall() + 1);
  BOOST_TEST(!w.cookies.read(cookie).has_value());
}

BOOST_AUTO_TEST_CASE(attack_an_altered_cookie_is_none) {
  world w;
  std::string const cookie = w.cookies.issue(w.browser);
  for (std::size_t i = 0; i != cookie.size(); ++i) {
    std::string altered = cookie;
    altered[i] = altered[i] == 'A' ? 'B' : 'A';
    BOOST_TEST(!w.cookies.read(altered).has_value());
    BOOST_TEST(!w.cookies.read(std::string_view{cookie}.substr(0, i)).has_value());
  }
  for (auto const* const forged :
       {"", "x", "....", "\xff\xfe", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})
    BOOST_TEST(!w.cookies.read(forged).has_value());
  BOOST_TEST(!w.cookies.read(cookie + "A").has_value());
  BOOST_TEST(!w.cookies.read(cookie + cookie).has_value());
  BOOST_TEST(!w.cookies.read(std::string(1 << 20, 'A')).has_value());
}

BOOST_AUTO_TEST_CASE(attack_a_cookie_of_another_key_server_or_provider_is_none) {
  world w;
  std::string const cookie = w.cookies.issue(w.browser);
  BOOST_TEST(!browser_cookie(with_keys("b"), "https://mcp.example", provider, 1000, w.clock)
                  .read(cookie)
                  .has_value());
  BOOST_TEST(!browser_cookie(with_keys("a"), "https://other.example", provider, 1000, w.clock)
                  .read(cookie)
                  .has_value());
  BOOST_TEST(!browser_cookie(with_keys("a"), "https://mcp.example", "https://other.example", 1000, w.clock)
                  .read(cookie)
                  .has_value());
  // what was sealed with the same key for something else
  auto other = with_keys("a");
  BOOST_TEST(!w.cookies.read(other.seal("anything", "mcpawl.oauth.flow")).has_value());
  BOOST_TEST(!w.cookies.read(other.seal("", "mcpawl.oauth.browser:https://mcp.example https://id.example"))
                  .has_value());
}

BOOST_AUTO_TEST_CASE(keys_can_be_rotated) {
  world w;
  std::string const cookie = w.cookies.issue(w.browser);
  browser_cookie rotated(with_keys("ba"), "https://mcp.example", provider, 1000, w.clock);
  BOOST_TEST(rotated.read(cookie).has_value());
  BOOST_TEST(!w.cookies.read(rotated.issue(w.browser)).has_value());
}

BOOST_AUTO_TEST_CASE(a_person_too_long_for_a_cookie_is_left_out) {
  world w;
  w.browser.person = std::string(browser_cookie::max_person, 'x');
  std::string const longest = w.cookies.issue(w.browser);
  BOOST_TEST(longest.size() < 3500u);
  BOOST_TEST(w.cookies.read(longest)->person == w.browser.person);
  w.browser.person += 'x';
  BOOST_TEST(w.cookies.read(w.cookies.issue(w.browser))->person == "");
}

BOOST_AUTO_TEST_SUITE_END()
