// tests/unit/crypto/rsa_ifma.cpp - the public operation against OpenSSL: 100 000 random numbers and all edges
// SPDX-License-Identifier: BSL-1.0
#include <boost/test/unit_test.hpp>

#include <mcpawl/crypto/rsa_ifma.hpp>

#include "rsa_arithmetic.hpp"

BOOST_AUTO_TEST_SUITE(crypto_rsa_ifma)

using namespace mcpawl;
using namespace mcpawl::rsa_tests;
using mcpawl::detail::ifma_arithmetic;
using mcpawl::detail::rsa_operation;

namespace {

/** The arithmetic under test, or on CPUs that cannot do it the portable one, so that what is asked of it
    here is asked on every machine. */
std::unique_ptr<rsa_operation const> prepare(bytes const& modulus) {
  bool const here = ifma_arithmetic::obstacle().empty();
  return here ? ifma_arithmetic::prepare(modulus) : portable_arithmetic::prepare(modulus);
}

void edges(bytes const& n) {
  auto const operation = prepare(n);
  BOOST_REQUIRE(operation != nullptr);
  openssl_power const power{n};
  bytes out(n.size());
  for (bytes const& s : edge_values(n)) {
    BOOST_REQUIRE(operation->compute(out, s));
    BOOST_REQUIRE((out == power(s)));
  }
  for (bytes const& s : {n, bytes(n.size(), 0xff)}) BOOST_REQUIRE(!operation->compute(out, s));
  if (n.back() < 0xfe) BOOST_REQUIRE(!operation->compute(out, plus(n, 2)));
  if (n.back() != 0xff) BOOST_REQUIRE(!operation->compute(out, plus(n, 1)));
}

/** `rounds` moduli with 500 numbers each; the numbers of the wrong results are returned. */
std::size_t differences(std::size_t bits, int rounds) {
  numbers draw;
  std::size_t wrong = 0;
  for (int round = 0; round != rounds; ++round) {
    bytes const n = draw.modulus(bits / 8);
    auto const operation = prepare(n);
    openssl_power const power{n};
    bytes out(n.size());
    for (int i = 0; i != 500; ++i) {
      bytes const s = draw.below(n);
      wrong += !operation->compute(out, s) || out != power(s);
    }
  }
  return wrong;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_cpu_decides) {
  auto const obstacle = ifma_arithmetic::obstacle();
  BOOST_TEST_MESSAGE("RSA arithmetic under test: " << (obstacle.empty() ? ifma_arithmetic::name : obstacle));
  BOOST_TEST(obstacle.empty() == mcpawl::detail::cpu_has_ifma());
}

BOOST_AUTO_TEST_CASE(edge_values_of_edge_moduli) {
  for (std::size_t size : {256u, 384u, 512u}) {
    for (bytes const& n : edge_moduli(size)) edges(n);
  }
}

BOOST_AUTO_TEST_CASE(edge_values_of_any_modulus) {
  numbers draw;
  for (std::size_t size : {256u, 384u, 512u}) {
    for (int i = 0; i != 5; ++i) edges(draw.modulus(size));
  }
}

BOOST_AUTO_TEST_CASE(a_hundred_thousand_numbers) {
  // the portable arithmetic is of these tests alone, and OpenSSL's on both sides
  int const share = ifma_arithmetic::obstacle().empty() ? 1 : 20;
  BOOST_TEST(differences(2048, 160 / share) == 0u);
  BOOST_TEST(differences(3072, 20 / share) == 0u);
  BOOST_TEST(differences(4096, 20 / share) == 0u);
}

BOOST_AUTO_TEST_CASE(other_sizes_are_not_for_it) {
  for (std::size_t size : {0u, 1u, 255u, 257u, 264u, 320u, 448u, 520u, 1024u}) {
    bytes n(size, 0xff);
    BOOST_TEST((ifma_arithmetic::prepare(n) == nullptr));
  }
}

BOOST_AUTO_TEST_SUITE_END()
