// tests/unit/http/head_scanner.cpp - where heads end, however they are cut, and which line ends are refused
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/http/head_scanner.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(http_head_scanner)

using mcpawl::http::detail::head_scanner;
using step = head_scanner::step;

namespace {

step scan(std::string_view text) {
  head_scanner scanner;
  return scanner.scan(text);
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_end_is_found_at_every_cut) {
  std::string const text = "GET / HTTP/1.1\r\nHost: a\r\nX: \r\n\r\nrest\n\n";
  std::size_t const end = text.find("rest");
  for (std::size_t first = 0; first <= text.size(); ++first) {
    head_scanner scanner;
    step const early = scanner.scan(std::string_view(text).substr(0, first));
    BOOST_TEST((early == (first >= end ? step::complete : step::need_more)));
    if (early == step::complete) {
      BOOST_TEST(scanner.end() == end);
      continue;
    }
    BOOST_TEST((scanner.scan(text) == step::complete));
    BOOST_TEST(scanner.end() == end);
    BOOST_TEST(scanner.begin() == 0u);
  }
}

BOOST_AUTO_TEST_CASE(one_empty_line_before_a_message_is_skipped) {
  std::string const text = "\r\nGET / HTTP/1.1\r\n\r\n";
  for (std::size_t first = 0; first < text.size(); ++first) {
    head_scanner scanner;
    BOOST_TEST((scanner.scan(std::string_view(text).substr(0, first)) == step::need_more));
    BOOST_TEST((scanner.scan(text) == step::complete));
    BOOST_TEST(scanner.begin() == 2u);
    BOOST_TEST(scanner.end() == text.size());
  }
  BOOST_TEST((scan("\r\n\r\nGET / HTTP/1.1\r\n\r\n") == step::malformed));
}

BOOST_AUTO_TEST_CASE(sloppy_line_ends_and_folds_are_refused_as_soon_as_they_are_seen) {
  for (std::string_view bad :
       {"GET / HTTP/1.1\n", "GET / HTTP/1.1\r\nHost: a\n", "\n", "GET / HTTP/1.1\r\nHost: a\r\n\n",
        "GET / HTTP/1.1\r\n\n", "GET / HTTP/1.1\r\nA: b\r\n c\r\n", "GET / HTTP/1.1\r\n Host: a\r\n",
        "GET / HTTP/1.1\r\nA: b\r\n\tc\r\n", "GET / HTTP/1.1\r\n \r\n"})
    BOOST_TEST((scan(bad) == step::malformed), bad);
}

BOOST_AUTO_TEST_CASE(what_cannot_start_a_message_is_refused_at_its_first_byte) {
  BOOST_TEST((scan("\x16\x03\x01") == step::malformed));  // a TLS client
  BOOST_TEST((scan(std::string_view("\0", 1)) == step::malformed));
  BOOST_TEST((scan(" GET") == step::malformed));
  BOOST_TEST((scan("\xff") == step::malformed));
  BOOST_TEST((scan("G") == step::need_more));
}

BOOST_AUTO_TEST_SUITE_END()
