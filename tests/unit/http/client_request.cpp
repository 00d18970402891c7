// tests/unit/http/client_request.cpp - what users type stays what it is, wherever it stands in a request
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/http_client.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(http_client_request)

using namespace mcpawl;
using http::http_errc;

namespace {

http_client const& api() {
  static http_client const one([] {
    http_client_options options;
    options.base_url = "https://API.example.com/v1/";
    return options;
  }());
  return one;
}

std::string const base = "https://api.example.com/v1";

}  // namespace

BOOST_AUTO_TEST_CASE(a_path_stands_behind_that_of_the_base) {
  BOOST_TEST(api().get("/").url() == base + "/");
  BOOST_TEST(api().get("/users").url() == base + "/users");
  BOOST_TEST(api().get("/users/").url() == base + "/users/");
  BOOST_TEST(api().get("/a/b:c;d=e,f@g").url() == base + "/a/b:c;d=e,f@g");
  BOOST_TEST(api().get("/users").segment("x").url() == base + "/users/x");
  BOOST_TEST(api().get("/users/").segment("x").segment("y").url() == base + "/users/x/y");
  BOOST_TEST(api().get("/").segment(42).segment(-1).url() == base + "/42/-1");
  BOOST_TEST(api().remove("/users").method() == "DELETE");
}

BOOST_AUTO_TEST_CASE(what_is_put_into_a_url_is_escaped) {
  std::vector<std::pair<std::string, std::string>> const table = {
      {"plain", "plain"},
      {"a b", "a%20b"},
      {"a+b", "a%2Bb"},
      {"a/b", "a%2Fb"},
      {"a\\b", "a%5Cb"},
      {"a?b", "a%3Fb"},
      {"a#b", "a%23b"},
      {"a&b=c", "a%26b%3Dc"},
      {"a;b", "a%3Bb"},
      {"100%", "100%25"},
      {"%2e%2e", "%252e%252e"},
      {"%2F", "%252F"},
      {"../../etc/passwd", "..%2F..%2Fetc%2Fpasswd"},
      {"...", "..."},
      {".hidden", ".hidden"},
      {"@evil.example", "%40evil.example"},
      {"//evil.example", "%2F%2Fevil.example"},
      {"https://evil.example", "https%3A%2F%2Fevil.example"},
      {"a\r\nHost: evil", "a%0D%0AHost%3A%20evil"},
      {std::string("a\0b", 3), "a%00b"},
      {"Z\xc3\xbcrich", "Z%C3%BCrich"},
      {"\xe6\x9d\xb1\xe4\xba\xac", "%E6%9D%B1%E4%BA%AC"},
      {"\xf0\x9f\x8c\xa6", "%F0%9F%8C%A6"},
      {"\xff", "%FF"},
      {"\x7f", "%7F"},
      {"-._~", "-._~"},
      {"'\"<>()*!$,", "%27%22%3C%3E%28%29%2A%21%24%2C"},
      {"[::1]{}|^`", "%5B%3A%3A1%5D%7B%7D%7C%5E%60"},
  };
  for (auto const& [text, escaped] : table) {
    auto const in_path = api().get("/find").segment(text);
    BOOST_TEST(in_path.url() == base + "/find/" + escaped);
    BOOST_TEST(!in_path.refused().has_value());
    BOOST_TEST(api().get("/find").query("q", text).url() == base + "/find?q=" + escaped);
    BOOST_TEST(api().get("/find").query(text, "v").url() == base + "/find?" + escaped + "=v");
    // it is a URL, and of the same origin
    auto const url = http::origin_url::parse(api().get("/find").segment(text).query(text, text).url());
    BOOST_TEST_REQUIRE(url.has_value(), text);
    BOOST_TEST(url->origin() == "https://api.example.com");
  }
}

BOOST_AUTO_TEST_CASE(parameters_keep_their_order_and_may_be_empty_or_repeated) {
  auto const request = api().get("/find").query("a", "").query("b", "1").query("b", "2").segment("late");
  BOOST_TEST(request.url() == base + "/find/late?a=&b=1&b=2");
}

BOOST_AUTO_TEST_CASE(numbers_and_booleans_are_written_as_json_does) {
  auto const request = api()
                           .get("/find")
                           .query("i", 20)
                           .query("n", -7L)
                           .query("u", std::numeric_limits<std::uint64_t>::max())
                           .query("d", 52.52)
                           .query("t", true)
                           .query("f", false);
  BOOST_TEST(request.url() == base + "/find?i=20&n=-7&u=18446744073709551615&d=52.52&t=true&f=false");
}

BOOST_AUTO_TEST_CASE(attack_segments_that_servers_remove_are_refused) {
  for (std::string const bad : {"", ".", ".."}) {
    auto const request = api().get("/files").segment(bad).segment("good");
    BOOST_TEST((request.refused() == http_errc::segment_refused), bad);
    BOOST_TEST(request.url() == base + "/files/good");
  }
}

