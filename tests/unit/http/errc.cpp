// tests/unit/http/errc.cpp - every error has its words, its condition and its status
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/http/errc.hpp>

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>

BOOST_AUTO_TEST_SUITE(http_errc)

using namespace mcpawl;

BOOST_AUTO_TEST_CASE(every_value_has_words_of_its_own) {
  std::set<std::string> words;
  for (int i = 1; i <= static_cast<int>(http::http_errc::origin_refused); ++i) {
    auto const code = make_error_code(static_cast<http::http_errc>(i));
    BOOST_TEST(code.message() != "unknown HTTP error");
    BOOST_TEST(words.insert(code.message()).second);
  }
}

BOOST_AUTO_TEST_CASE(what_a_client_did_wrong_is_never_a_5xx_but_what_we_cannot_do_is) {
  using http::http_errc;
  for (auto e : {http_errc::bad_request, http_errc::bad_host, http_errc::bad_length, http_errc::bad_chunk})
    BOOST_TEST(status_of(e) == 400);
  BOOST_TEST(status_of(http_errc::header_timed_out) == 408);
  BOOST_TEST(status_of(http_errc::body_too_large) == 413);
  BOOST_TEST(status_of(http_errc::target_too_long) == 414);
  BOOST_TEST(status_of(http_errc::body_encoded) == 415);
  BOOST_TEST(status_of(http_errc::expectation_failed) == 417);
  BOOST_TEST(status_of(http_errc::header_too_large) == 431);
  BOOST_TEST(status_of(http_errc::unsupported_coding) == 501);
  BOOST_TEST(status_of(http_errc::unsupported_version) == 505);
}

BOOST_AUTO_TEST_CASE(callers_can_decide_by_condition) {
  BOOST_TEST((make_error_code(http::http_errc::fetch_timed_out) == condition::timed_out));
  BOOST_TEST((make_error_code(http::http_errc::certificate_refused) == condition::refused));
  BOOST_TEST((make_error_code(http::http_errc::answer_too_large) == condition::too_large));
}

BOOST_AUTO_TEST_CASE(only_an_error_of_ours_has_met_a_bound) {
  error_code const large = http::http_errc::body_too_large;
  BOOST_TEST(http::detail::bound_of(large) == "body_bytes");
  BOOST_TEST(http::detail::bound_of(error_code(http::http_errc::bad_request)) == "");
  // another category may have the same number
  BOOST_TEST(http::detail::bound_of(error_code(large.value(), boost::system::generic_category())) == "");
}

BOOST_AUTO_TEST_SUITE_END()
