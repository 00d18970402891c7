// tests/unit/jsonrpc/strict_json.cpp - what the strict parser takes and what it refuses
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/jsonrpc/strict_json.hpp>

#include <boost/json/monotonic_resource.hpp>
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(jsonrpc_strict_json)

using mcpawl::detail::json_errc;
using mcpawl::detail::parse_strict_json;

namespace {

mcpawl::error_code error_of(std::string_view text) {
  auto const r = parse_strict_json(text, 16);
  return r ? mcpawl::error_code{} : r.error();
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_kind_of_value_is_taken) {
  for (std::string const text : {"null", "true", "-1", "1.5e3", R"("a:b\"c:d")", "[]", "{}",
                                 R"({"a":{"b":[{"c":":"}]}})", " [1 , 2] "})
    BOOST_TEST(!error_of(text), text);
}

BOOST_AUTO_TEST_CASE(what_is_no_json_is_refused) {
  for (std::string const text :
       {"{", "[1,]", "{\"a\":1,}", "01", "+1", "1.", "NaN", "'a'", "{a:1}", "// x\n1", "1 2", "\"\xff\"",
        "\"\xc0\xaf\"", "\"\\ud800\"", "\"\x01\"", "\"a"})
    BOOST_TEST(error_of(text) == make_error_code(json_errc::syntax), text);
  BOOST_TEST(error_of(std::string_view("{}\0", 3)) == make_error_code(json_errc::syntax));
  for (std::string const text : {"", " ", "\r\n\t"})
    BOOST_TEST(error_of(text) == make_error_code(json_errc::nothing), text);
  for (std::string const text : {"\xef\xbb\xbf{}", "\xef\xbb\xbf"})
    BOOST_TEST(error_of(text) == make_error_code(json_errc::byte_order_mark), text);
}

BOOST_AUTO_TEST_CASE(escapes_stand_for_their_characters) {
  auto const read = [](std::string_view text) {
    auto const r = parse_strict_json(text, 16);
    BOOST_TEST_REQUIRE(r.has_value());
    return std::string(r->as_string());
  };
  BOOST_TEST(read(R"("\"\\\/\b\f\n\r\t")") == "\"\\/\b\f\n\r\t");
  BOOST_TEST(read(R"("\u0041\u00e9\u20AC\ud83d\ude00")") == "A\u00e9\u20ac\U0001F600");
  BOOST_TEST(read(R"("\u0000")") == std::string(1, '\0'));
  // at every distance from the end, since sixteen bytes are looked at together
  for (std::size_t size = 0; size != 40; ++size) {
    std::string const plain(size, 'x');
    for (std::string const after : {"", "y", "0123456789abcdefg"}) {
      BOOST_TEST(read('"' + plain + after + '"') == plain + after);
      BOOST_TEST(read('"' + plain + "\\n" + after + '"') == plain + '\n' + after);
      BOOST_TEST(read('"' + plain + "\u00e9" + after + '"') == plain + "\u00e9" + after);
      for (std::string const bad :
           {"\x1f", "\x7f\x01", "\xff", "\\x", "\xc3", "\\u12g4", "\\ud800x", "\\udc00"})
        BOOST_TEST(error_of('"' + plain + bad + after + '"') == make_error_code(json_errc::syntax));
      BOOST_TEST(error_of('"' + plain + after) == make_error_code(json_errc::syntax));
    }
  }
}

BOOST_AUTO_TEST_CASE(every_beginning_of_a_text_is_refused) {
  std::string const whole =
      R"( { "a\n" : [ 1 , -2.5e-3 , true , false , null , "\ud83d\ude00" ] , "b" : { } , "c" : [ ] } )";
  BOOST_TEST(!error_of(whole));
  for (std::size_t size = 0; size < whole.size() - 1; ++size) {
    // a copy of its own size: whatever is read behind it is found by AddressSanitizer
    std::vector<char> const part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    BOOST_TEST(error_of({part.data(), part.size()}) != mcpawl::error_code{}, size);
  }
}

