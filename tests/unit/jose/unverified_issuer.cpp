// tests/unit/jose/unverified_issuer.cpp - which issuer a token names, whoever wrote it
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/crypto/base64url.hpp>
#include <mcpawl/jose/unverified_issuer.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(jose_unverified_issuer)

namespace {

constexpr std::string_view issuer = "https://a.example";

bool named_by(std::string_view payload) {
  std::string token = "eyJhbGciOiJSUzI1NiJ9.";
  mcpawl::detail::append_base64url(token, payload);
  token += ".c2ln";
  return mcpawl::jose::detail::names_issuer(token, issuer);
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_issuer_is_compared_whole_and_as_json_means_it) {
  BOOST_TEST(named_by(R"({"iss":"https://a.example"})"));
  BOOST_TEST(named_by(R"({"sub":{"iss":"x"},"iss" : "https:\/\/a\u002eexample","aud":["iss"]})"));
  for (auto const* other : {"https://a.example/", "https://b.example", "HTTPS://a.example", ""})
    BOOST_TEST(!named_by(R"({"iss":")" + std::string(other) + "\"}"), other);
}

BOOST_AUTO_TEST_CASE(what_is_no_such_token_names_nobody) {
  for (auto const* payload :
       {"{}", "[]", "\"https://a.example\"", R"(["iss","https://a.example"])",
        R"({"a":{"iss":"https://a.example"}})", R"({"iss":["https://a.example"]})",
        R"({"iss":{"iss":"https://a.example"}})", R"({"iss":null})", R"({"iss":"https://a.example")",
        R"({"iss":"https://a.example"} x)", "", R"({"iss":"https://a.example","iss":"https://b.example"})",
        R"({"iss":"https://b.example","iss":"https://a.example"})",
        R"({"iss":"https://a.example","iss":"https://a.example"})"})
    BOOST_TEST(!named_by(payload), payload);
  BOOST_TEST(!named_by("{\"a\":" + std::string(100, '[') + std::string(100, ']') +
                       ",\"iss\":\"https://a.example\"}"));
  BOOST_TEST(!named_by("{\"a\":\"" + std::string(20'000, 'a') + "\",\"iss\":\"https://a.example\"}"));
  for (auto const* token : {"", ".", "..", "a.b", "a.!.c", "a.eyJ=.c"})
    BOOST_TEST(!mcpawl::jose::detail::names_issuer(token, issuer), token);
}

BOOST_AUTO_TEST_SUITE_END()
