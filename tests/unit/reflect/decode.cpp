// tests/unit/reflect/decode.cpp - arguments are read, or refused at the right place
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/reflect/decode.hpp>
#include <mcpawl/reflect/encode.hpp>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <variant>
#include <vector>

namespace reflect_decode_types {

enum class environment { dev, prod };
struct point {
  int x;
  int y = 2;
};
struct named {
  std::string name;
};
struct everything {
  std::string service;
  int replicas;
  double share = 0.25;
  std::uint8_t small = 1;
  environment where = environment::dev;
  std::optional<std::string> note;
  std::vector<point> points;
  std::map<std::string, std::vector<int>> map;
  std::variant<int, std::string, point> either;
  point origin{.x = 7, .y = 8};
};
struct text_rules {
  std::optional<std::string> three;
  std::optional<std::string> code;
  std::optional<std::string> day;
  std::optional<std::vector<int>> few;
  std::optional<std::map<std::string, int>> pairs;
};
struct empty {};
struct costly {
  std::string text;
};

}  // namespace reflect_decode_types

// found at the first character, so that only the bound is tested, not the patience of who waits
template <>
inline constexpr auto mcpawl::docs<reflect_decode_types::costly> =
    mcpawl::fields(mcpawl::field<&reflect_decode_types::costly::text>().pattern("^a|b{900}"));

template <>
inline constexpr auto mcpawl::docs<reflect_decode_types::everything> = mcpawl::fields(
    mcpawl::field<&reflect_decode_types::everything::replicas>("How many.").minimum(1).maximum(50),
    mcpawl::field<&reflect_decode_types::everything::share>().minimum(0).maximum(0.5),
    mcpawl::field<&reflect_decode_types::everything::points>().defaulted(),
    mcpawl::field<&reflect_decode_types::everything::map>().defaulted(),
    mcpawl::field<&reflect_decode_types::everything::either>().defaulted());

template <>
inline constexpr auto mcpawl::docs<reflect_decode_types::text_rules> =
    mcpawl::fields(mcpawl::field<&reflect_decode_types::text_rules::three>().min_length(3).max_length(3),
                   mcpawl::field<&reflect_decode_types::text_rules::code>().pattern("^[A-Z]{2}[0-9]+$"),
                   mcpawl::field<&reflect_decode_types::text_rules::day>().format("date"),
                   mcpawl::field<&reflect_decode_types::text_rules::few>().min_items(1).max_items(2),
                   mcpawl::field<&reflect_decode_types::text_rules::pairs>().max_items(1));

