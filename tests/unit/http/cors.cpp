// tests/unit/http/cors.cpp - what every page may read names no origin and takes no cookie
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/http/cors.hpp>

#include <boost/test/unit_test.hpp>

#include <string_view>

BOOST_AUTO_TEST_SUITE(http_cors)

BOOST_AUTO_TEST_CASE(an_answer_to_any_page_names_no_origin) {
  mcpawl::http::response answer(200);
  mcpawl::http::allow_any_origin(answer);
  BOOST_TEST(answer.fields().find("Access-Control-Allow-Origin: *\r\n") != std::string_view::npos);
  BOOST_TEST(answer.fields().find("Credentials") == std::string_view::npos);
}

BOOST_AUTO_TEST_SUITE_END()
