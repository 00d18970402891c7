// tests/unit/keys/key_origin.cpp - where keys come from, and which are of use
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/keys/key_origin.hpp>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(auth_key_origin)

using namespace mcpawl;
using namespace mcpawl::detail;
using jose::algorithm;

BOOST_AUTO_TEST_CASE(an_address_is_fixed_or_discovered) {
  key_origin const fixed(*http::origin_url::parse("https://a.example/keys"));
  BOOST_TEST(fixed.keys()->target() == "/keys");
  BOOST_TEST(fixed.metadata().empty());
  auto const found = key_origin::discover("https://a.example/t/");
  BOOST_TEST(!found.keys().has_value());
  BOOST_TEST(found.metadata().size() == 2u);
  BOOST_TEST(found.issuer() == "https://a.example/t/");
}

BOOST_AUTO_TEST_CASE(a_key_is_of_use_if_one_algorithm_is_common) {
  auto origin = key_origin::discover("https://a.example");
  BOOST_TEST(origin.accepts({algorithm::ps512}));
  BOOST_TEST(!origin.accepts({}));
  origin.algorithms({algorithm::rs256, algorithm::es256});
  BOOST_TEST(origin.accepts({algorithm::rs256}));
  BOOST_TEST(origin.accepts({algorithm::ps256, algorithm::es256}));
  BOOST_TEST(!origin.accepts({algorithm::es384, algorithm::eddsa}));
}

BOOST_AUTO_TEST_SUITE_END()
