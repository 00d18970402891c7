// tests/unit/oauth/resource/challenge.cpp - challenges that stay one line of quoted strings, whatever is put into them
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/resource/challenge.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(oauth_challenge)

using mcpawl::oauth::challenge;

BOOST_AUTO_TEST_CASE(parameters_stand_in_their_order) {
  challenge words;
  BOOST_TEST(words.text() == "Bearer");
  words.parameter("error", "insufficient_scope").parameter("scope", "a b");
  words.parameter("resource_metadata", "https://a.example/.well-known/oauth-protected-resource/mcp");
  BOOST_TEST(words.text() ==
             "Bearer error=\"insufficient_scope\", scope=\"a b\", "
             "resource_metadata=\"https://a.example/.well-known/oauth-protected-resource/mcp\"");
}

BOOST_AUTO_TEST_CASE(an_empty_value_is_no_parameter) {
  challenge words;
  words.parameter("error", "").parameter("scope", "a").parameter("x", "");
  BOOST_TEST(words.text() == "Bearer scope=\"a\"");
}

BOOST_AUTO_TEST_CASE(nothing_leaves_the_quotes) {
  challenge words;
  words.parameter("scope", "a\", error=\"none\\\r\nSet-Cookie: x=y\x7f\xc3\xa9");
  BOOST_TEST(words.text() == "Bearer scope=\"a\\\", error=\\\"none\\\\??Set-Cookie: x=y???\"");
  for (int c = 0; c != 256; ++c) {
    challenge one;
    one.parameter("p", std::string(1, static_cast<char>(c)));
    std::string_view text = one.text();
    BOOST_REQUIRE(text.starts_with("Bearer p=\"") && text.ends_with("\""));
    text.remove_prefix(10);
    text.remove_suffix(1);
    bool const escaped = c == '"' || c == '\\';
    BOOST_TEST(text.size() == (escaped ? 2u : 1u));
    BOOST_TEST((text.front() == '\\') == escaped);
  }
}

BOOST_AUTO_TEST_SUITE_END()
