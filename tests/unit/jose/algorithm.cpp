// tests/unit/jose/algorithm.cpp - the signature algorithms
// SPDX-License-Identifier: BSL-1.0
#include <boost/test/unit_test.hpp>

#include <mcpawl/jose/algorithm.hpp>

#include <string_view>

BOOST_AUTO_TEST_SUITE(jose_algorithm)

using namespace mcpawl;
using namespace mcpawl::detail;
using jose::algorithm;

BOOST_AUTO_TEST_CASE(names_go_both_ways) {
  for (std::size_t i = 0; i != jose::algorithm_count; ++i) {
    auto const a = static_cast<algorithm>(i);
    BOOST_TEST((jose::find_algorithm(jose::name_of(a)) == a));
  }
  BOOST_TEST((jose::find_algorithm("RS256") == algorithm::rs256));
  BOOST_TEST((jose::find_algorithm("EdDSA") == algorithm::eddsa));
}

BOOST_AUTO_TEST_CASE(no_other_spelling_is_an_algorithm) {
  using namespace std::string_view_literals;
  for (auto name :
       {""sv, "none"sv, "None"sv, "NONE"sv, "HS256"sv, "HS512"sv, "rs256"sv, "Rs256"sv, "RS256 "sv,
        " RS256"sv, "RS256\0"sv, "RS257"sv, "RSA-OAEP"sv, "ES256K"sv, "EDDSA"sv, "Ed448"sv, "dir"sv}) {
    BOOST_TEST(!jose::find_algorithm(name));
  }
}

BOOST_AUTO_TEST_CASE(a_set_holds_what_was_put_in) {
  jose::algorithm_set set;
  BOOST_TEST(set.empty());
  set.insert(algorithm::ps512);
  BOOST_TEST(set.contains(algorithm::ps512));
  BOOST_TEST(!set.contains(algorithm::ps384));
  BOOST_TEST((set == jose::algorithm_set{algorithm::ps512}));
}

BOOST_AUTO_TEST_CASE(a_kind_of_key_has_its_own_algorithms_only) {
  BOOST_TEST((jose::algorithms_of(key_kind::p256) == jose::algorithm_set{algorithm::es256}));
  BOOST_TEST((jose::algorithms_of(key_kind::p521) == jose::algorithm_set{algorithm::es512}));
  BOOST_TEST((jose::algorithms_of(key_kind::ed25519) == jose::algorithm_set{algorithm::eddsa}));
  BOOST_TEST((jose::algorithms_of(key_kind::rsa) == jose::algorithm_set{algorithm::rs256, algorithm::rs384,
                                                                        algorithm::rs512, algorithm::ps256,
                                                                        algorithm::ps384, algorithm::ps512}));
}

BOOST_AUTO_TEST_SUITE_END()