namespace reflect_decode_types {

// What `decode` says: nothing, or the pointer, a colon and the message.
template <class T>
std::string problem(std::string_view json, T& to) {
  auto const found = mcpawl::detail::decode(boost::json::parse({json.data(), json.size()}), to);
  return found ? found->pointer + ": " + found->message : "";
}
template <class T>
std::string problem(std::string_view json) {
  T to{};
  return problem(json, to);
}
template <class T>
T decoded(std::string_view json) {
  T to{};
  BOOST_TEST(problem(json, to) == "", json);
  return to;
}
// All that is wrong, in the text that callers read.
template <class T>
std::string problems(std::string_view json) {
  T to{};
  auto const found = mcpawl::detail::decode_all(boost::json::parse({json.data(), json.size()}), to);
  return found ? found.text("invalid") : "";
}
// the problem of a good object with one more member
std::string with(std::string_view member) {
  return problem<everything>(R"({"service":"web","replicas":3,)" + std::string(member) + "}");
}

BOOST_AUTO_TEST_SUITE(reflect_decode)

BOOST_AUTO_TEST_CASE(members_that_are_left_out_keep_what_the_struct_says) {
  auto const value = decoded<everything>(R"({"replicas":3,"service":"web"})");
  BOOST_TEST(value.service == "web");
  BOOST_TEST(value.replicas == 3);
  BOOST_TEST(value.share == 0.25);
  BOOST_TEST((value.where == environment::dev));
  BOOST_TEST(!value.note);
  BOOST_TEST(value.origin.x == 7);
}

BOOST_AUTO_TEST_CASE(every_kind_of_member_is_read) {
  auto const value = decoded<everything>(
      R"({"service":"h\u00e4","replicas":50,"share":0.5,"small":255,"where":"prod","note":"n","points":[{"x":1},{"x":-1,"y":0}],)"
      R"("map":{"a":[],"":[1,2]},"either":{"x":5},"origin":{"x":1}})");
  BOOST_TEST(value.service == "h\xc3\xa4");
  BOOST_TEST(value.small == 255);
  BOOST_TEST((value.where == environment::prod));
  BOOST_TEST(value.note.value() == "n");
  BOOST_TEST(value.points.size() == 2u);
  BOOST_TEST(value.points.at(0).y == 2);
  BOOST_TEST(value.points.at(1).y == 0);
  BOOST_TEST(value.map.at("").at(1) == 2);
  BOOST_TEST(std::get<point>(value.either).x == 5);
  BOOST_TEST(value.origin.x == 1);
}

BOOST_AUTO_TEST_CASE(a_struct_in_a_struct_starts_from_its_own_initialisers) {
  BOOST_TEST(decoded<everything>(R"({"service":"","replicas":1,"origin":{"x":1}})").origin.y == 2);
}

BOOST_AUTO_TEST_CASE(containers_are_replaced_not_added_to) {
  everything value{};
  value.points.resize(3);
  value.map["old"];
  BOOST_TEST(problem(R"({"service":"","replicas":1,"points":[{"x":1}],"map":{}})", value) == "");
  BOOST_TEST(value.points.size() == 1u);
  BOOST_TEST(value.map.empty());
}

BOOST_AUTO_TEST_CASE(an_optional_may_be_left_out_or_null) {
  everything value{};
  value.note = "old";
  BOOST_TEST(problem(R"({"service":"","replicas":1,"note":null})", value) == "");
  BOOST_TEST(!value.note);
  BOOST_TEST(with(R"("note":3)") == "/note: expected a string");
  BOOST_TEST(with(R"("small":null)") == "/small: expected an integer");
  auto const gaps = decoded<std::vector<std::optional<int>>>("[1,null,3]");
  BOOST_TEST(!gaps.at(1));
  BOOST_TEST(problem<std::vector<std::optional<int>>>("[true]") == "/0: expected an integer");
}

BOOST_AUTO_TEST_CASE(what_is_missing_is_pointed_at) {
  BOOST_TEST(problem<everything>("{}") == "/service: is required");
  BOOST_TEST(problem<everything>(R"({"service":""})") == "/replicas: is required");
  BOOST_TEST(with(R"("points":[{"x":1},{}])") == "/points/1/x: is required");
}

BOOST_AUTO_TEST_CASE(unknown_members_are_refused_and_the_known_ones_named) {
  BOOST_TEST(problem<point>(R"({"x":1,"z":2})") == "/z: is not a member here; the members are x, y");
  BOOST_TEST(problem<point>(R"({"x":1,"X":2})") == "/X: is not a member here; the members are x, y");
  BOOST_TEST(problem<point>(R"({"x":1,"":2})") == "/: is not a member here; the members are x, y");
  BOOST_TEST(problem<empty>(R"({"a":1})") == "/a: is not a member here; there are none");
  BOOST_TEST(with(R"("origin":{"x":1,"q":1})") == "/origin/q: is not a member here; the members are x, y");
  BOOST_TEST(problem<empty>("{}") == "");
}

BOOST_AUTO_TEST_CASE(pointers_are_escaped_as_rfc_6901_says) {
  using map = std::map<std::string, int>;
  BOOST_TEST(problem<map>(R"({"a/b~c":true})") == "/a~1b~0c: expected an integer");
  BOOST_TEST(problem<map>(R"({"~1":true})") == "/~01: expected an integer");
  BOOST_TEST(problem<map>(R"({"":true})") == "/: expected an integer");
  BOOST_TEST(problem<std::vector<map>>(R"([{},{"0":"x"}])") == "/1/0: expected an integer");
}

BOOST_AUTO_TEST_CASE(types_are_not_converted) {
  BOOST_TEST(problem<everything>("[]") == ": expected an object");
  BOOST_TEST(problem<everything>("null") == ": expected an object");
  BOOST_TEST(problem<bool>("1") == ": expected a boolean");
  BOOST_TEST(problem<int>("true") == ": expected an integer");
  BOOST_TEST(problem<int>("\"3\"") == ": expected an integer");
  BOOST_TEST(problem<double>("\"3\"") == ": expected a number");
  BOOST_TEST(problem<std::string>("3") == ": expected a string");
  BOOST_TEST(problem<std::vector<int>>("{}") == ": expected an array");
  BOOST_TEST((problem<std::map<std::string, int>>("[]")) == ": expected an object");
  BOOST_TEST(problem<environment>("0") == R"(: expected one of "dev", "prod")");
  BOOST_TEST(problem<environment>("\"test\"") == R"(: expected one of "dev", "prod")");
}

template <class T>
void check_ends() {
  auto const least = std::to_string(std::numeric_limits<T>::min()),
             most = std::to_string(std::numeric_limits<T>::max());
  BOOST_TEST(decoded<T>(least) == std::numeric_limits<T>::min());
  BOOST_TEST(decoded<T>(most) == std::numeric_limits<T>::max());
  for (std::string text : {"-1e300", "-18446744073709551617", "-1e999"}) {
    BOOST_TEST(problem<T>(text) == ": must be at least " + least, text);
  }
  for (std::string text : {"1e300", "18446744073709551616", "18446744073709552000.0", "1e999"}) {
    BOOST_TEST(problem<T>(text) == ": must be at most " + most, text);
  }
  for (std::string text : {"0.5", "-0.5", "3.0000001", "1e-300"}) {
    BOOST_TEST(problem<T>(text) == ": expected an integer", text);
  }
  BOOST_TEST(decoded<T>("3.0") == T{3});
  BOOST_TEST(decoded<T>("1e2") == T{100});
  BOOST_TEST(decoded<T>("-0.0") == T{0});
}

BOOST_AUTO_TEST_CASE(integers_of_all_widths_stay_in_their_range) {
  check_ends<std::int8_t>();
  check_ends<std::uint8_t>();
  check_ends<std::int16_t>();
  check_ends<std::uint16_t>();
  check_ends<std::int32_t>();
  check_ends<std::uint32_t>();
  check_ends<std::int64_t>();
  check_ends<std::uint64_t>();
  BOOST_TEST(problem<std::uint8_t>("256") == ": must be at most 255");
  BOOST_TEST(problem<std::uint8_t>("-1") == ": must be at least 0");
  BOOST_TEST(problem<std::int64_t>("9223372036854775808") == ": must be at most 9223372036854775807");
  BOOST_TEST(problem<std::uint64_t>("-9223372036854775808") == ": must be at least 0");
}

BOOST_AUTO_TEST_CASE(numbers_are_finite) {
  BOOST_TEST(decoded<double>("3") == 3.0);
  BOOST_TEST(decoded<double>("18446744073709551615") == 18446744073709551615.0);
  BOOST_TEST(decoded<float>("0.1") == 0.1f);
  BOOST_TEST(problem<double>("1e999") == ": is too large a number");
  BOOST_TEST(problem<float>("1e39") == ": is too large a number");
  BOOST_TEST(problem<float>("-1e39") == ": is too large a number");
}

BOOST_AUTO_TEST_CASE(bounds_of_numbers_are_enforced_at_both_ends) {
  BOOST_TEST(problem<everything>(R"({"service":"","replicas":0})") == "/replicas: must be at least 1");
  BOOST_TEST(problem<everything>(R"({"service":"","replicas":51})") == "/replicas: must be at most 50");
  BOOST_TEST(problem<everything>(R"({"service":"","replicas":-5e18})") == "/replicas: must be at least 1");
  BOOST_TEST(with(R"("share":-0.001)") == "/share: must be at least 0");
  BOOST_TEST(with(R"("share":0.51)") == "/share: must be at most 0.5");
  BOOST_TEST(with(R"("share":0,"small":0)") == "");
}

BOOST_AUTO_TEST_CASE(lengths_are_counted_in_code_points) {
  BOOST_TEST(problem<text_rules>(R"({"three":"\u00e4\ud83d\ude00c"})") == "");
  BOOST_TEST(problem<text_rules>(R"({"three":"ab"})") == "/three: must have at least 3 characters");
  BOOST_TEST(problem<text_rules>(R"({"three":"\u00e4\u00e4"})") == "/three: must have at least 3 characters");
  BOOST_TEST(problem<text_rules>(R"({"three":"abcd"})") == "/three: must have at most 3 characters");
  BOOST_TEST(problem<text_rules>(R"({"three":")" + std::string(100'000, 'x') + "\"}") ==
             "/three: must have at most 3 characters");
  BOOST_TEST(problem<text_rules>(R"({"three":null})") == "");
}

