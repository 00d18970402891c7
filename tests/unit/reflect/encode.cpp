// tests/unit/reflect/encode.cpp - values as JSON text
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/reflect/encode.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace reflect_encode_types {

enum class colour { red, green };
struct empty {};
struct point {
  int x, y;
};
struct everything {
  bool yes = true;
  std::int8_t small = -128;
  std::uint64_t large = std::numeric_limits<std::uint64_t>::max();
  float f = 0.1f;
  double d = 42.0;
  std::string text = "a\"\n";
  colour c = colour::green;
  std::optional<int> none;
  std::optional<int> some = 3;
  std::vector<bool> bits{true, false};
  std::map<std::string, point> map{{"b", {1, 2}}, {"a/", {3, 4}}};
  std::variant<int, point> either = point{5, 6};
  empty nothing;
};
struct all_absent {
  std::optional<int> a, b;
};
struct renamed {
  int class_ = 1;
};

template <class T>
std::string encoded(T const& value) {
  std::string out;
  auto const problem = mcpawl::detail::encode(value, out);
  BOOST_TEST(!problem);
  return out;
}

/** What is wrong with a value: where, and in which words. */
template <class T>
std::string problem_of(T const& value) {
  std::string out;
  auto const problem = mcpawl::detail::encode(value, out);
  return problem ? problem->pointer + " " + problem->message : "nothing";
}

struct measured {
  std::vector<double> means;
  std::map<std::string, std::optional<float>> by_name;
  std::optional<colour> c;
};
struct holder {
  int n = 0;
  measured in;
};

struct score {
  int points = 1;
  double share = 0.5;
  float weight = 0.1f;
  std::string code = "ab";
  std::optional<int> rank;
  std::vector<int> rounds{1};
  std::map<std::string, int> by_name{{"a", 1}};
};
struct table {
  std::vector<score> rows;
};

}  // namespace reflect_encode_types

template <>
inline constexpr auto mcpawl::docs<reflect_encode_types::renamed> =
    mcpawl::fields(mcpawl::field<&reflect_encode_types::renamed::class_>("A class.").named("class"));

template <>
inline constexpr auto mcpawl::docs<reflect_encode_types::score> = mcpawl::fields(
    mcpawl::field<&reflect_encode_types::score::points>("").minimum(1).maximum(10),
    mcpawl::field<&reflect_encode_types::score::share>("").minimum(0.5).maximum(1),
    mcpawl::field<&reflect_encode_types::score::weight>("").minimum(0.1).maximum(0.2),
    mcpawl::field<&reflect_encode_types::score::code>("").pattern("^[a-z]*$").min_length(2).max_length(3),
    mcpawl::field<&reflect_encode_types::score::rank>("").minimum(1),
    mcpawl::field<&reflect_encode_types::score::rounds>("").min_items(1).max_items(2),
    mcpawl::field<&reflect_encode_types::score::by_name>("").min_items(1).max_items(1));

/** A type that is said as a text with rules of its own. */
struct isbn {
  std::string digits;
  auto operator<=>(isbn const&) const = default;
};
template <>
struct mcpawl::as<isbn> {
  using type = std::string;
  static constexpr auto docs = mcpawl::value_docs<std::string>("An ISBN.").pattern("^[0-9]{3}$");
  static std::string to(isbn const& value) { return value.digits; }
  static isbn from(std::string text) { return {std::move(text)}; }
};

namespace reflect_encode_types {

BOOST_AUTO_TEST_SUITE(reflect_encode)

BOOST_AUTO_TEST_CASE(members_are_written_in_their_order) {
  BOOST_TEST(
      encoded(everything{}) ==
      R"({"yes":true,"small":-128,"large":18446744073709551615,"f":0.1,"d":42,"text":"a\"\n","c":"green","some":3,)"
      R"("bits":[true,false],"map":{"a/":{"x":3,"y":4},"b":{"x":1,"y":2}},"either":{"x":5,"y":6},"nothing":{}})");
}

BOOST_AUTO_TEST_CASE(empty_optionals_are_left_out_of_objects_and_null_elsewhere) {
  BOOST_TEST(encoded(all_absent{}) == "{}");
  BOOST_TEST(encoded(all_absent{{}, 2}) == R"({"b":2})");
  BOOST_TEST(encoded(std::optional<int>{}) == "null");
  BOOST_TEST(encoded(std::vector<std::optional<int>>{1, {}, 3}) == "[1,null,3]");
}

