// tests/unit/crypto/rsa_check.cpp - arithmetic that is right passes, and each way to be wrong is found
// SPDX-License-Identifier: BSL-1.0
#include <boost/test/unit_test.hpp>

#include <mcpawl/crypto/rsa_check.hpp>

#include "rsa_arithmetic.hpp"

BOOST_AUTO_TEST_SUITE(crypto_rsa_check)

using namespace mcpawl;
using namespace mcpawl::rsa_tests;
using mcpawl::detail::rsa_operation;

namespace {

enum class flaw { last_bit, first_bit, takes_anything, takes_nothing, not_for_4096 };

template <flaw Flaw>
struct flawed : portable_arithmetic {
  class operation : public portable_operation {
  public:
    using portable_operation::portable_operation;
    bool compute(std::span<unsigned char> out, view s) const noexcept override {
      bool const done = portable_operation::compute(out, s);
      if (Flaw == flaw::last_bit) out.back() ^= 1;
      if (Flaw == flaw::first_bit) out.front() ^= 0x80;
      return Flaw == flaw::takes_anything || (done && Flaw != flaw::takes_nothing);
    }
  };
  static std::unique_ptr<rsa_operation const> prepare(view modulus) {
    if (Flaw == flaw::not_for_4096 && modulus.size() == 512) return nullptr;
    return std::make_unique<operation const>(modulus);
  }
};

bool agrees(rsa_operation const& operation, bytes const& modulus) {
  return mcpawl::detail::agrees_with_openssl(operation, key_of(modulus), modulus);
}

}  // namespace

BOOST_AUTO_TEST_CASE(right_arithmetic_knows_the_answers) {
  BOOST_TEST(mcpawl::detail::passes_self_test<portable_arithmetic>());
}

BOOST_AUTO_TEST_CASE(wrong_arithmetic_does_not) {
  BOOST_TEST(!mcpawl::detail::passes_self_test<flawed<flaw::last_bit>>());
  BOOST_TEST(!mcpawl::detail::passes_self_test<flawed<flaw::first_bit>>());
  BOOST_TEST(!mcpawl::detail::passes_self_test<flawed<flaw::takes_anything>>());
  BOOST_TEST(!mcpawl::detail::passes_self_test<flawed<flaw::takes_nothing>>());
  BOOST_TEST(!mcpawl::detail::passes_self_test<flawed<flaw::not_for_4096>>());
}

BOOST_AUTO_TEST_CASE(openssl_confirms_only_its_own_result) {
  numbers draw;
  for (std::size_t size : {256u, 384u, 512u}) {
    bytes const n = draw.modulus(size);
    BOOST_TEST(agrees(portable_operation{n}, n));
    BOOST_TEST(agrees(flawed<flaw::takes_anything>::operation{n}, n));  // it computes right, though
    BOOST_TEST(!agrees(flawed<flaw::last_bit>::operation{n}, n));
    BOOST_TEST(!agrees(flawed<flaw::first_bit>::operation{n}, n));
    BOOST_TEST(!agrees(flawed<flaw::takes_nothing>::operation{n}, n));
    BOOST_TEST(!agrees(portable_operation{draw.modulus(size)}, n));  // of another key
  }
  BOOST_TEST(ERR_peek_error() == 0u);
}

BOOST_AUTO_TEST_CASE(another_key_is_asked_another_number) {
  BOOST_TEST((mcpawl::detail::known_bytes(256, 1) == mcpawl::detail::known_bytes(256, 1)));
  BOOST_TEST((mcpawl::detail::known_bytes(256, 1) != mcpawl::detail::known_bytes(256, 2)));
}

BOOST_AUTO_TEST_SUITE_END()
