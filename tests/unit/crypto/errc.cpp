// tests/unit/crypto/errc.cpp - the texts and conditions of the crypto layer's errors
// SPDX-License-Identifier: BSL-1.0
#include <boost/test/unit_test.hpp>

#include <mcpawl/crypto/errc.hpp>

#include <set>
#include <string>

BOOST_AUTO_TEST_SUITE(crypto_errc_values)

using namespace mcpawl;
using namespace mcpawl::detail;

BOOST_AUTO_TEST_CASE(each_value_has_a_text_of_its_own_and_a_condition) {
  std::set<std::string> texts;
  int const last = static_cast<int>(crypto_errc::library);
  for (int i = 1; i <= last; ++i) texts.insert(make_error_code(static_cast<crypto_errc>(i)).message());
  BOOST_TEST(texts.size() == static_cast<std::size_t>(last));
  BOOST_TEST(texts.count("unknown crypto error") == 0u);
  BOOST_TEST((make_error_code(crypto_errc::sealed_forged) == condition::refused));
  BOOST_TEST((make_error_code(crypto_errc::bad_base64) == condition::malformed));
  BOOST_TEST(make_error_code(crypto_errc::library).category().name() == std::string{"mcpawl.crypto"});
}

BOOST_AUTO_TEST_SUITE_END()
