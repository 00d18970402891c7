// tests/unit/auth/assertion.cpp - a request has one token or is refused
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/auth/assertion.hpp>

#include "../access/access_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <initializer_list>
#include <string>

BOOST_AUTO_TEST_SUITE(auth_assertion)

namespace {

using access_fixture::code;
using mcpawl::detail::auth_errc;
using mcpawl::http::field_view;

mcpawl::result<std::string> find(std::initializer_list<field_view> fields, bool cookie = false) {
  auto const head = mcpawl::http::request_head::make("POST", "/mcp?token=q.q.q", fields);
  auto const found = mcpawl::detail::find_assertion(head, cookie);
  if (!found) return found.error();
  return std::string(*found);
}

constexpr char const* name = "Cf-Access-Jwt-Assertion";

}  // namespace

BOOST_AUTO_TEST_CASE(the_field_is_found_in_any_case) {
  BOOST_TEST(find({{"Host", "x"}, {name, "a.b.c"}}).value() == "a.b.c");
  BOOST_TEST(find({{"CF-ACCESS-JWT-ASSERTION", " a.b.c\t"}}).value() == "a.b.c");
}

BOOST_AUTO_TEST_CASE(nothing_else_counts_as_a_token) {
  BOOST_TEST(find({}).error() == code(auth_errc::missing_token));
  BOOST_TEST(find({{name, ""}}).error() == code(auth_errc::missing_token));
  BOOST_TEST(find({{"Authorization", "Bearer a.b.c"}}).error() == code(auth_errc::missing_token));
  BOOST_TEST(find({{"Cf_Access_Jwt_Assertion", "a.b.c"}}).error() == code(auth_errc::missing_token));
  BOOST_TEST(find({{"Cf-Access-Token", "a.b.c"}}).error() == code(auth_errc::missing_token));
  BOOST_TEST(find({{"Cf-Access-Authenticated-User-Email", "a@example.com"}}).error() ==
             code(auth_errc::missing_token));
  BOOST_TEST(find({{"Cookie", "CF_Authorization=a.b.c"}}).error() == code(auth_errc::missing_token));
}

BOOST_AUTO_TEST_CASE(two_tokens_are_refused_in_every_spelling) {
  BOOST_TEST(find({{name, "a.b.c"}, {name, "d.e.f"}}).error() == code(auth_errc::several_tokens));
  BOOST_TEST(find({{name, "a.b.c"}, {name, "a.b.c"}}).error() == code(auth_errc::several_tokens));
  BOOST_TEST(find({{name, ""}, {name, "a.b.c"}}).error() == code(auth_errc::several_tokens));
  BOOST_TEST(find({{name, "a.b.c"}, {"cf-access-jwt-assertion", ""}}).error() ==
             code(auth_errc::several_tokens));
  BOOST_TEST(find({{name, "a.b.c,d.e.f"}}).error() == code(auth_errc::several_tokens));
  BOOST_TEST(find({{name, "a.b.c, a.b.c"}}).error() == code(auth_errc::several_tokens));
}

BOOST_AUTO_TEST_CASE(a_scheme_before_the_token_is_refused) {
  BOOST_TEST(find({{name, "Bearer a.b.c"}}).error() == code(auth_errc::bearer_prefix));
  BOOST_TEST(find({{name, "a.b. c"}}).error() == code(auth_errc::bearer_prefix));
}

BOOST_AUTO_TEST_CASE(the_cookie_counts_only_where_it_was_asked_for) {
  BOOST_TEST(find({{"Cookie", "x=1; CF_Authorization=a.b.c"}}, true).value() == "a.b.c");
  BOOST_TEST(find({{"Cookie", "cf_authorization=a.b.c"}}, true).error() == code(auth_errc::missing_token));
  BOOST_TEST(find({{"Cookie", "CF_Authorization="}}, true).error() == code(auth_errc::missing_token));
  BOOST_TEST(find({{name, "d.e.f"}, {"Cookie", "CF_Authorization=a.b.c"}}).value() == "d.e.f");
}

BOOST_AUTO_TEST_CASE(field_and_cookie_must_agree) {
  BOOST_TEST(find({{name, "a.b.c"}, {"Cookie", "CF_Authorization=a.b.c"}}, true).value() == "a.b.c");
  BOOST_TEST(find({{name, "a.b.c"}, {"Cookie", "CF_Authorization=d.e.f"}}, true).error() ==
             code(auth_errc::cookie_differs));
  BOOST_TEST(find({{name, "a.b.c"}, {"Cookie", "y=2"}}, true).value() == "a.b.c");
}

BOOST_AUTO_TEST_CASE(two_cookies_are_refused) {
  BOOST_TEST(find({{"Cookie", "CF_Authorization=a.b.c; CF_Authorization=a.b.c"}}, true).error() ==
             code(auth_errc::ambiguous_cookie));
  BOOST_TEST(
      find({{"Cookie", "CF_Authorization=a.b.c"}, {"Cookie", "CF_Authorization=d.e.f"}}, true).error() ==
      code(auth_errc::ambiguous_cookie));
  BOOST_TEST(
      find({{name, "a.b.c"}, {"Cookie", "CF_Authorization=a.b.c; CF_Authorization=d.e.f"}}, true).error() ==
      code(auth_errc::ambiguous_cookie));
}

BOOST_AUTO_TEST_SUITE_END()
