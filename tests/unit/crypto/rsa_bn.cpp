// tests/unit/crypto/rsa_bn.cpp - the public operation by multiplications alone, against OpenSSL's own
// SPDX-License-Identifier: BSL-1.0
#include <boost/test/unit_test.hpp>

#include <mcpawl/crypto/rsa_bn.hpp>
#include <mcpawl/crypto/rsa_check.hpp>

#include "rsa_arithmetic.hpp"

BOOST_AUTO_TEST_SUITE(crypto_rsa_bn)

using namespace mcpawl;
using namespace mcpawl::rsa_tests;
using mcpawl::detail::bn_arithmetic;

namespace {

/** How many of the numbers below n, edges and `random` others, have another result. */
std::size_t differences(bytes const& n, numbers& draw, int random) {
  auto const operation = bn_arithmetic::prepare(n);
  openssl_power const power{n};
  std::vector<bytes> all = edge_values(n);
  for (int i = 0; i != random; ++i) all.push_back(draw.below(n));
  std::size_t wrong = 0;
  bytes out(n.size());
  for (bytes const& s : all) wrong += !operation->compute(out, s) || out != power(s);
  for (bytes const& s : {n, bytes(n.size(), 0xff)}) wrong += operation->compute(out, s);
  return wrong;
}

}  // namespace

BOOST_AUTO_TEST_CASE(results_are_those_of_openssl) {
  numbers draw;
  for (std::size_t size : {256u, 320u, 384u, 512u, 1024u}) {
    for (bytes const& n : edge_moduli(size)) BOOST_TEST(differences(n, draw, 0) == 0u);
    for (int i = 0; i != 3; ++i) BOOST_TEST(differences(draw.modulus(size), draw, 100) == 0u);
  }
  for (int i = 0; i != 20; ++i) BOOST_TEST(differences(draw.modulus(256), draw, 500) == 0u);
}

BOOST_AUTO_TEST_CASE(it_knows_the_answers) { BOOST_TEST(detail::passes_self_test<bn_arithmetic>()); }

BOOST_AUTO_TEST_SUITE_END()
