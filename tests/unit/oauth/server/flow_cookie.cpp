// tests/unit/oauth/server/flow_cookie.cpp - cookies that only this host can set, one for each flow
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/server/flow_cookie.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

BOOST_AUTO_TEST_SUITE(oauth_flow_cookie)

using namespace mcpawl;
using namespace mcpawl::oauth;

namespace {

flow_cookies const secure{http::origin_url::parse("https://mcp.example").value()};
flow_cookies const plain{http::origin_url::parse("http://127.0.0.1:8080").value()};

http::request_head with_cookies(std::string const& cookies) {
  return http::request_head::make("GET", "/", {{"Cookie", cookies}});
}

}  // namespace

BOOST_AUTO_TEST_CASE(each_flow_has_a_name_of_its_own) {
  std::string const name = secure.name(cookie_use::consent, "handle-1");
  BOOST_TEST(name.starts_with("__Host-mcpawl-consent-"));
  BOOST_TEST(name.size() == std::string("__Host-mcpawl-consent-").size() + 16);
  BOOST_TEST(name.find("handle") == std::string::npos);
  BOOST_TEST(name == secure.name(cookie_use::consent, "handle-1"));
  BOOST_TEST(name != secure.name(cookie_use::consent, "handle-2"));
  BOOST_TEST(name.substr(22) == secure.name(cookie_use::flow, "handle-1").substr(19));
  BOOST_TEST(secure.name(cookie_use::flow, "x").starts_with("__Host-mcpawl-flow-"));
  BOOST_TEST(secure.name(cookie_use::browser) == "__Host-mcpawl-browser");
}

BOOST_AUTO_TEST_CASE(a_cookie_is_for_this_host_over_tls_alone) {
  BOOST_TEST(secure.set("__Host-a", "v", 600) ==
             "__Host-a=v; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600");
  BOOST_TEST(secure.clear("__Host-a") == "__Host-a=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
}

BOOST_AUTO_TEST_CASE(over_loopback_http_it_is_plain) {
  BOOST_TEST(plain.set("a", "v", 1) == "a=v; Path=/; HttpOnly; SameSite=Lax; Max-Age=1");
  BOOST_TEST(plain.name(cookie_use::browser) == "mcpawl-browser");
  BOOST_TEST(plain.name(cookie_use::flow, "x").starts_with("mcpawl-flow-"));
}

BOOST_AUTO_TEST_CASE(attack_a_doubled_or_foreign_cookie_is_none) {
  std::string const name = secure.name(cookie_use::flow, "h");
  BOOST_TEST(flow_cookies::find(with_cookies(name + "=v"), name).value() == "v");
  BOOST_TEST(!flow_cookies::find(with_cookies(name + "=v; " + name + "=w"), name).has_value());
  BOOST_TEST(!flow_cookies::find(with_cookies(name.substr(7) + "=v"), name).has_value());
}

BOOST_AUTO_TEST_CASE(attack_many_flows_do_not_fill_the_header) {
  std::string all = "other=1; __Host-mcpawl-flow-short=1; __Host-mcpawl-browser=1";
  for (int i = 0; i != 10; ++i) all += "; " + secure.name(cookie_use::flow, std::to_string(i)) + "=v";
  auto const old = secure.surplus(with_cookies(all), cookie_use::flow);
  BOOST_TEST_REQUIRE(old.size() == 2u);
  BOOST_TEST(old[0] == secure.name(cookie_use::flow, "0"));
  BOOST_TEST(old[1] == secure.name(cookie_use::flow, "1"));
  BOOST_TEST(secure.surplus(with_cookies(all), cookie_use::consent).empty());
  BOOST_TEST(secure.surplus(with_cookies(all), cookie_use::flow, 10).empty());
  BOOST_TEST(secure.surplus(with_cookies(all), cookie_use::flow, 0).size() == 10u);
  BOOST_TEST(secure.surplus(with_cookies(";;=;"), cookie_use::flow, 0).empty());
}

BOOST_AUTO_TEST_SUITE_END()