BOOST_AUTO_TEST_CASE(what_has_no_json_is_named_by_its_place) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  constexpr float infinity = std::numeric_limits<float>::infinity();
  BOOST_TEST(problem_of(nan) == " is NaN, which JSON cannot say");
  BOOST_TEST(problem_of(-infinity) == " is infinite, which JSON cannot say");
  BOOST_TEST(problem_of(std::optional<double>(nan)) == " is NaN, which JSON cannot say");
  BOOST_TEST(problem_of(std::vector<float>{1, infinity}) == "/1 is infinite, which JSON cannot say");
  BOOST_TEST(problem_of(static_cast<colour>(77)) == " is a value of an enumeration that has no name");
  BOOST_TEST(problem_of(holder{}) == "nothing");
  BOOST_TEST(problem_of(holder{1, {{1, 2, nan}, {}, {}}}) == "/in/means/2 is NaN, which JSON cannot say");
  BOOST_TEST(problem_of(holder{1, {{}, {{"a/b", infinity}}, {}}}) ==
             "/in/by_name/a~1b is infinite, which JSON cannot say");
  BOOST_TEST(problem_of(holder{1, {{}, {{"", infinity}}, {}}}) ==
             "/in/by_name/ is infinite, which JSON cannot say");
  BOOST_TEST(problem_of(holder{1, {{}, {}, static_cast<colour>(9)}}) ==
             "/in/c is a value of an enumeration that has no name");
  BOOST_TEST(problem_of(std::variant<int, double>(nan)) == " is NaN, which JSON cannot say");
  // the first of several
  BOOST_TEST(problem_of(std::vector<double>{nan, 1, infinity}) == "/0 is NaN, which JSON cannot say");
}

/** What is wrong with a score that was changed. */
template <class Change>
std::string problem_after(Change change) {
  score changed;
  change(changed);
  return problem_of(changed);
}

BOOST_AUTO_TEST_CASE(what_is_outside_of_its_bounds_is_named_by_its_place) {
  BOOST_TEST(problem_of(score{}) == "nothing");
  BOOST_TEST(problem_after([](score& s) { s.points = 0; }) == "/points must be at least 1");
  BOOST_TEST(problem_after([](score& s) { s.points = 10; }) == "nothing");
  BOOST_TEST(problem_after([](score& s) { s.points = 11; }) == "/points must be at most 10");
  BOOST_TEST(problem_after([](score& s) { s.share = 0.49; }) == "/share must be at least 0.5");
  BOOST_TEST(problem_after([](score& s) { s.share = 1; }) == "nothing");
  BOOST_TEST(problem_after([](score& s) { s.share = 1.01; }) == "/share must be at most 1");
  BOOST_TEST(problem_after([](score& s) { s.weight = 0.2f; }) == "nothing");
  BOOST_TEST(problem_after([](score& s) { s.weight = 0.21f; }) == "/weight must be at most 0.2");
  BOOST_TEST(problem_after([](score& s) { s.code = "a"; }) == "/code must have at least 2 characters");
  BOOST_TEST(problem_after([](score& s) { s.code = "abcd"; }) == "/code must have at most 3 characters");
  BOOST_TEST(problem_after([](score& s) { s.code = "a1"; }) == "/code must match the pattern ^[a-z]*$");
  BOOST_TEST(problem_after([](score& s) { s.rank = 0; }) == "/rank must be at least 1");
  BOOST_TEST(problem_after([](score& s) { s.rounds = {}; }) == "/rounds must have at least 1 item");
  BOOST_TEST(problem_after([](score& s) { s.rounds = {1, 2, 3}; }) == "/rounds must have at most 2 items");
  BOOST_TEST(problem_after([](score& s) { s.by_name = {}; }) == "/by_name must have at least 1 member");
  BOOST_TEST(problem_after([](score& s) { s.by_name["b"] = 2; }) == "/by_name must have at most 1 member");

  table rows{{score{}, score{}}};
  rows.rows[1].points = 0;
  BOOST_TEST(problem_of(rows) == "/rows/1/points must be at least 1");
  BOOST_TEST(problem_of(std::vector<isbn>{{"123"}, {"12"}}) == "/1 must match the pattern ^[0-9]{3}$");
  BOOST_TEST(problem_of(std::map<isbn, int>{{{"12"}, 1}}) ==
             " has a member whose name must match the pattern ^[0-9]{3}$");
}

BOOST_AUTO_TEST_CASE(bounds_can_be_ignored) {
  std::string out;
  score wrong;
  wrong.points = 99;
  wrong.code = "";
  BOOST_TEST(!mcpawl::detail::encode(wrong, out, mcpawl::detail::written_bounds::ignored));
  BOOST_TEST(out.starts_with(R"({"points":99,"share":0.5,"weight":0.1,"code":"",)"));
}

BOOST_AUTO_TEST_CASE(empty_containers_keep_their_brackets) {
  BOOST_TEST(encoded(std::vector<int>{}) == "[]");
  BOOST_TEST(encoded(std::map<std::string, int>{}) == "{}");
  BOOST_TEST(encoded(empty{}) == "{}");
  BOOST_TEST(encoded(std::string{}) == "\"\"");
}

BOOST_AUTO_TEST_CASE(docs_rename_members) { BOOST_TEST(encoded(renamed{}) == R"({"class":1})"); }

BOOST_AUTO_TEST_CASE(broken_utf8_never_leaves) {
  BOOST_TEST(encoded(std::map<std::string, std::string>{{"\xff", "\xc3"}}) ==
             "{\"\xef\xbf\xbd\":\"\xef\xbf\xbd\"}");
}

BOOST_AUTO_TEST_CASE(what_was_there_before_stays) {
  std::string out = "[";
  BOOST_TEST(!mcpawl::detail::encode(1, out));
  BOOST_TEST(out == "[1");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace reflect_encode_types