BOOST_AUTO_TEST_CASE(patterns_and_formats_are_enforced) {
  BOOST_TEST(problem<text_rules>(R"({"code":"AB12","day":"2026-11-23"})") == "");
  BOOST_TEST(problem<text_rules>(R"({"code":"AB"})") == "/code: must match the pattern ^[A-Z]{2}[0-9]+$");
  BOOST_TEST(problem<text_rules>(R"({"day":"2026-11-31"})") == "/day: must have the format date");
}

BOOST_AUTO_TEST_CASE(the_work_for_a_pattern_is_bounded) {
  auto const of_length = [](std::size_t length) {
    return problem<costly>(R"({"text":")" + std::string(length, 'a') + R"("})");
  };
  // the least length whose work is more than `max_work`; the text ends the search at its first character
  auto const compiled = mcpawl::detail::compile_pattern("^a|b{900}");
  auto const work_of = [&compiled](std::size_t length) { return compiled.work_for(length); };
  std::size_t above = 0;
  for (std::size_t bit = std::size_t{1} << 20; bit != 0; bit /= 2)
    if (work_of(above + bit) <= mcpawl::detail::pattern::max_work) above += bit;
  ++above;
  BOOST_TEST(work_of(above - 1) <= mcpawl::detail::pattern::max_work);
  BOOST_TEST(of_length(above - 1) == "");
  BOOST_TEST(of_length(above) == "/text: is too long for a text that is compared with the pattern ^a|b{900}");
}

