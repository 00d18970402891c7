// tests/unit/crypto/radix52.cpp - numbers to limbs and back, and the one subtraction
// SPDX-License-Identifier: BSL-1.0
#include <boost/test/unit_test.hpp>

#include <mcpawl/crypto/radix52.hpp>

#include "rsa_arithmetic.hpp"

BOOST_AUTO_TEST_SUITE(crypto_radix52)

using namespace mcpawl::rsa_tests;
using mcpawl::detail::radix52;

namespace {

template <std::size_t Bits>
typename radix52<Bits>::number split(bytes const& in) {
  typename radix52<Bits>::number out;
  radix52<Bits>::split(out, view{in}.template first<Bits / 8>());
  return out;
}
template <std::size_t Bits>
bytes join(typename radix52<Bits>::number const& in) {
  bytes out(Bits / 8);
  radix52<Bits>::join(std::span{out}.template first<Bits / 8>(), in);
  return out;
}

template <std::size_t Bits>
void there_and_back() {
  using form = radix52<Bits>;
  numbers draw;
  std::vector<bytes> all = edge_moduli(Bits / 8);
  for (bytes const& value : edge_values(all.front())) all.push_back(value);
  for (int i = 0; i != 200; ++i) all.push_back(draw.either(Bits / 8));
  for (bytes const& in : all) {
    auto const limbs = split<Bits>(in);
    BOOST_TEST((join<Bits>(limbs) == in));
    for (std::size_t i = 0; i != form::slots; ++i) {
      std::uint64_t limb = 0;  // bit by bit
      for (std::size_t bit = 0; bit != 52; ++bit) {
        std::size_t const at = 52 * i + bit;
        if (at < Bits) limb |= std::uint64_t{in[Bits / 8 - 1 - at / 8]} >> at % 8 % 64 << 63 >> (63 - bit);
      }
      BOOST_REQUIRE(limbs.limb[i] == limb);
    }
  }
}

template <std::size_t Bits>
void one_subtraction() {
  using form = radix52<Bits>;
  numbers draw;
  std::vector<bytes> moduli = edge_moduli(Bits / 8);
  for (int i = 0; i != 100; ++i) moduli.push_back(draw.modulus(Bits / 8));
  for (bytes const& n : moduli) {
    auto const modulus = split<Bits>(n);
    for (bytes const& s :
         {small_number(Bits / 8, 0), small_number(Bits / 8, 1), plus(n, -1), draw.below(n)}) {
      auto const below = split<Bits>(s);
      BOOST_TEST(form::below(below, modulus));
      BOOST_TEST(!form::below(modulus, below));
      auto x = below;
      form::reduce(x, modulus);
      BOOST_TEST((x.limb == below.limb));
      std::uint64_t carry = 0;
      for (std::size_t i = 0; i != form::slots; ++i) {
        carry += below.limb[i] + modulus.limb[i];
        x.limb[i] = carry & form::mask;
        carry >>= 52;
      }
      BOOST_TEST(!form::below(x, modulus));
      form::reduce(x, modulus);
      BOOST_TEST((x.limb == below.limb));
    }
    BOOST_TEST(!form::below(modulus, modulus));
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_radix_is_more_than_four_moduli) {
  BOOST_TEST(52 * radix52<2048>::limbs >= 2050u);
  BOOST_TEST(52 * radix52<3072>::limbs >= 3074u);
  BOOST_TEST(52 * radix52<4096>::limbs >= 4098u);
  BOOST_TEST(radix52<2048>::slots == 40u);
  BOOST_TEST(radix52<3072>::slots == 64u);
  BOOST_TEST(radix52<4096>::slots == 80u);
}

BOOST_AUTO_TEST_CASE(limbs_are_the_bits_of_the_number) {
  there_and_back<2048>();
  there_and_back<3072>();
  there_and_back<4096>();
}

BOOST_AUTO_TEST_CASE(the_modulus_is_subtracted_where_it_fits) {
  one_subtraction<2048>();
  one_subtraction<3072>();
  one_subtraction<4096>();
}

BOOST_AUTO_TEST_SUITE_END()
