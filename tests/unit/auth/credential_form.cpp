// tests/unit/auth/credential_form.cpp - of which kind a bearer token is
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/auth/credential_form.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(auth_credential_form)

namespace {

using namespace mcpawl;
using detail::bearer_form;

bearer_form form_of(std::string_view authorization) {
  return detail::bearer_form_of(http::request_head::make("POST", "/mcp", {{"Authorization", authorization}}));
}

}  // namespace

BOOST_AUTO_TEST_CASE(each_token_has_one_form) {
  BOOST_CHECK(form_of("Bearer eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln") == bearer_form::jwt);
  BOOST_CHECK(form_of("bearer   ewogICJhbGciOiAiUlMyNTYifQ.e30.c2ln") == bearer_form::jwt);
  BOOST_CHECK(form_of("Bearer mcpawl_at_abc") == bearer_form::own);
  BOOST_CHECK(form_of("Bearer 0123456789abcdef0123456789abcdef") == bearer_form::opaque);
  BOOST_CHECK(form_of("Bearer \"quoted\"") == bearer_form::opaque);
  for (auto const* other : {"", "Bearer", "Bearer ", "Basic YTpi", "Bearereyx.y.z"})
    BOOST_CHECK(form_of(other) == bearer_form::none);
}

BOOST_AUTO_TEST_CASE(what_is_only_similar_to_a_jwt_is_opaque) {
  for (std::string const token :
       {"eyJ", "eyJ.a", "eyJ..a", "eyJ.a.", "eyJ.a.b.c", "eyJ.a.b.c.d", "SG.aaaa.bbbb", ".a.b"})
    BOOST_TEST((form_of("Bearer " + token) == bearer_form::opaque), token);
}

BOOST_AUTO_TEST_CASE(two_fields_are_for_any_policy_of_bearer_tokens_to_refuse) {
  auto const head = http::request_head::make(
      "POST", "/mcp", {{"Authorization", "Basic YTpi"}, {"authorization", "Bearer x"}});
  BOOST_CHECK(detail::bearer_form_of(head) == bearer_form::several);
  for (auto const form : {bearer_form::jwt, bearer_form::own, bearer_form::opaque})
    BOOST_TEST(detail::has_bearer_of(form, head));
}

BOOST_AUTO_TEST_SUITE_END()
