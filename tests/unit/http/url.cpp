// tests/unit/http/url.cpp - which URLs are taken, and what they are taken apart into
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/http/url.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(http_url)

using namespace mcpawl;
using http::origin_url;

BOOST_AUTO_TEST_CASE(a_url_is_taken_apart) {
  auto const url = origin_url::parse("HTTPS://Example.COM:8443/a/b?c=d%20e").value();
  BOOST_TEST(url.is_secure());
  BOOST_TEST(url.host() == "example.com");
  BOOST_TEST(url.port() == 8443);
  BOOST_TEST(url.target() == "/a/b?c=d%20e");
  BOOST_TEST(url.authority() == "example.com:8443");
  BOOST_TEST(url.origin() == "https://example.com:8443");
}

BOOST_AUTO_TEST_CASE(what_is_left_out_has_its_default) {
  auto const https = origin_url::parse("https://example.com").value();
  BOOST_TEST(https.port() == 443);
  BOOST_TEST(https.target() == "/");
  BOOST_TEST(https.authority() == "example.com");
  auto const http = origin_url::parse("http://example.com?x").value();
  BOOST_TEST(!http.is_secure());
  BOOST_TEST(http.port() == 80);
  BOOST_TEST(http.target() == "/?x");
  BOOST_TEST(origin_url::parse("http://example.com:").value().port() == 80);
}

BOOST_AUTO_TEST_CASE(an_ipv6_address_keeps_its_brackets_where_they_belong) {
  auto const url = origin_url::parse("http://[2001:DB8::1]:81/x").value();
  BOOST_TEST(url.host() == "[2001:db8::1]");
  BOOST_TEST(url.host_name() == "2001:db8::1");
  BOOST_TEST(url.authority() == "[2001:db8::1]:81");
}

BOOST_AUTO_TEST_CASE(anything_doubtful_is_refused) {
  for (std::string_view bad : {"",
                               "example.com",
                               "//example.com/",
                               "/path",
                               "ftp://example.com/",
                               "https:/example.com",
                               "https:example.com",
                               "https://",
                               "https:///x",
                               "https://user@example.com/",
                               "https://user:pw@example.com/",
                               "https://@example.com/",
                               "https://example.com/#f",
                               "https://example.com#",
                               "https://exa mple.com/",
                               "https://example.com/a b",
                               "https://example.com:0/",
                               "https://example.com:65536/",
                               "https://example.com:x/",
                               "https://example.com:-1/",
                               "https://ex%61mple.com/",
                               "https://[::1/",
                               "https://[::g]/",
                               "https://example.com/\r\nHost: evil",
                               "https://example.com/%zz",
                               " https://example.com/",
                               "https://example.com/\xc3\xa9",
                               "javascript:alert(1)"})
    BOOST_TEST(!origin_url::parse(bad).has_value(), bad);
  BOOST_TEST(!origin_url::parse("https://example.com/" + std::string(9000, 'a')).has_value());
  BOOST_TEST(!origin_url::parse(std::string_view("https://example.com/\0", 21)).has_value());
}

BOOST_AUTO_TEST_CASE(loopback_is_known_by_its_plain_spellings_only) {
  for (auto yes : {"http://localhost/", "http://LOCALHOST:1/", "http://127.0.0.1/", "http://127.255.3.4/",
                   "http://[::1]/"})
    BOOST_TEST(origin_url::parse(yes).value().is_loopback(), yes);
  for (auto no :
       {"http://127.0.0.1.example.com/", "http://localhost.example.com/", "http://127.1/",
        "http://127.0.0.256/", "http://127.00.0.1/", "http://128.0.0.1/", "http://10.0.0.1/", "http://[::2]/",
        "http://0.0.0.0/", "http://127.0.0.1x/", "http://127.0.0./", "http://notlocalhost/"}) {
    auto const url = origin_url::parse(no);
    BOOST_TEST((!url || !url->is_loopback()), no);
  }
}

BOOST_AUTO_TEST_SUITE_END()
