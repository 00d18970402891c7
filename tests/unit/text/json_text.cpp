// tests/unit/text/json_text.cpp - strings, numbers and documents written as JSON
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/text/json_text.hpp>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(reflect_json_text)

namespace {

std::string json_string(std::string_view text) {
  std::string out;
  mcpawl::append_json_string(out, text);
  return out;
}
template <class Number>
std::string json_number(Number value) {
  std::string out;
  mcpawl::append_json_number(out, value);
  return out;
}
std::string rewritten(std::string_view text) {
  std::string out;
  mcpawl::append_json(out, boost::json::parse({text.data(), text.size()}));
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(strings_are_escaped_only_where_json_demands_it) {
  BOOST_TEST(json_string("") == R"("")");
  BOOST_TEST(json_string("plain / text") == R"("plain / text")");
  BOOST_TEST(json_string("a\"b\\c") == R"("a\"b\\c")");
  BOOST_TEST(json_string("\b\f\n\r\t") == R"("\b\f\n\r\t")");
  BOOST_TEST(json_string(std::string_view("\0\x1f\x7f", 3)) == "\"\\u0000\\u001f\x7f\"");
  BOOST_TEST(json_string("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80") ==
             "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"");
}

BOOST_AUTO_TEST_CASE(bytes_that_are_not_utf8_become_replacement_characters) {
  BOOST_TEST(json_string("a\xff") == "\"a\xef\xbf\xbd\"");
  BOOST_TEST(json_string("\xe2\x82(") == "\"\xef\xbf\xbd(\"");
  BOOST_TEST(json_string("\xed\xa0\x80") == "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
  BOOST_TEST(json_string("\xff\"\xff") == "\"\xef\xbf\xbd\\\"\xef\xbf\xbd\"");
}

BOOST_AUTO_TEST_CASE(random_bytes_always_make_a_string_that_parses) {
  std::mt19937 random(1);
  for (int round = 0; round != 2000; ++round) {
    std::string bytes(random() % 40, '\0');
    for (char& c : bytes) {
      c = random() % 3 == 0 ? static_cast<char>(random() % 256)
                            : "\xc3\xa4\xf0\x9f\x98\x80\"\\"[random() % 8];
    }
    boost::system::error_code error;
    auto const value = boost::json::parse(json_string(bytes), error);
    BOOST_TEST_REQUIRE(!error.failed());
    BOOST_TEST(value.is_string());
  }
}

BOOST_AUTO_TEST_CASE(integers_keep_all_their_digits) {
  BOOST_TEST(json_number(0) == "0");
  BOOST_TEST(json_number(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
  BOOST_TEST(json_number(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
  BOOST_TEST(json_number(static_cast<signed char>(-5)) == "-5");
}

BOOST_AUTO_TEST_CASE(integral_doubles_look_like_integers) {
  BOOST_TEST(json_number(42.0) == "42");
  BOOST_TEST(json_number(0.0) == "0");
  BOOST_TEST(json_number(-0.0) == "-0.0");
  BOOST_TEST(json_number(-7.0) == "-7");
  BOOST_TEST(json_number(100000.0) == "100000");
  BOOST_TEST(json_number(999999999999999.0) == "999999999999999");
  BOOST_TEST(json_number(1e15) == "1e+15");
}

BOOST_AUTO_TEST_CASE(other_doubles_are_as_short_as_they_can_be) {
  BOOST_TEST(json_number(21.5) == "21.5");
  BOOST_TEST(json_number(0.1) == "0.1");
  BOOST_TEST(json_number(0.1f) == "0.1");
  BOOST_TEST(json_number(1.0 / 3) == "0.3333333333333333");
  BOOST_TEST(json_number(5e-324) == "5e-324");
  BOOST_TEST(json_number(1e300) == "1e+300");
}

BOOST_AUTO_TEST_CASE(what_json_cannot_say_is_null) {
  BOOST_TEST(json_number(std::numeric_limits<double>::quiet_NaN()) == "null");
  BOOST_TEST(json_number(std::numeric_limits<double>::infinity()) == "null");
  BOOST_TEST(json_number(-std::numeric_limits<float>::infinity()) == "null");
}

BOOST_AUTO_TEST_CASE(doubles_of_any_bits_read_back_the_same) {
  std::mt19937_64 random(2);
  for (int round = 0; round != 20000; ++round) {
    auto const value = round % 2 == 0 ? std::bit_cast<double>(random())
                                      : static_cast<double>(static_cast<std::int64_t>(random())) / 1024;
    if (!std::isfinite(value)) continue;
    auto const text = json_number(value);
    BOOST_TEST_REQUIRE(std::strtod(text.c_str(), nullptr) == value, text);
    boost::system::error_code error;
    boost::json::parse(text, error);
    BOOST_TEST_REQUIRE(!error.failed(), text);
  }
}

BOOST_AUTO_TEST_CASE(documents_are_written_compactly_in_their_own_order) {
  BOOST_TEST(rewritten("null") == "null");
  BOOST_TEST(rewritten(" [ ] ") == "[]");
  BOOST_TEST(rewritten("{ }") == "{}");
  BOOST_TEST(
      rewritten(
          R"( {"z": [1, -2, 18446744073709551615, 4.2E1, true, false, null], "a": {"\u00e4": "\n"}} )") ==
      "{\"z\":[1,-2,18446744073709551615,42,true,false,null],\"a\":{\"\xc3\xa4\":\"\\n\"}}");
}

BOOST_AUTO_TEST_CASE(deep_documents_are_written) {
  boost::json::value value = 1;
  for (int i = 0; i != 1000; ++i) value = boost::json::array{value};
  std::string out;
  mcpawl::append_json(out, value);
  BOOST_TEST(out == std::string(1000, '[') + "1" + std::string(1000, ']'));
}

BOOST_AUTO_TEST_CASE(appending_leaves_what_was_there) {
  std::string out = "x";
  mcpawl::append_json_string(out, "y");
  mcpawl::append_json_number(out, 1.5);
  BOOST_TEST(out == "x\"y\"1.5");
}

BOOST_AUTO_TEST_SUITE_END()
