// tests/unit/jose/errc.cpp - the texts and conditions of the jose layer's errors
// SPDX-License-Identifier: BSL-1.0
#include <boost/test/unit_test.hpp>

#include <mcpawl/jose/errc.hpp>

#include <set>
#include <string>

BOOST_AUTO_TEST_SUITE(jose_errc)

using namespace mcpawl;
using jose::jose_errc;

BOOST_AUTO_TEST_CASE(each_value_has_a_text_of_its_own_and_a_condition) {
  std::set<std::string> texts;
  int const last = static_cast<int>(jose_errc::library);
  for (int i = 1; i <= last; ++i) texts.insert(jose::make_error_code(static_cast<jose_errc>(i)).message());
  BOOST_TEST(texts.size() == static_cast<std::size_t>(last));
  BOOST_TEST(texts.count("unknown token error") == 0u);
  BOOST_TEST((jose::make_error_code(jose_errc::expired) == condition::expired));
  BOOST_TEST((jose::make_error_code(jose_errc::bad_signature) == condition::refused));
  BOOST_TEST((jose::make_error_code(jose_errc::no_keys) == condition::unavailable));
  BOOST_TEST(jose::make_error_code(jose_errc::expired).category().name() == std::string{"mcpawl.jose"});
}

BOOST_AUTO_TEST_SUITE_END()