BOOST_AUTO_TEST_CASE(counts_of_items_are_enforced) {
  BOOST_TEST(problem<text_rules>(R"({"few":[1,2],"pairs":{"a":1}})") == "");
  BOOST_TEST(problem<text_rules>(R"({"few":[]})") == "/few: must have at least 1 item");
  BOOST_TEST(problem<text_rules>(R"({"few":[1,2,3]})") == "/few: must have at most 2 items");
  BOOST_TEST(problem<text_rules>(R"({"pairs":{"a":1,"b":2}})") == "/pairs: must have at most 1 member");
}

BOOST_AUTO_TEST_CASE(a_variant_takes_the_first_alternative_that_fits) {
  using either = std::variant<int, double, std::string, point, named>;
  BOOST_TEST(decoded<either>("3").index() == 0u);
  BOOST_TEST(decoded<either>("3.5").index() == 1u);
  BOOST_TEST(decoded<either>("1e10").index() == 1u);
  BOOST_TEST(decoded<either>("\"3\"").index() == 2u);
  BOOST_TEST(decoded<either>(R"({"x":1})").index() == 3u);
  BOOST_TEST(decoded<either>(R"({"name":"n"})").index() == 4u);
  BOOST_TEST(problem<either>("true") ==
             ": expected an integer or a number or a string or an object or an object");
}

