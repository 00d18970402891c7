// tests/unit/oauth/common/redirect_uri.cpp - what may be registered, what matches, and spellings that deceive
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/common/redirect_uri.hpp>

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <set>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(oauth_redirect_uri)

using namespace mcpawl::oauth;

namespace {

redirect_uri uri(std::string const& text) { return redirect_uri::parse(text, {{"com.example.app"}}).value(); }
bool fits(std::string const& requested, std::string const& registered) {
  return uri(requested).fits(uri(registered));
}

}  // namespace

BOOST_AUTO_TEST_CASE(https_loopback_and_named_schemes_are_accepted_as_they_are_spelled) {
  struct row {
    char const* text;
    redirect_kind kind;
    char const* place;
  };
  row const rows[] = {
      {"https://client.example/cb", redirect_kind::https, "client.example"},
      {"https://client.example", redirect_kind::https, "client.example"},
      {"https://client.example:8443/a/b?x=1&y=%20", redirect_kind::https, "client.example:8443"},
      {"HTTPS://Client.Example/Cb", redirect_kind::https, "client.example"},
      {"http://localhost/cb", redirect_kind::loopback, "localhost"},
      {"http://localhost:4711/cb?a", redirect_kind::loopback, "localhost:4711"},
      {"http://127.0.0.1:1/", redirect_kind::loopback, "127.0.0.1:1"},
      {"http://[::1]:65535/cb", redirect_kind::loopback, "[::1]:65535"},
      {"https://localhost/cb", redirect_kind::https, "localhost"},
      {"com.example.app:/cb", redirect_kind::private_scheme, "com.example.app:"},
      {"com.example.app://cb", redirect_kind::private_scheme, "com.example.app:"},
  };
  for (auto const& each : rows) {
    auto const parsed = redirect_uri::parse(each.text, {{"com.example.app"}});
    BOOST_TEST_CONTEXT(each.text) {
      BOOST_TEST_REQUIRE(parsed.has_value());
      BOOST_TEST(parsed->text() == each.text);
      BOOST_TEST((parsed->kind() == each.kind));
      BOOST_TEST(parsed->place() == each.place);
    }
  }
}

