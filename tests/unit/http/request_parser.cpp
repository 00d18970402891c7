// tests/unit/http/request_parser.cpp - what two parsers could read differently is refused
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/http/request_parser.hpp>

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

BOOST_TEST_DONT_PRINT_LOG_VALUE(mcpawl::http::http_errc)
BOOST_TEST_DONT_PRINT_LOG_VALUE(mcpawl::http::detail::framing)
BOOST_TEST_DONT_PRINT_LOG_VALUE(std::optional<mcpawl::http::http_errc>)

BOOST_AUTO_TEST_SUITE(http_request_parser)

using namespace mcpawl;
using http::http_errc;
using http::detail::framing;
using http::detail::request_parser;

namespace {

std::optional<http_errc> parse(std::string_view text, limits const& bounds = {}) {
  request_parser parser;
  return parser.parse_head(text, bounds);
}

std::optional<http_errc> with(std::string_view fields) {
  return parse("POST / HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n");
}

std::optional<http_errc> line(std::string_view request_line, std::string_view host = "Host: a\r\n") {
  return parse(std::string(request_line) + "\r\n" + std::string(host) + "\r\n");
}

struct decoded {
  std::optional<http_errc> failure;
  bool done = false;
  std::string body;
  std::size_t used = 0;
};

/** Decode a chunked body that arrives in pieces of `step` bytes. */
decoded decode(std::string_view bytes, std::size_t step = std::string_view::npos, std::size_t limit = 1000) {
  request_parser parser;
  BOOST_TEST_REQUIRE(
      !parser.parse_head("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", limits{}));
  decoded out;
  std::string pending;
  for (std::size_t at = 0; at < bytes.size() && !out.done && !out.failure; at += step) {
    pending += bytes.substr(at, step);
    auto const progress = parser.put_chunked(pending, &out.body, limit);
    pending.erase(0, progress.used);
    out.used += progress.used;
    out.done = progress.done;
    out.failure = progress.failure;
    if (step == std::string_view::npos) break;
  }
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_ordinary_request_is_understood) {
  request_parser parser;
  std::string const text =
      "POST /mcp?a=b HTTP/1.1\r\nhost: localhost:8080\r\nContent-Type:application/json\r\nX-Empty:\r\n"
      "CONTENT-LENGTH:  12 \r\nExpect: 100-Continue\r\n\r\n";
  BOOST_TEST(!parser.parse_head(text, limits{}));
  BOOST_TEST(parser.head().method() == "POST");
  BOOST_TEST(parser.head().path() == "/mcp");
  BOOST_TEST(parser.head().query() == "a=b");
  BOOST_TEST(parser.head().version() == 11);
  BOOST_TEST(parser.head().fields().size() == 5u);
  BOOST_TEST(parser.head().find("content-type").value() == "application/json");
  BOOST_TEST(parser.head().find("x-empty").value() == "");
  BOOST_TEST(parser.content_length() == 12u);
  BOOST_TEST(parser.body_framing() == framing::length);
  BOOST_TEST(parser.expects_continue());
}

BOOST_AUTO_TEST_CASE(a_parser_starts_anew_with_each_request) {
  request_parser parser;
  BOOST_TEST(!parser.parse_head(
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n", limits{}));
  BOOST_TEST(!parser.parse_head("GET /x HTTP/1.0\r\n\r\n", limits{}));
  BOOST_TEST(parser.body_framing() == framing::none);
  BOOST_TEST(!parser.expects_continue());
  BOOST_TEST(parser.head().fields().empty());
  BOOST_TEST(parser.head().version() == 10);
}

BOOST_AUTO_TEST_CASE(the_length_of_a_body_is_beyond_doubt_or_refused) {
  BOOST_TEST(!with("Content-Length: 0\r\n"));
  BOOST_TEST(!with("Content-Length: 10\r\n"));
  BOOST_TEST(!with("Transfer-Encoding: chunked\r\n"));
  BOOST_TEST(!with("Transfer-Encoding: CHUNKED\r\n"));
  for (auto bad : {"Content-Length: 1\r\nContent-Length: 1\r\n",
                   "Content-Length: 1\r\nContent-Length: 2\r\n",
                   "Content-Length: 1, 1\r\n",
                   "Content-Length: 1,\r\n",
                   "Content-Length:\r\n",
                   "Content-Length: -1\r\n",
                   "Content-Length: +1\r\n",
                   "Content-Length: 0x1\r\n",
                   "Content-Length: 1 1\r\n",
                   "Content-Length: 01\r\n",
                   "Content-Length: 00\r\n",
                   "Content-Length: 1.0\r\n",
                   "Content-Length: 1e1\r\n",
                   "Content-Length: 18446744073709551616\r\n",
                   "Content-Length: 99999999999999999999\r\n",
                   "Content-Length: 1;a\r\n",
                   "Content-Length: \"1\"\r\n",
                   "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
                   "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n",
                   "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n",
                   "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                   "Transfer-Encoding: gzip, chunked\r\n",
                   "Transfer-Encoding: gzip\r\nTransfer-Encoding: gzip\r\n",
                   "Transfer-Encoding: gzip\r\nContent-Length: 1\r\n",
                   "Content-Length: 1\r\nTransfer-Encoding: gzip\r\n",
                   "Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n",
                   "Transfer-Encoding: chunked, chunked\r\n",
                   "Transfer-Encoding: chunked;a=b\r\n",
                   "Transfer-Encoding: \r\n",
                   "Transfer-Encoding: chunked,\r\n",
                   "Transfer-Encoding: \"chunked\"\r\n",
                   "Transfer-Encoding: chunked identity\r\n",
                   "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n"})
    BOOST_TEST((with(bad) == http_errc::bad_length), bad);
  for (auto unknown :
       {"Transfer-Encoding: gzip\r\n", "Transfer-Encoding: identity\r\n", "Transfer-Encoding: xchunked\r\n"})
    BOOST_TEST((with(unknown) == http_errc::unsupported_coding), unknown);
  BOOST_TEST((parse("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n") == http_errc::bad_length));
  BOOST_TEST((with("Transfer-Encoding: chun\x0bked\r\n") == http_errc::bad_request));
}

BOOST_AUTO_TEST_CASE(malformed_fields_are_refused) {
  for (auto bad : {"Content-Length : 1\r\n", "X : y\r\n", ": y\r\n", "X\r\n", "X y: z\r\n", "X\t: y\r\n",
                   "X: a\rb\r\n", "X: a\x01\r\n", "X: a\x7f\r\n", "X(: y\r\n", "X\xe9: y\r\n",
                   "X: a\r\n b\r\n", "X:\r\n b\r\n", "X:\r\n \r\n", "X: a\r\n \r\n"})
    BOOST_TEST((with(bad) == http_errc::bad_request), bad);
  BOOST_TEST((with(std::string_view("X: a\0b\r\n", 8)) == http_errc::bad_request));
  BOOST_TEST((with(std::string_view("X\0: b\r\n", 7)) == http_errc::bad_request));
  BOOST_TEST(!with("X: a\tb \xc3\xa9 c\t\r\n"));
  // sixteen bytes of a value are looked at together
  for (std::size_t size = 0; size != 40; ++size) {
    std::string const before = "X: " + std::string(size, 'v');
    BOOST_TEST(!with(before + "\ty\xff\r\n"));
    for (char const bad : {'\0', '\x01', '\x1f', '\x7f', '\r'})
      for (std::size_t const after : {1u, 2u, 15u, 17u})
        BOOST_TEST((with(before + bad + std::string(after, 'w') + "\r\n") == http_errc::bad_request));
  }
}

BOOST_AUTO_TEST_CASE(fields_about_the_connection_are_lists_of_names) {
  for (auto good : {"Connection: keep-alive\r\n", "Connection: close , x\r\n", "Connection: , ,\r\n",
                    "Connection:\r\n", "Proxy-Connection: close\r\n", "Upgrade: h2c, websocket\r\n"})
    BOOST_TEST(!with(good), good);
  for (auto bad : {"Connection: a b\r\n", "Connection: close;\r\n", "Connection: \"close\"\r\n",
                   "Proxy-Connection: ;\r\n", "Upgrade: a=b\r\n"})
    BOOST_TEST((with(bad) == http_errc::bad_request), bad);
}

BOOST_AUTO_TEST_CASE(a_request_line_is_exact) {
  for (auto good :
       {"GET / HTTP/1.1", "GET /%00?x=\"{|}\" HTTP/1.1", "OPTIONS * HTTP/1.1", "BREW /pot HTTP/1.1",
        "GET http://a/x HTTP/1.1", "GET HTTP://A?x HTTP/1.1", "GET //x HTTP/1.1"})
    BOOST_TEST(!line(good), good);
  for (auto bad : {"GET  / HTTP/1.1",
                   "GET / HTTP/1.1 ",
                   "GET /  HTTP/1.1",
                   " GET / HTTP/1.1",
                   "GET / http/1.1",
                   "GET /",
                   "GET",
                   "GET / HTTP/1",
                   "GET / HTTP/1.",
                   "GET / HTTP/1.10",
                   "GET / HTTP/11",
                   "GET / HTTP/x.1",
                   "GET x HTTP/1.1",
                   "GET * HTTP/1.1",
                   "G(T / HTTP/1.1",
                   "GET /\x80 HTTP/1.1",
                   "GET /a#b HTTP/1.1",
                   "GET ftp://a/ HTTP/1.1",
                   "GET\t/ HTTP/1.1",
                   "GET /\tHTTP/1.1",
                   "GET / HTTP/1.1\rX",
                   "GET /\x7f HTTP/1.1",
                   "GET a:80 HTTP/1.1"})
    BOOST_TEST((line(bad) == http_errc::bad_request), bad);
  for (auto other :
       {"GET / HTTP/2.0", "GET / HTTP/1.2", "GET / HTTP/0.9", "PRI * HTTP/2.0", "GET / HTTP/9.9"})
    BOOST_TEST((line(other) == http_errc::unsupported_version), other);
  for (auto none :
       {"CONNECT a:443 HTTP/1.1", "CONNECT / HTTP/1.1", "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGH / HTTP/1.1"})
    BOOST_TEST((line(none) == http_errc::unsupported_method), none);
  BOOST_TEST(!line("GET /" + std::string(8191, 'a') + " HTTP/1.1"));
  BOOST_TEST((line("GET /" + std::string(8192, 'a') + " HTTP/1.1") == http_errc::target_too_long));
}

BOOST_AUTO_TEST_CASE(there_is_exactly_one_host) {
  BOOST_TEST((line("GET / HTTP/1.1", "") == http_errc::bad_host));
  BOOST_TEST(!line("GET / HTTP/1.0", ""));
  for (auto bad : {"Host: a\r\nHost: a\r\n", "Host: a\r\nhost: b\r\n", "Host:\r\n", "Host: a b\r\n",
                   "Host: a,b\r\n", "Host: a/b\r\n", "Host: u@a\r\n", "Host: a?b\r\n", "Host: a#b\r\n",
                   "Host: \"a\"\r\n", "Host: \xc3\xa9\r\n"}) {
    BOOST_TEST((line("GET / HTTP/1.1", bad) == http_errc::bad_host), bad);
    BOOST_TEST((line("GET / HTTP/1.0", bad) == http_errc::bad_host), bad);
  }
  for (auto good : {"Host: localhost:8080\r\n", "Host: [::1]:80\r\n", "Host: ex-am_ple.com\r\n"})
    BOOST_TEST(!line("GET / HTTP/1.1", good), good);
}

BOOST_AUTO_TEST_CASE(an_absolute_target_must_agree_with_host) {
  BOOST_TEST(!line("GET http://a:80/ HTTP/1.1", "Host: A:80\r\n"));
  BOOST_TEST((line("GET http://b/ HTTP/1.1") == http_errc::bad_host));
  BOOST_TEST((line("GET http://u@a/ HTTP/1.1") == http_errc::bad_host));
  BOOST_TEST((line("GET http:///x HTTP/1.1") == http_errc::bad_host));
  BOOST_TEST((line("GET http:// HTTP/1.1") == http_errc::bad_host));
}

BOOST_AUTO_TEST_CASE(only_one_expectation_is_understood) {
  BOOST_TEST((with("Content-Length: 1\r\nExpect: 200-ok\r\n") == http_errc::expectation_failed));
  BOOST_TEST((with("Content-Length: 1\r\nExpect:\r\n") == http_errc::expectation_failed));
  BOOST_TEST((with("Content-Length: 1\r\nExpect: 100-continue\r\nExpect: 100-continue\r\n") ==
              http_errc::expectation_failed));
  request_parser parser;
  BOOST_TEST(!parser.parse_head("GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n", limits{}));
  BOOST_TEST(!parser.expects_continue());
}

BOOST_AUTO_TEST_CASE(the_number_of_fields_is_limited) {
  limits bounds;
  bounds.header_fields = 3;
  std::string const three = "GET / HTTP/1.1\r\nHost: a\r\nB: b\r\nC: c\r\n";
  BOOST_TEST(!parse(three + "\r\n", bounds));
  BOOST_TEST((parse(three + "D: d\r\n\r\n", bounds) == http_errc::header_too_large));
}

BOOST_AUTO_TEST_CASE(a_large_head_is_no_trouble) {
  std::string fields;
  for (int i = 0; i != 90; ++i) fields += "X-" + std::to_string(i) + ": " + std::string(300, 'v') + "\r\n";
  BOOST_TEST(!with(fields));
}

BOOST_AUTO_TEST_CASE(chunks_are_joined_however_they_are_cut) {
  std::string const bytes =
      "5\r\nhello\r\n0a;x=y;z=\"q \\\" t\"\r\n, world!!!\r\n0\r\nTrailer: x\r\n\r\nNEXT";
  std::size_t const end = bytes.find("NEXT");
  for (std::size_t step :
       {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7}, std::string_view::npos}) {
    auto const out = decode(bytes, step);
    BOOST_TEST(!out.failure);
    BOOST_TEST(out.done);
    BOOST_TEST(out.body == "hello, world!!!");
    BOOST_TEST(out.used == end);
  }
}

BOOST_AUTO_TEST_CASE(sloppy_chunks_are_refused) {
  for (std::string_view bad : {"5\nhello\r\n0\r\n\r\n",
                               "5\r\nhelloX\r\n0\r\n\r\n",
                               "5\r\nhello\n0\r\n\r\n",
                               "5\r\nhelloXX0\r\n\r\n",
                               "\r\nhello\r\n0\r\n\r\n",
                               "x\r\nhello\r\n0\r\n\r\n",
                               "-5\r\nhello\r\n0\r\n\r\n",
                               "+5\r\nhello\r\n0\r\n\r\n",
                               "0x5\r\nhello\r\n0\r\n\r\n",
                               " 5\r\nhello\r\n0\r\n\r\n",
                               "5 \r\nhello\r\n0\r\n\r\n",
                               "5\t\r\nhello\r\n0\r\n\r\n",
                               "5;\r\nhello\r\n0\r\n\r\n",
                               "5;=\r\nhello\r\n0\r\n\r\n",
                               "5;a=\"\r\nhello\r\n0\r\n\r\n",
                               "5;a=\"b\nc\"\r\nhello\r\n0\r\n\r\n",
                               "5;a=\"\r\n\"\r\nhello\r\n0\r\n\r\n",
                               "5;a\nb\r\nhello\r\n0\r\n\r\n",
                               "5;a=\"\x01\"\r\nhello\r\n0\r\n\r\n",
                               "5\rhello\r\n0\r\n\r\n",
                               "5\r\rhello\r\n0\r\n\r\n",
                               "ffffffffffffffff1\r\nhello\r\n0\r\n\r\n",
                               "5\r\nhello\r\n0\r\nX : y\r\n\r\n",
                               "5\r\nhello\r\n0\r\nX: y\r\n z\r\n\r\n",
                               "5\r\nhello\r\n0\r\nX: y\n\r\n\r\n",
                               "5\r\nhello\r\n0\r\nContent-Length: 1\r\n\r\n",
                               "5\r\nhello\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n",
                               "5\r\nhello\r\n0;\n\r\n\r\n"}) {
    for (std::size_t step : {std::size_t{1}, std::string_view::npos}) {
      auto const out = decode(bad, step);
      BOOST_TEST((out.failure == http_errc::bad_chunk), bad);
      BOOST_TEST(!out.done);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_can_be_no_chunk_is_refused_before_more_of_it_comes) {
  for (std::string_view bad : {"G",           "G\r\n",        "-",          "-1\r\n",   "+1",
                               " 1",          "0x",           "0x1\r\n",    "\r",       "\r\n",
                               "\n",          ";a",           ";a\r\n",     "1\n",      "1x",
                               "1\"",         "g1\r\n",       "1\r\naX",    "1\r\na\n", "1\r\na\r\n\r\n",
                               "1\r\na\r\nG", "1\r\na\r\n-1", "1\r\na\r\n;"}) {
    for (std::size_t step : {std::size_t{1}, std::string_view::npos}) {
      auto const out = decode(bad, step);
      BOOST_TEST((out.failure == http_errc::bad_chunk), bad);
      BOOST_TEST(!out.done);
    }
  }
  for (std::string_view good :
       {"", "1", "0", "00", "aF", "1\r", "0\r\n", "1;", "1 ", "1\t;", "0\r\nX: y\r\n", "1\r\n", "1\r\na",
        "1\r\na\r", "1\r\na\r\n", "1\r\na\r\n0", "1\r\na\r\n0\r\n"})
    for (std::size_t step : {std::size_t{1}, std::string_view::npos})
      BOOST_TEST(!decode(good, step).failure, good);
}

BOOST_AUTO_TEST_CASE(a_content_coding_is_told) {
  auto const encoded = [](std::string const& field) {
    request_parser parser;
    BOOST_TEST(
        !parser.parse_head("POST / HTTP/1.1\r\nHost: a\r\n" + field + "Content-Length: 1\r\n\r\n", limits{}));
    return parser.body_encoded();
  };
  for (std::string const field :
       {"Content-Encoding: gzip\r\n", "content-encoding: BR\r\n", "Content-Encoding: identity, gzip\r\n",
        "Content-Encoding: deflate, gzip\r\n", "Content-Encoding: identity\r\nContent-Encoding: zstd\r\n",
        "Content-Encoding: zstd\r\nContent-Encoding: identity\r\n"})
    BOOST_TEST(encoded(field), field);
  for (std::string const field : {"", "Content-Encoding: identity\r\n", "Content-Encoding:\r\n",
                                  "Content-Encoding: Identity\r\n", "Accept-Encoding: gzip, br\r\n"})
    BOOST_TEST(!encoded(field), field);
}

BOOST_AUTO_TEST_CASE(a_line_of_framing_is_limited_however_it_comes) {
  for (std::size_t step : {std::size_t{1}, std::size_t{1000}, std::string_view::npos}) {
    BOOST_TEST(
        (decode(std::string(2100, '0') + "5\r\nhello\r\n0\r\n\r\n", step).failure == http_errc::bad_chunk));
    BOOST_TEST(
        (decode("0\r\nX: " + std::string(2100, 'x') + "\r\n\r\n", step).failure == http_errc::bad_chunk));
    // all trailers together
    std::string const half = "X: " + std::string(1000, 'x') + "\r\n";
    BOOST_TEST(decode("0\r\n" + half + half + "\r\n", step).done);
    BOOST_TEST((decode("0\r\n" + half + half + half + "\r\n", step).failure == http_errc::bad_chunk));
    BOOST_TEST(decode("0\r\nX: " + std::string(1900, 'x') + "\r\n\r\n", step).done);
  }
}

BOOST_AUTO_TEST_CASE(an_unfinished_body_is_not_done) {
  std::string const whole = "5\r\nhello\r\n0\r\n\r\n";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    auto const out = decode(std::string_view(whole).substr(0, size));
    BOOST_TEST(!out.done);
    BOOST_TEST(!out.failure);
  }
}

BOOST_AUTO_TEST_CASE(a_chunked_body_is_limited_by_what_it_announces) {
  BOOST_TEST(decode("5\r\nhello\r\n0\r\n\r\n", 1, 5).done);
  BOOST_TEST((decode("6\r\nab", 1, 5).failure == http_errc::body_too_large));
  BOOST_TEST((decode("5\r\nhello\r\n1\r\nab", 1, 5).failure == http_errc::body_too_large));
  BOOST_TEST((decode("ffffffffffffffff\r\n", 1, 5).failure == http_errc::body_too_large));
  BOOST_TEST((decode("1\r\na\r\nffffffffffffffff\r\n", 1, 5).failure == http_errc::body_too_large));
}

BOOST_AUTO_TEST_CASE(extensions_are_limited_over_all_chunks) {
  std::string bytes;
  for (int i = 0; i != 50; ++i) bytes += "1;" + std::string(100, 'x') + "\r\na\r\n";
  BOOST_TEST((decode(bytes + "0\r\n\r\n", 50).failure == http_errc::bad_chunk));
}

BOOST_AUTO_TEST_CASE(trailers_are_not_merged) {
  request_parser parser;
  BOOST_TEST(
      !parser.parse_head("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", limits{}));
  std::string body;
  auto const out =
      parser.put_chunked("0\r\nCf-Access-Jwt-Assertion: forged\r\nHost: evil\r\n\r\n", &body, 10);
  BOOST_TEST(out.done);
  BOOST_TEST(!parser.head().find("cf-access-jwt-assertion").has_value());
  BOOST_TEST(parser.head().count("host") == 1u);
}

BOOST_AUTO_TEST_CASE(trailers_count_as_fields_and_none_is_folded) {
  std::string const head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  limits bounds;
  bounds.header_fields = 4;
  struct {
    std::string_view trailers;
    std::optional<http_errc> failure;
  } const cases[] = {
      {"A: a\r\nB: b\r\n", std::nullopt},
      {"A:a\r\nB: \t b \r\n", std::nullopt},
      {"A:\r\nB: \r\n", std::nullopt},
      {"A: a\r\nB: b\r\nC: c\r\n", http_errc::header_too_large},
      {"A: a\r\n b\r\n", http_errc::bad_chunk},
      {"A: a\r\n\tb\r\n", http_errc::bad_chunk},
      {"A:\r\n b\r\n", http_errc::bad_chunk},
      {"A: a\r\n \r\n", http_errc::bad_chunk},
      {"A: a\r\nB: b\r\n c\r\n", http_errc::bad_chunk},
      {"Content-Length: 1\r\n", http_errc::bad_chunk},
      {"Transfer-Encoding: chunked\r\n", http_errc::bad_chunk},
      {"Connection: close\r\n", http_errc::bad_chunk},
      {"Connection: ,;=\r\n", http_errc::bad_chunk},
      {"Proxy-Connection: close\r\n", http_errc::bad_chunk},
      {"Upgrade: h2c\r\n", http_errc::bad_chunk},
      {"A: a\x01\r\n", http_errc::bad_chunk},
      {"A\r\n", http_errc::bad_chunk},
  };
  for (auto const& each : cases) {
    request_parser parser;
    BOOST_REQUIRE(!parser.parse_head(head, bounds));
    auto const out = parser.put_chunked("0\r\n" + std::string(each.trailers) + "\r\n", nullptr, 10);
    BOOST_TEST((out.failure == each.failure), each.trailers);
    BOOST_TEST(out.done == !each.failure, each.trailers);
  }
}

BOOST_AUTO_TEST_SUITE_END()