BOOST_AUTO_TEST_CASE(a_variant_that_could_mean_one_alternative_tells_what_is_wrong_inside) {
  BOOST_TEST(with(R"("either":{"x":"1"})") == "/either/x: expected an integer");
  BOOST_TEST(with(R"("either":1e300)") == "/either: must be at most 2147483647");
  BOOST_TEST(with(R"("either":true)") == "/either: expected an integer or a string or an object");
  BOOST_TEST((problem<std::variant<point, named>>(R"({"q":1})")) == ": expected an object or an object");
}

BOOST_AUTO_TEST_CASE(problems_stay_short_however_long_the_input_is) {
  std::string const longest(1'000'000, 'k');
  auto const unknown = problem<point>("{\"" + longest + "\":1}");
  BOOST_TEST(unknown == "/" + std::string(64, 'k') + "...: is not a member here; the members are x, y");
  BOOST_TEST(problem<environment>("\"" + longest + "\"").size() < 100u);
  BOOST_TEST((problem<std::map<std::string, int>>("{\"" + longest + "\":null}").size()) < 100u);
  // a name is cut between code points
  std::string umlauts = "x";
  for (int i = 0; i != 100; ++i) umlauts += "\xc3\xa4";
  BOOST_TEST(problem<empty>("{\"" + umlauts + "\":1}").substr(1, 66) == umlauts.substr(0, 63) + "...");
}

BOOST_AUTO_TEST_CASE(what_is_encoded_is_decoded_to_the_same) {
  auto const text =
      R"({"service":"a\"b","replicas":3,"share":0.1,"small":9,"where":"prod","note":"n","points":[{"x":1,"y":2}],"map":{"k":[1,2]},"either":"s","origin":{"x":-1,"y":0}})";
  std::string out;
  BOOST_TEST(!mcpawl::detail::encode(decoded<everything>(text), out));
  BOOST_TEST(out == text);
}

BOOST_AUTO_TEST_CASE(threads_may_decode_the_same_type_at_once) {
  struct fresh {
    std::map<std::string, int> map;
    int a;
    int b = 0;
  };
  std::vector<std::thread> threads;
  std::vector<std::string> answers(4);
  for (auto& answer : answers) {
    threads.emplace_back([&answer] { answer = problem<fresh>(R"({"map":{}})"); });
  }
  for (auto& thread : threads) thread.join();
  for (auto const& answer : answers) BOOST_TEST(answer == "/a: is required");
}

BOOST_AUTO_TEST_CASE(members_of_others_may_be_passed_over) {
  auto const read = [](std::string_view json, everything& to) {
    auto const found = mcpawl::detail::decode_known(boost::json::parse({json.data(), json.size()}), to);
    return found ? found->pointer + ": " + found->message : std::string();
  };
  everything value{};
  BOOST_TEST(
      read(R"({"service":"a","replicas":2,"x":1,"points":[{"x":1,"z":[{}]}],"origin":{"x":1,"w":null},)"
           R"("either":{"x":5,"u":1}})",
           value) == "");
  BOOST_TEST(value.service == "a");
  BOOST_TEST(value.points.at(0).x == 1);
  BOOST_TEST(value.origin.x == 1);
  BOOST_TEST(std::get<2>(value.either).x == 5);
  BOOST_TEST(read(R"({"service":"a","extra":1})", value) == "/replicas: is required");
  BOOST_TEST(read(R"({"service":"a","replicas":0,"extra":1})", value) == "/replicas: must be at least 1");
}

