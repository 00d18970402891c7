// tests/unit/jose/compact.cpp - a token cut into its three parts
// SPDX-License-Identifier: BSL-1.0
#include <boost/test/unit_test.hpp>

#include <mcpawl/jose/compact.hpp>

#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(jose_compact)

using namespace mcpawl;
using jose::jose_errc;

BOOST_AUTO_TEST_CASE(three_parts_are_cut_at_their_dots) {
  auto const parts = jose::split_compact("ab.cde.f", 8).value();
  BOOST_TEST(parts.header == "ab");
  BOOST_TEST(parts.payload == "cde");
  BOOST_TEST(parts.signature == "f");
  BOOST_TEST(parts.signing_input == "ab.cde");
}

BOOST_AUTO_TEST_CASE(everything_but_three_non_empty_parts_is_refused) {
  for (std::string_view token :
       {"", ".", "..", "...", "a", "a.", "a.b", "a.b.", ".b.c", "a..c", "a.b.c.", ".a.b.c", "a.b.c.d",
        "a.b.c.d.e", "....", R"({"payload":"a","signature":"b"})"}) {
    BOOST_TEST_CONTEXT(token) {
      BOOST_TEST((jose::split_compact(token, 1000).error() == jose_errc::malformed_token));
    }
  }
}

BOOST_AUTO_TEST_CASE(the_size_is_looked_at_before_the_dots) {
  BOOST_TEST(jose::split_compact("aa.bb.cc", 8).has_value());
  BOOST_TEST((jose::split_compact("aa.bb.cc", 7).error() == jose_errc::token_too_large));
  BOOST_TEST((jose::split_compact(std::string(1 << 20, '.'), 8192).error() == jose_errc::token_too_large));
}

BOOST_AUTO_TEST_SUITE_END()
