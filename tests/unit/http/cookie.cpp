// tests/unit/http/cookie.cpp - one cookie among many, and none that somebody doubled
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/http/cookie.hpp>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(http_cookie)

using namespace mcpawl::http;

BOOST_AUTO_TEST_CASE(a_cookie_is_found_by_its_exact_name) {
  auto const head = request_head::make("GET", "/", {{"Cookie", "a=1; token=x.y=z;b=2"}, {"X", "token=no"}});
  BOOST_TEST(find_cookie(head, "token").value.value() == "x.y=z");
  BOOST_TEST(find_cookie(head, "b").value.value() == "2");
  for (auto absent : {"Token", "tok", "oken", ""}) {
    BOOST_TEST(!find_cookie(head, absent).value.has_value());
    BOOST_TEST(!find_cookie(head, absent).ambiguous);
  }
}

BOOST_AUTO_TEST_CASE(a_doubled_cookie_is_no_cookie) {
  auto const ambiguous = [](request_head const& head) {
    auto const found = find_cookie(head, "t");
    return found.ambiguous && !found.value.has_value();
  };
  BOOST_TEST(ambiguous(request_head::make("GET", "/", {{"Cookie", "t=1; t=2"}})));
  BOOST_TEST(ambiguous(request_head::make("GET", "/", {{"Cookie", "t=1"}, {"cookie", "t=1"}})));
  BOOST_TEST(ambiguous(request_head::make("GET", "/", {{"Cookie", "t=1;t=2;t=3"}})));
}

BOOST_AUTO_TEST_CASE(sloppy_lists_are_read_without_harm) {
  auto const head = request_head::make("GET", "/", {{"Cookie", ";;= ; a ;  c = d ; e="}});
  BOOST_TEST(find_cookie(head, "c").value.value() == "d");
  BOOST_TEST(find_cookie(head, "e").value.value() == "");
  BOOST_TEST(!find_cookie(head, "a").value.has_value());
  BOOST_TEST(!find_cookie(request_head::make("GET", "/"), "a").value.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