BOOST_AUTO_TEST_CASE(numbers_are_exact_or_the_nearest_double) {
  auto const read = [](std::string_view text) {
    auto const r = parse_strict_json(text, 16);
    BOOST_TEST_REQUIRE(r.has_value());
    return *r;
  };
  BOOST_TEST(read("9223372036854775807").as_int64() == std::numeric_limits<std::int64_t>::max());
  BOOST_TEST(read("-9223372036854775808").as_int64() == std::numeric_limits<std::int64_t>::min());
  BOOST_TEST(read("-0").as_int64() == 0);
  BOOST_TEST(read("18446744073709551615").as_uint64() == std::numeric_limits<std::uint64_t>::max());
  BOOST_TEST(read("18446744073709551616").as_double() == 18446744073709551616.0);
  BOOST_TEST(read("-9223372036854775809").as_double() == -9223372036854775808.0);
  BOOST_TEST(read("123456789.123456789").as_double() == 123456789.123456789);
  BOOST_TEST(read("0.0e400").as_double() == 0.0);
  BOOST_TEST(read("1e-999").as_double() == 0.0);
  BOOST_TEST(std::signbit(read("-0.0").as_double()));
  for (std::string const text : {"1", "-1", "1.0", "1e2", "1E+2", "1e-2", "0.5", "-0.5e0"})
    BOOST_TEST(!error_of(text));
  for (std::string const text : {"-", "-a", "1.e1", ".5", "1e", "1e+", "00", "-01", "0x1", "1_0", "--1"})
    BOOST_TEST(error_of(text) == make_error_code(json_errc::syntax), text);
}

BOOST_AUTO_TEST_CASE(numbers_beyond_a_double_are_refused) {
  for (std::string const text : {"1e999", "[-1e400]", R"({"a":[1e3999]})", "1e99999999999999999999"})
    BOOST_TEST(error_of(text) == make_error_code(json_errc::number_range), text);
  BOOST_TEST(!error_of("1e308"));
  BOOST_TEST(!error_of("1e-999"));
  BOOST_TEST(!error_of(std::string(5000, '9').insert(1, ".")));
}

BOOST_AUTO_TEST_CASE(nesting_is_limited) {
  BOOST_TEST(!error_of(std::string(16, '[') + std::string(16, ']')));
  BOOST_TEST(error_of(std::string(17, '[') + std::string(17, ']')) == make_error_code(json_errc::too_deep));
  BOOST_TEST(error_of(std::string(1'000'000, '[')) == make_error_code(json_errc::too_deep));
}

BOOST_AUTO_TEST_CASE(a_repeated_name_is_refused_at_every_depth) {
  for (std::string const text :
       {R"({"a":1,"a":2})", R"({"a":{"b":1,"b":1}})", R"([{"x":[{"a":1,"b":2,"a":3}]}])",
        R"({"a":1,"\u0061":2})", R"({"":1,"":2})"})
    BOOST_TEST(error_of(text) == make_error_code(json_errc::duplicate_member), text);
  BOOST_TEST(!error_of(R"({"a":1,"A":2,"a\u0000":3})"));
}

BOOST_AUTO_TEST_CASE(many_members_are_counted_right) {
  std::string text = "{";
  for (int i = 0; i != 60'000; ++i) text += (i ? ",\"k" : "\"k") + std::to_string(i) + "\":\":\\\":\"";
  BOOST_TEST(!error_of(text + "}"));
  BOOST_TEST(error_of(text + ",\"k7\":0}") == make_error_code(json_errc::duplicate_member));
}

BOOST_AUTO_TEST_CASE(members_of_one_object_are_limited_before_anything_is_built) {
  auto const error_within = [](std::string_view text, std::size_t members) {
    auto const r = parse_strict_json(text, {16, members});
    return r ? mcpawl::error_code{} : r.error();
  };
  auto const too_many = make_error_code(json_errc::too_many_members);
  for (std::string const text : {R"({"a":1,"b":2})", R"({"a":{"c":3,"d":4},"b":{"c":3,"d":4}})",
                                 R"([{"a":1,"b":2},{"a":1,"b":2}])", R"({"a":":::","b":"\"::"})"})
    BOOST_TEST(!error_within(text, 2), text);
  for (std::string const text : {R"({"a":1,"b":2,"c":3})", R"({"a":1,"b":{"x":{}},"c":3})",
                                 R"([[{"y":{"a":1,"b":[],"c":3}}]])", R"({"a":1,"b":2,"c":)"})
    BOOST_TEST(error_within(text, 2) == too_many, text);
  BOOST_TEST(error_within("]}{:::", 2) == make_error_code(json_errc::syntax));
  BOOST_TEST(error_within(std::string(100'000, '['), 2) == make_error_code(json_errc::too_deep));
}

BOOST_AUTO_TEST_CASE(the_value_lives_in_the_storage_it_was_given) {
  unsigned char arena[4096];
  boost::json::monotonic_resource memory{arena, sizeof arena};
  auto const r = parse_strict_json(R"({"a":[1,2,3]})", 16, &memory);
  BOOST_TEST_REQUIRE(r.has_value());
  BOOST_TEST(r->storage().get() == &memory);
}

BOOST_AUTO_TEST_SUITE_END()
