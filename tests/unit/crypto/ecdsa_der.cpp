// tests/unit/crypto/ecdsa_der.cpp - ECDSA signatures from the form of JOSE to the form of OpenSSL
// SPDX-License-Identifier: BSL-1.0
#include <boost/test/unit_test.hpp>

#include <mcpawl/crypto/ecdsa_der.hpp>

#include <vector>

BOOST_AUTO_TEST_SUITE(crypto_ecdsa_der)

using namespace mcpawl;
using bytes = std::vector<unsigned char>;

namespace {

bytes der(bytes const& rs) {
  detail::ecdsa_der const made = detail::to_der(rs);
  return {made.bytes.begin(), made.bytes.begin() + static_cast<std::ptrdiff_t>(made.size)};
}

}  // namespace

BOOST_AUTO_TEST_CASE(integers_are_minimal_and_never_negative) {
  BOOST_TEST((der({0, 5, 0x80, 1}) == bytes{0x30, 8, 2, 1, 5, 2, 3, 0, 0x80, 1}));
  BOOST_TEST((der({0, 0, 0, 0}) == bytes{0x30, 6, 2, 1, 0, 2, 1, 0}));
  BOOST_TEST((der({0, 0x80, 0x7f, 0xff}) == bytes{0x30, 8, 2, 2, 0, 0x80, 2, 2, 0x7f, 0xff}));
}

BOOST_AUTO_TEST_CASE(the_longest_signature_of_p521_fits) {
  bytes const made = der(bytes(132, 0xff));
  BOOST_REQUIRE(made.size() == 3 + 2 * (2 + 67));
  BOOST_TEST(made[1] == 0x81);
  BOOST_TEST(made[2] == 2 * (2 + 67));
}

BOOST_AUTO_TEST_SUITE_END()