BOOST_AUTO_TEST_CASE(attack_header_fields_cannot_end_their_line_or_change_the_framing) {
  for (std::string const& bad : {std::string("a\r\nX-Evil: 1"), std::string("a\nb"), std::string("a\rb"),
                                 std::string("a\0b", 3), std::string("\x7f"), std::string("\x1b[0m")})
    BOOST_TEST((api().get("/").header("X-A", bad).refused() == http_errc::field_refused));
  for (char const* bad :
       {"", "X A", "X:", "X\r\n", "X\xc3\xa4", "Host", "HOST", "Content-Length", "Transfer-Encoding",
        "connection", "Accept-Encoding", "TE", "Upgrade", "Expect", "Keep-Alive", "Trailer"})
    BOOST_TEST((api().get("/").header(bad, "a").refused() == http_errc::field_refused), bad);
  BOOST_TEST((api().post("/").body("text/plain\r\nX: y", "").refused() == http_errc::field_refused));
  for (char const* good : {"a", "", "a\tb", "Z\xc3\xbcrich", "Bearer a.b-c_d"})
    BOOST_TEST(!api().get("/").header("X-A", good).refused().has_value(), good);
}

BOOST_AUTO_TEST_CASE(the_first_error_is_kept) {
  BOOST_TEST((api().get("/").segment("..").header("Host", "x").refused() == http_errc::segment_refused));
  BOOST_TEST((api().get("/").header("Host", "x").segment("..").refused() == http_errc::field_refused));
}

BOOST_AUTO_TEST_CASE(a_whole_url_keeps_its_query) {
  auto const url = http::origin_url::parse("https://api.example.com:8443/v1/a%2Fb?page=2&x=%20");
  BOOST_TEST(api().get(*url).query("y", "a b").url() ==
             "https://api.example.com:8443/v1/a%2Fb?page=2&x=%20&y=a%20b");
  BOOST_TEST(api().get(*http::origin_url::parse("https://a.example")).url() == "https://a.example/");
}

BOOST_AUTO_TEST_CASE(fixed_paths_are_told_from_others) {
  for (char const* good : {"/", "/a", "/a/", "/a/b.c", "/.well-known/x", "/a..b", "/...", "/a:b@c"})
    BOOST_TEST(detail::is_fixed_path(good), good);
  for (char const* bad : {"", "a", "//a", "/a//b", "/a/../b", "/..", "/.", "/./a", "/a?b", "/a#b", "/a%20",
                          "/a b", "/\xc3\xbc", "https://a/", "/a\\b", "/a\r\n"})
    BOOST_TEST(!detail::is_fixed_path(bad), bad);
}

BOOST_AUTO_TEST_CASE(options_tell_everything_that_is_wrong) {
  using namespace std::chrono_literals;
  BOOST_TEST(http_client_options().validate().empty());
  http_client_options options;
  options.base_url = "https://api.example.com?x";
  options.connect_timeout = 0ms;
  options.timeout = -1ms;
  options.max_idle_time = 0ms;
  options.max_response_bytes = 0;
  options.max_header_bytes = 0;
  options.user_agent = "a\r\nb";
  BOOST_TEST(options.validate().size() == 7u);
  options.ca_file = "/does/not/exist.pem";
  try {
    http_client const made(options);
    BOOST_TEST(false, "it was made");
  } catch (configuration_error const& error) {
    BOOST_TEST(error.errors().size() == 8u);
    BOOST_TEST(std::string(error.what()).find("8 errors in the options of an HTTP client:") == 0u);
    BOOST_TEST(std::string(error.what()).find("/does/not/exist.pem") != std::string::npos);
  }
  for (char const* bad : {"api.example.com", "ftp://api.example.com", "http://api.example.com",
                          "https://u:p@api.example.com", "https://api.example.com/#a", "https://"}) {
    http_client_options other;
    other.base_url = bad;
    BOOST_TEST(other.validate().size() == 1u, bad);
  }
  for (char const* good : {"https://api.example.com", "https://api.example.com:8443/v1/",
                           "http://127.0.0.1:8080", "http://[::1]"}) {
    http_client_options other;
    other.base_url = good;
    BOOST_TEST(other.validate().empty(), good);
  }
  http_client_options plain;
  plain.base_url = "http://inventory.internal:8080";
  BOOST_TEST(plain.validate().size() == 1u);
  plain.plain_http = unsafe::plain_http{};
  BOOST_TEST(plain.validate().empty());
}

BOOST_AUTO_TEST_CASE(a_response_reads_json) {
  http_response response;
  response.body = R"({"a":[1,2.5,"x"]})";
  BOOST_TEST(response.json().value().at("a").at(2).as_string() == "x");
  for (char const* bad : {"", "{", "nope", "{} {}"}) {
    response.body = bad;
    BOOST_TEST(response.json().has_error(), bad);
  }
  response.body = std::string(100'000, '[');
  BOOST_TEST(response.json().has_error());
  for (int status : {199, 200, 299, 300, 404}) {
    response.status = status;
    BOOST_TEST(response.ok() == (status / 100 == 2));
  }
}

BOOST_AUTO_TEST_SUITE_END()