BOOST_AUTO_TEST_CASE(everything_else_is_refused) {
  using why = redirect_uri_errc;
  struct row {
    why error;
    std::vector<std::string> texts;
  };
  row const rows[] = {
      {why::not_a_uri,
       {"",
        "x",
        "://",
        "https:",
        "https://",
        "https:///cb",
        "http://",
        "//client.example/cb",
        "/cb",
        "client.example",
        "com.example.app",
        "com.example.app:",
        "1com.example.app:/cb",
        "com.example.app%3a/cb",
        "http://%6cocalhost/cb",
        "http://127.0.0.1:0/",
        "http://127.0.0.1:65536/",
        "http://127.0.0.1:x/",
        "http:/127.0.0.1/",
        "http:127.0.0.1/",
        "https:client.example",
        "https:/client.example/cb",
        "https://client.example/%",
        "https://client.example/%zz",
        "https://127.0.0.1.client.example:x/",
        "https://client.example/" + std::string(3000, 'a'),
        std::string(100'000, 'h')}},
      // what browsers repair
      {why::not_a_uri,
       {"https:\\\\client.example/", "https:/\\client.example/", " https://client.example/",
        "https://client.example/ ", "https://client.example/\n", "https://client.example/\t",
        "ht\ttps://client.example/", "https://client.example/\r\nX: y", "java\nscript:alert(1)",
        "http://client.example\\@127.0.0.1/", std::string("https://client.example/\0", 24),
        "https://client.example/\x7f", "https://client.example/\xc3\xa9",
        "https://cl\xc3\xad"
        "ent.example/",
        "https://client.example/<b>", "https://client.example/\""}},
      {why::fragment,
       {"https://client.example/#", "https://client.example/cb#frag", "http://client.example#@127.0.0.1/",
        "com.example.app:/cb#x"}},
      {why::user_information,
       {"https://user@client.example/", "https://user:pass@client.example/", "https://@client.example/",
        "http://localhost@client.example/", "http://127.0.0.1@client.example/"}},
      // plain http, and hosts that only look like this machine
      {why::plain_http,
       {"http://client.example/cb", "http://localhost.client.example/cb", "http://client.localhost/cb",
        "http://127.1/", "http://0x7f.0.0.1/", "http://2130706433/", "http://0177.0.0.1/",
        "http://127.0.0.01/", "http://127.0.0.256/", "http://0.0.0.0/", "http://192.168.1.7:3000/cb",
        "http://[::]/", "http://[::ffff:127.0.0.1]/", "http://[0:0:0:0:0:0:0:1]/"}},
      {why::wildcard,
       {"https://*.example.com/cb", "https://*/cb", "https://*", "https://a.*.example.com/cb",
        "https://app-*.example.com/cb", "https://example.com:*/cb", "http://localhost:*/cb",
        "http://127.0.0.1:*", "http://*:8080/", "http://*.localhost/cb", "HTTPS://*.Example.COM?x",
        "com.example.app://*/cb"}},
      {why::bad_host,
       {"https://client.example./cb", "https://.client.example/cb", "https://client..example/cb",
        "https://./cb", "https://client,example/cb", "https://client.example!/cb", "https://a;b/cb",
        "https://a=b/cb", "https://(client.example)/cb", "https://a~b/cb", "https://$/cb", "https://a&b/cb",
        "http://localhost./cb"}},
      {why::private_scheme,
       {"cursor://anysphere.cursor-mcp/oauth/callback", "vscode://cb", "COM.example.app:/cb",
        "com.example.app2:/cb", "urn:ietf:wg:oauth:2.0:oob"}},
      {why::forbidden_scheme,
       {"javascript:alert(1)", "JavaScript:alert(1)", "javascript://client.example/%0aalert(1)",
        "data:text/html,x", "file:///etc/passwd", "vbscript:x", "blob:https://client.example/x",
        "ftp://client.example/", "about:blank", "view-source:https://client.example/"}},
  };
  for (auto const& [error, texts] : rows) {
    for (auto const& text : texts) {
      BOOST_TEST_CONTEXT(text) {
        auto const parsed = redirect_uri::parse(text, {{"com.example.app", "javascript", "data"}});
        BOOST_TEST_REQUIRE(!parsed);
        BOOST_TEST(parsed.error().message() == describe(error).text);
      }
    }
  }
  BOOST_TEST(!redirect_uri::parse("com.example.app:/cb"));
}

BOOST_AUTO_TEST_CASE(a_wildcard_is_a_character_like_others_behind_the_host) {
  for (char const* text : {"https://client.example/*", "https://client.example/cb?x=*", "http://localhost/*"})
    BOOST_TEST(redirect_uri::parse(text).has_value(), text);
  BOOST_TEST(!fits("https://client.example/cb", "https://client.example/*"));
}

BOOST_AUTO_TEST_CASE(only_some_schemes_can_be_named_by_an_operator) {
  for (char const* good : {"cursor", "vscode", "com.example.app", "x-y+z.1"})
    BOOST_TEST(redirect_uri::validate_private_scheme(good) == "", good);
  for (char const* bad : {"", "cursor:", "cursor://", "Cursor", "1a", "a b", "*", "http", "https",
                          "javascript", "data", "file", "vbscript", "blob", "about", "ftp"})
    BOOST_TEST(redirect_uri::validate_private_scheme(bad) != "", bad);
}

BOOST_AUTO_TEST_CASE(every_error_has_a_text_of_its_own) {
  std::set<std::string> texts;
  int const last = static_cast<int>(redirect_uri_errc::forbidden_scheme);
  for (int i = 1; i <= last; ++i) texts.insert(describe(static_cast<redirect_uri_errc>(i)).text);
  BOOST_TEST(texts.size() == static_cast<std::size_t>(last));
  BOOST_CHECK(describe(static_cast<redirect_uri_errc>(last + 1)).kind == mcpawl::condition::internal);
}

BOOST_AUTO_TEST_CASE(a_match_is_exact) {
  std::string const registered = "https://client.example/cb?x=1";
  BOOST_TEST(fits(registered, registered));
  for (char const* other :
       {"https://client.example/cb", "https://client.example/cb?x=1&y=2", "https://client.example/cb?x=2",
        "https://client.example/CB?x=1", "https://CLIENT.example/cb?x=1", "https://client.example:443/cb?x=1",
        "https://client.example/cb/?x=1", "https://client.example/a/../cb?x=1",
        "https://client.example/%63b?x=1", "https://client.example.evil.example/cb?x=1",
        "https://evil.example/cb?x=1", "https://client.example:8443/cb?x=1", "http://localhost/cb?x=1",
        "com.example.app:/cb?x=1"}) {
    BOOST_TEST(!fits(other, registered));
    BOOST_TEST(!fits(registered, other));
  }
  BOOST_TEST(fits("com.example.app:/cb", "com.example.app:/cb"));
  BOOST_TEST(!fits("com.example.app:/cb2", "com.example.app:/cb"));
}

BOOST_AUTO_TEST_CASE(the_port_of_a_loopback_uri_is_free_and_nothing_else_of_it) {
  BOOST_TEST(fits("http://127.0.0.1:51004/cb", "http://127.0.0.1/cb"));
  BOOST_TEST(fits("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb"));
  BOOST_TEST(fits("http://127.0.0.1:1/cb", "http://127.0.0.1:2/cb"));
  BOOST_TEST(fits("http://[::1]:51004/cb?x", "http://[::1]/cb?x"));
  BOOST_TEST(fits("http://localhost:51004", "http://localhost"));
  BOOST_TEST(fits("http://localhost:51004?a:b", "http://localhost?a:b"));
  BOOST_TEST(!fits("http://localhost:51004/cb", "http://127.0.0.1/cb"));
  BOOST_TEST(!fits("http://127.0.0.1:51004/cb", "http://[::1]/cb"));
  BOOST_TEST(!fits("http://127.0.0.2:51004/cb", "http://127.0.0.1/cb"));
  BOOST_TEST(!fits("http://127.0.0.1:51004/cb2", "http://127.0.0.1/cb"));
  BOOST_TEST(!fits("http://127.0.0.1:51004/cb?x", "http://127.0.0.1/cb"));
  BOOST_TEST(!fits("http://127.0.0.1:51004/a:1", "http://127.0.0.1/a:2"));
  BOOST_TEST(!fits("https://localhost:51004/cb", "https://localhost/cb"));
  BOOST_TEST(!fits("https://localhost/cb", "http://localhost/cb"));
}

BOOST_AUTO_TEST_CASE(parameters_are_added_to_the_query) {
  BOOST_TEST(uri("https://a.example/cb").with_query("code=1") == "https://a.example/cb?code=1");
  BOOST_TEST(uri("https://a.example").with_query("code=1") == "https://a.example?code=1");
  BOOST_TEST(uri("https://a.example/?").with_query("code=1") == "https://a.example/?code=1");
  BOOST_TEST(uri("https://a.example/?x").with_query("code=1") == "https://a.example/?x&code=1");
  BOOST_TEST(uri("https://a.example/?x&").with_query("code=1") == "https://a.example/?x&code=1");
}

BOOST_AUTO_TEST_SUITE_END()
