// tests/unit/crypto/ifma_multiply.cpp - Montgomery's multiplication against OpenSSL's numbers
// SPDX-License-Identifier: BSL-1.0
#include <boost/test/unit_test.hpp>

#include <mcpawl/crypto/ifma_multiply.hpp>

#include "rsa_arithmetic.hpp"

BOOST_AUTO_TEST_SUITE(crypto_ifma_multiply)

using namespace mcpawl::rsa_tests;
using mcpawl::detail::cpu_has_ifma;
using mcpawl::detail::radix52;

namespace {

using bignum = mcpawl::detail::openssl_handle<BIGNUM, &BN_free>;

#if MCPAWL_X86_64

bignum number(bytes const& in) { return bignum{BN_bin2bn(in.data(), static_cast<int>(in.size()), nullptr)}; }

template <std::size_t Bits>
bignum number(typename radix52<Bits>::number const& in) {
  bignum out{BN_new()};
  for (std::size_t i = radix52<Bits>::slots; i-- != 0;) {
    BN_lshift(out.get(), out.get(), 52);
    BN_add_word(out.get(), in.limb[i]);
  }
  return out;
}

template <std::size_t Bits>
typename radix52<Bits>::number limbs(bignum const& in) {
  typename radix52<Bits>::number out;
  bignum rest{BN_dup(in.get())}, low{BN_new()};
  for (std::uint64_t& limb : out.limb) {
    BN_copy(low.get(), rest.get());
    BN_mask_bits(low.get(), 52);
    limb = BN_get_word(low.get());
    BN_rshift(rest.get(), rest.get(), 52);
  }
  return out;
}

template <std::size_t Bits>
void multiply(bytes const& modulus, numbers& draw) {
  using form = radix52<Bits>;
  mcpawl::detail::openssl_handle<BN_CTX, &BN_CTX_free> const ctx{BN_CTX_new()};
  bignum const n = number(modulus), radix{BN_new()}, twice{BN_new()}, limb{BN_new()}, k{BN_new()};
  BN_set_bit(radix.get(), 52 * static_cast<int>(form::limbs));
  BN_lshift1(twice.get(), n.get());
  BN_set_bit(limb.get(), 52);
  BN_mod_inverse(k.get(), n.get(), limb.get(), ctx.get());
  BN_sub(k.get(), limb.get(), k.get());

  std::vector<bignum> values;  // up to twice the modulus, which is what is allowed
  for (int small : {0, 1, 2}) {
    values.emplace_back(BN_new());
    BN_set_word(values.back().get(), static_cast<BN_ULONG>(small));
    values.emplace_back(BN_dup(twice.get()));
    BN_sub_word(values.back().get(), static_cast<BN_ULONG>(small + 1));
    values.emplace_back(BN_dup(n.get()));
    BN_sub_word(values.back().get(), static_cast<BN_ULONG>(small));
  }
  for (int i = 0; i != 4; ++i) {
    values.push_back(number(draw.below(modulus)));
    values.push_back(number(draw.below(modulus)));
    BN_add(values.back().get(), values.back().get(), n.get());
  }
  for (bignum const& a : values) {
    for (bignum const& b : values) {
      auto const x = limbs<Bits>(a), y = limbs<Bits>(b), m = limbs<Bits>(n);
      typename form::number out, over = x;
      mcpawl::detail::ifma_multiply<Bits>(out, x, y, m, BN_get_word(k.get()));
      mcpawl::detail::ifma_multiply<Bits>(over, over, y, m, BN_get_word(k.get()));
      BOOST_REQUIRE(out.limb == over.limb);
      BOOST_REQUIRE(std::all_of(out.limb.begin(), out.limb.end(), [](auto l) { return l <= form::mask; }));
      bignum const result = number<Bits>(out), back{BN_new()}, product{BN_new()};
      BOOST_REQUIRE(BN_cmp(result.get(), twice.get()) < 0);
      BN_mod_mul(back.get(), result.get(), radix.get(), n.get(), ctx.get());
      BN_mod_mul(product.get(), a.get(), b.get(), n.get(), ctx.get());
      BOOST_REQUIRE(BN_cmp(back.get(), product.get()) == 0);
    }
  }
}

#endif

}  // namespace

BOOST_AUTO_TEST_CASE(a_product_is_that_of_openssl_divided_by_the_radix) {
  BOOST_TEST_MESSAGE(
      "AVX-512 IFMA: " << (cpu_has_ifma() ? "multiplied" : "not on this CPU, which was asked"));
#if MCPAWL_X86_64
  BOOST_TEST(cpu_has_ifma() ==
             (__builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512ifma") != 0));
  if (!cpu_has_ifma()) return;
  numbers draw;
  for (bytes const& n : edge_moduli(256)) multiply<2048>(n, draw);
  for (bytes const& n : edge_moduli(384)) multiply<3072>(n, draw);
  for (bytes const& n : edge_moduli(512)) multiply<4096>(n, draw);
  for (int i = 0; i != 20; ++i) {
    multiply<2048>(draw.modulus(256), draw);
    multiply<3072>(draw.modulus(384), draw);
    multiply<4096>(draw.modulus(512), draw);
  }
#else
  BOOST_TEST(!cpu_has_ifma());
#endif
}

BOOST_AUTO_TEST_SUITE_END()