BOOST_AUTO_TEST_CASE(a_null_may_count_as_left_out) {
  auto const read = [](std::string_view json, auto& to, mcpawl::decode_options options) {
    auto const found = mcpawl::detail::decode(boost::json::parse({json.data(), json.size()}), to, options);
    return found ? found->pointer + ": " + found->message : std::string();
  };
  constexpr std::string_view nulls =
      R"({"service":"a","replicas":2,"share":null,"small":null,"where":null,"note":null,"points":null,)"
      R"("map":null,"either":null,"origin":{"x":1,"y":null}})";
  everything value{};
  BOOST_TEST(read(nulls, value, {}) == "/share: expected a number");
  value = everything{};
  BOOST_TEST(read(nulls, value, {.ignore_null = true}) == "");
  BOOST_TEST(value.share == 0.25);
  BOOST_TEST(value.small == 1);
  BOOST_TEST(!value.note);
  BOOST_TEST(value.origin.y == 2);
  // what is required is not there, and nothing else is let pass
  BOOST_TEST(read(R"({"service":null,"replicas":2})", value, {.ignore_null = true}) ==
             "/service: expected a string");
  BOOST_TEST(read(R"({"service":"a","replicas":2,"points":[null]})", value, {.ignore_null = true}) ==
             "/points/0: expected an object");
  BOOST_TEST(read(R"({"service":"a","replicas":2,"x":null})", value, {.ignore_null = true})
                 .starts_with("/x: is not a member here"));
  BOOST_TEST(read(R"({"service":"a","replicas":2,"x":null})", value,
                  {.ignore_unknown = true, .ignore_null = true}) == "");
  // for a std::optional a null says that there is nothing
  struct preset {
    std::optional<int> a = 3;
  };
  preset p;
  BOOST_TEST(read(R"({"a":null})", p, {.ignore_null = true}) == "");
  BOOST_TEST(!p.a);
}

BOOST_AUTO_TEST_CASE(a_text_may_count_as_the_number_or_boolean_that_it_spells) {
  struct switches {
    bool on = false;
    std::optional<int> count;
    std::vector<double> shares = {};
    std::map<std::string, bool> named = {};
    std::string text = {};
    std::variant<int, std::string> either = 0;
  };
  mcpawl::decode_options const coerce{.coerce_text = true};
  auto const read = [](std::string_view json, auto& to, mcpawl::decode_options options) {
    auto const found = mcpawl::detail::decode(boost::json::parse({json.data(), json.size()}), to, options);
    return found ? found->pointer + ": " + found->message : std::string();
  };
  constexpr std::string_view texts =
      R"({"on":"true","count":"5","shares":["0.5","2",1],"named":{"a":"false"},"text":"7","either":"7"})";
  switches value;
  BOOST_TEST(read(texts, value, {}) == "/on: expected a boolean");
  BOOST_TEST(read(texts, value, coerce) == "");
  BOOST_TEST(value.on);
  BOOST_TEST(value.count.value() == 5);
  BOOST_TEST((value.shares == std::vector<double>{0.5, 2, 1}));
  BOOST_TEST(!value.named.at("a"));
  BOOST_TEST(value.text == "7");
  BOOST_TEST(std::get<std::string>(value.either) == "7");  // what may be a text is one
  // the same bounds, and nothing that JSON would not take for a number or a boolean
  everything bounded{};
  BOOST_TEST(read(R"({"service":"a","replicas":"50"})", bounded, coerce) == "");
  BOOST_TEST(read(R"({"service":"a","replicas":"51"})", bounded, coerce) == "/replicas: must be at most 50");
  BOOST_TEST(read(R"({"service":"a","replicas":"2.5"})", bounded, coerce) ==
             "/replicas: expected an integer");
  BOOST_TEST(read(R"({"service":"a","replicas":"2.0"})", bounded, coerce) == "");
  BOOST_TEST(read(R"({"service":"a","replicas":1,"either":{"x":"1"}})", bounded, coerce) ==
             "/either/x: expected an integer");
  for (std::string_view none : {"", "True", "1 ", "0x1", "yes", "null", "nan"}) {
    std::string const json = R"({"on":")" + std::string(none) + R"("})";
    BOOST_TEST(read(json, value, coerce) == "/on: expected a boolean", none);
    BOOST_TEST(
        read(R"({"count":")" + std::string(none) + R"("})", value, coerce) == "/count: expected an integer",
        none);
  }
  BOOST_TEST(read(R"({"on":"1"})", value, coerce) == "/on: expected a boolean");
  BOOST_TEST(read(R"({"count":"true"})", value, coerce) == "/count: expected an integer");
  BOOST_TEST(read(R"({"shares":"[1]"})", value, coerce) == "/shares: expected an array");
}

