// tests/unit/text/number_text.cpp - which texts are a number of JSON, and which number
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/text/number_text.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(text_number_text)

using mcpawl::detail::number_of_text;

BOOST_AUTO_TEST_CASE(a_text_is_the_number_that_json_spells_so) {
  struct row {
    std::string_view text;
    boost::json::value number;
  };
  row const rows[] = {
      {"0", std::int64_t{0}},
      {"-0", std::int64_t{0}},
      {"5", std::int64_t{5}},
      {"-12", std::int64_t{-12}},
      {"9223372036854775807", std::numeric_limits<std::int64_t>::max()},
      {"-9223372036854775808", std::numeric_limits<std::int64_t>::min()},
      {"9223372036854775808", std::uint64_t{9223372036854775808U}},
      {"18446744073709551615", std::numeric_limits<std::uint64_t>::max()},
      {"18446744073709551616", 18446744073709551616.0},
      {"0.5", 0.5},
      {"5.0", 5.0},
      {"-1.25E+2", -125.0},
      {"2e-1", 0.2},
  };
  for (auto const& [text, number] : rows) {
    auto const read = number_of_text(text);
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST_REQUIRE(read.has_value());
      BOOST_TEST((*read == number));
      BOOST_TEST((read->kind() == number.kind()));
    }
  }
}

BOOST_AUTO_TEST_CASE(every_other_text_is_none) {
  for (std::string_view text :
       {"",    " ",    "-",   "+5",  " 5",  "5 ",    "5\n",    "05",    "00",          "-01",
        "5.",  ".5",   "5e",  "5e+", "0x5", "5f",    "1_000",  "1,5",   "five",        "inf",
        "nan", "-inf", "NaN", "--5", "5-5", "1e999", "-1e999", "1.2.3", "\xef\xbc\x95"})
    BOOST_TEST(!number_of_text(text), text);
  BOOST_TEST(!number_of_text(std::string_view("5\0", 2)));
  BOOST_TEST(!number_of_text(std::string(100'000, '9')));
  BOOST_TEST(number_of_text("0." + std::string(100'000, '3')).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
