// tests/unit/auth/bearer_token.cpp - one token, in one field, in one spelling
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/auth/bearer_token.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(auth_bearer_token)

namespace {

using namespace mcpawl;
using namespace mcpawl::detail;

struct found {
  error_code error;
  std::string token;
};

found in(http::request_head const& head) {
  auto const token = find_bearer_token(head);
  if (!token) return {token.error(), {}};
  return {{}, std::string(*token)};
}
found in(std::string_view value, std::string_view target = "/mcp") {
  return in(http::request_head::make("POST", target, {{"Authorization", value}}));
}
error_code code(auth_errc e) { return make_error_code(e); }

}  // namespace

BOOST_AUTO_TEST_CASE(the_token_is_what_follows_the_scheme) {
  for (auto const* value : {"Bearer a.b-c_d", "bearer a.b-c_d", "BEARER   a.b-c_d", "Bearer a.b-c_d "})
    BOOST_TEST(in(value).token == "a.b-c_d", value);
  BOOST_TEST(in("Bearer ~+/a==").token == "~+/a==");
}

BOOST_AUTO_TEST_CASE(no_token) {
  BOOST_TEST(in(http::request_head::make("POST", "/mcp")).error == code(auth_errc::missing_token));
  for (auto const* value : {"", "Bearer", "Bearer  ", "Basic abc", "abc", "Bearerabc", "Bear abc",
                            "Bearer\tabc", "DPoP abc", "Negotiate"})
    BOOST_TEST(in(value).error == code(auth_errc::missing_token), value);
}

BOOST_AUTO_TEST_CASE(several_tokens) {
  auto const twice = http::request_head::make("POST", "/mcp",
                                              {{"Authorization", "Bearer a"}, {"authorization", "Bearer a"}});
  BOOST_TEST(in(twice).error == code(auth_errc::several_tokens));
  auto const mixed =
      http::request_head::make("POST", "/mcp", {{"Authorization", "Basic a"}, {"Authorization", "Bearer a"}});
  BOOST_TEST(in(mixed).error == code(auth_errc::several_tokens));
  BOOST_TEST(in("Bearer a, Bearer b").error == code(auth_errc::several_tokens));
  BOOST_TEST(in("Bearer a,b").error == code(auth_errc::several_tokens));
}

BOOST_AUTO_TEST_CASE(malformed) {
  for (auto const* value : {"Bearer a b", "Bearer \"a\"", "Bearer a=b", "Bearer =", "Bearer a;b",
                            "Bearer a\\", "Bearer \xc3\xa9", "Bearer Bearer a", "Bearer token=\"a\""})
    BOOST_TEST(in(value).error == code(auth_errc::malformed_authorization), value);
}

BOOST_AUTO_TEST_CASE(a_token_in_the_query_as_well) {
  for (auto const* query :
       {"access_token=x", "access_token", "access_token=", "a=b&access_token=x", "a;access_token=x",
        "%61ccess_token=x", "acces%73%5Ftoken=x", "access_toke%6e", "a=b=c&access_token=x&d"})
    BOOST_TEST(in("Bearer a", "/mcp?" + std::string(query)).error == code(auth_errc::token_in_query), query);
  for (auto const* query : {"", "x=access_token", "xaccess_token=1", "access_tokens=1", "access_token%00=1",
                            "a=%26access_token=1", "Access_Token=1", "access%", "access_token%",
                            "=access_token", "x=y=access_token", "%zzaccess_token=1"})
    BOOST_TEST(in("Bearer a", "/mcp?" + std::string(query)).token == "a", query);
  BOOST_TEST(in(http::request_head::make("POST", "/mcp?access_token=x")).error ==
             code(auth_errc::missing_token));
}

BOOST_AUTO_TEST_SUITE_END()