BOOST_AUTO_TEST_CASE(all_that_is_wrong_is_told_with_a_line_for_each_problem) {
  BOOST_TEST(problems<everything>(R"({"service":"web","replicas":3})") == "");
  BOOST_TEST(problems<everything>("[]") == "invalid: expected an object");
  BOOST_TEST(problems<everything>(R"({"service":"web","replicas":0})") ==
             "invalid: /replicas: must be at least 1");
  BOOST_TEST(
      problems<everything>(
          R"({"replicas":51,"points":[{"x":1},{"x":"1"},{"y":true}],"map":{"a":[1],"b":["c"],"d":2}})") ==
      "invalid:\n"
      "/service: is required\n"
      "/replicas: must be at most 50\n"
      "/points/1/x: expected an integer\n"
      "/points/2/x: is required\n"
      "/points/2/y: expected an integer\n"
      "/map/b/0: expected an integer\n"
      "/map/d: expected an array");
}

BOOST_AUTO_TEST_CASE(which_members_there_are_is_said_once) {
  BOOST_TEST(problems<point>(R"({"x":1,"z":2,"zz":3,"y":"4"})") ==
             "invalid:\n/z: is not a member here; the members are x, y\n/zz: is not a member here\n"
             "/y: expected an integer");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_in_the_only_alternative_that_could_be_meant_is_told_in_full) {
  BOOST_TEST(problems<everything>(R"({"service":"","replicas":1,"either":{"x":"1","y":"2"}})") ==
             "invalid:\n/either/x: expected an integer\n/either/y: expected an integer");
  BOOST_TEST(problems<everything>(R"({"service":"","replicas":1,"either":[]})") ==
             "invalid: /either: expected an integer or a string or an object");
  // an alternative that was tried in vain leaves nothing behind
  using alternatives = std::vector<std::variant<point, named>>;
  BOOST_TEST(problems<alternatives>(R"([{"name":"a"},{"x":"1"},{"x":1},{"name":2}])") ==
             "invalid:\n/1: expected an object or an object\n/3: expected an object or an object");
}

BOOST_AUTO_TEST_CASE(eight_problems_are_told_and_that_there_are_more) {
  auto const wrong = [](std::size_t count) {
    std::string json = "[";
    for (std::size_t i = 0; i != count; ++i) json += i == 0 ? "\"\"" : ",\"\"";
    return problems<std::vector<int>>(json + ",1]");
  };
  BOOST_TEST(wrong(8).ends_with("\n/6: expected an integer\n/7: expected an integer"));
  BOOST_TEST(wrong(9) == wrong(8) + "\nand more");
  BOOST_TEST(wrong(10000) == wrong(9));
}

BOOST_AUTO_TEST_CASE(after_the_ninth_problem_nothing_more_is_read) {
  std::string json = "[";
  for (int i = 0; i != 10000; ++i) json += R"({"x":1,"y":""},)";
  json += R"({"x":1}])";
  std::vector<point> to;
  auto const found = mcpawl::detail::decode_all(boost::json::parse(json), to);
  BOOST_TEST(found.full());
  BOOST_TEST(found.kept().size() == mcpawl::detail::decode_problems::max_kept);
  BOOST_TEST(to.empty());  // the last one is good, and was not reached
}

BOOST_AUTO_TEST_CASE(the_text_of_many_problems_is_bounded) {
  std::string const name(64, 'n');
  std::string json;
  for (int i = 0; i != 8; ++i) json += R"({")" + name + R"(":)";
  json += R"({"a":"","b":"","c":"","d":"","e":"","f":"","g":"","h":""})";
  json += std::string(8, '}');
  using one = std::map<std::string, int>;
  using four =
      std::map<std::string, std::map<std::string, std::map<std::string, std::map<std::string, one>>>>;
  using nine =
      std::map<std::string, std::map<std::string, std::map<std::string, std::map<std::string, four>>>>;
  auto const text = problems<nine>(json);
  BOOST_TEST(text.size() < mcpawl::detail::decode_problems::max_text + 16);
  BOOST_TEST(text.ends_with("/c: expected an integer\nand more"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace reflect_decode_types
