// tests/unit/reflect/as.cpp - types of users are read and written as what they say they are
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/reflect/as.hpp>
#include <mcpawl/reflect/decode.hpp>
#include <mcpawl/reflect/encode.hpp>
#include <mcpawl/reflect/filesystem_path.hpp>
#include <mcpawl/reflect/schema.hpp>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

namespace reflect_as_types {

class uuid {
  std::string text_;

public:
  uuid() = default;
  explicit uuid(std::string text) : text_(std::move(text)) {}
  std::string const& text() const { return text_; }
  auto operator<=>(uuid const&) const = default;
};
class prime {
  int value_ = 2;

public:
  prime() = default;
  explicit prime(int value) : value_(value) {}
  int value() const { return value_; }
};
class fragile {
public:
  int value = 0;
  fragile() = default;
  explicit fragile(int v) : value(v) {}
};
struct order {
  uuid id;
  std::optional<uuid> earlier;
  std::vector<prime> primes;
  std::map<uuid, int> counts;
};
struct documented {
  uuid id;
  std::chrono::milliseconds wait{1500};
};
struct node {
  int value;
  std::vector<node> children;
  std::unique_ptr<node> next;
};
struct holds_node {
  node first;
};
struct containers {
  std::set<std::string> names;
  std::unordered_set<int> numbers;
  std::list<int> list;
  std::deque<bool> deque;
  std::array<int, 2> pair_of_int;
  std::pair<int, std::string> pair;
  std::tuple<int, bool, std::vector<int>> tuple;
  std::unordered_map<std::string, int> map;
};
struct loose {
  boost::json::value any;
  boost::json::object object;
  std::optional<boost::json::array> array;
};
struct times {
  std::chrono::system_clock::time_point at;
  std::optional<std::chrono::sys_seconds> second;
  std::optional<std::chrono::year_month_day> day;
  std::optional<std::chrono::minutes> minutes;
};

}  // namespace reflect_as_types

template <>
struct mcpawl::as<reflect_as_types::uuid> {
  using type = std::string;
  static std::optional<reflect_as_types::uuid> from(std::string text) {
    if (text.starts_with("00000000")) return std::nullopt;
    for (char& c : text) c = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    return reflect_as_types::uuid(std::move(text));
  }
  static std::string to(reflect_as_types::uuid const& id) { return id.text(); }
  static constexpr auto docs = mcpawl::value_docs<std::string>("A UUID.").format("uuid");
};
template <>
struct mcpawl::as<reflect_as_types::prime> {
  using type = int;
  static reflect_as_types::prime from(int value) {
    for (int i = 2; i * i <= value; ++i)
      if (value % i == 0) throw mcpawl::invalid_value("must be a prime");
    return reflect_as_types::prime(value);
  }
  static int to(reflect_as_types::prime p) { return p.value(); }
  static constexpr auto docs = mcpawl::value_docs<int>().minimum(2);
};
template <>
struct mcpawl::as<reflect_as_types::fragile> {
  using type = int;
  static reflect_as_types::fragile from(int value) {
    if (value < 0) throw std::logic_error("secret of the house");
    return reflect_as_types::fragile(value);
  }
  static int to(reflect_as_types::fragile const& f) {
    if (f.value == 7) throw std::logic_error("seven is not told");
    return f.value;
  }
};
template <>
inline constexpr auto mcpawl::docs<reflect_as_types::documented> = mcpawl::fields(
    mcpawl::field<&reflect_as_types::documented::id>("Of the order.").max_length(40),
    mcpawl::field<&reflect_as_types::documented::wait>("How long to wait.").minimum(0).maximum(60));

namespace reflect_as_types {

BOOST_AUTO_TEST_SUITE(reflect_as)

/** What is wrong with a value, or its JSON after reading and writing. */
template <class T>
std::string read(std::string_view json) {
  T value{};
  if (auto const problem = mcpawl::detail::decode(boost::json::parse(json), value))
    return problem->pointer + ' ' + problem->message;
  std::string out;
  if (auto const problem = mcpawl::detail::encode(value, out)) return sentence_of(*problem, "it");
  return out;
}
template <class T>
std::string written(T const& value) {
  std::string out;
  if (auto const problem = mcpawl::detail::encode(value, out)) return sentence_of(*problem, "it");
  return out;
}
using mcpawl::detail::schema_of;

#define A_UUID "123e4567-e89b-12d3-a456-426614174000"

BOOST_AUTO_TEST_CASE(a_type_is_good_wherever_its_other_type_is) {
  std::string const json =
      R"({"id":")" A_UUID R"(","earlier":")" A_UUID R"(","primes":[2,3],"counts":{")" A_UUID R"(":1}})";
  BOOST_TEST(read<order>(json) == json);
  BOOST_TEST(read<uuid>('"' + std::string(A_UUID) + '"') == '"' + std::string(A_UUID) + '"');
  BOOST_TEST(
      (read<std::variant<int, uuid>>('"' + std::string(A_UUID) + '"') == '"' + std::string(A_UUID) + '"'));
  BOOST_TEST((read<std::variant<uuid, prime>>("5") == "5"));
}

BOOST_AUTO_TEST_CASE(a_refused_value_is_told_at_its_place) {
  auto const with = [](std::string_view id, std::string_view primes, std::string_view counts) {
    return read<order>(R"({"id":)" + std::string(id) + R"(,"primes":)" + std::string(primes) +
                       R"(,"counts":)" + std::string(counts) + '}');
  };
  BOOST_TEST(with(R"("x")", "[]", "{}") == "/id must have the format uuid");
  BOOST_TEST(with(R"("00000000-0000-0000-0000-000000000000")", "[]", "{}") ==
             "/id must have the format uuid");
  BOOST_TEST(with("3", "[]", "{}") == "/id expected a string");
  BOOST_TEST(with('"' + std::string(A_UUID) + '"', "[2,9]", "{}") == "/primes/1 must be a prime");
  BOOST_TEST(with('"' + std::string(A_UUID) + '"', "[1]", "{}") == "/primes/0 must be at least 2");
  BOOST_TEST(with('"' + std::string(A_UUID) + '"', "[2]", R"({"x":1})") ==
             "/counts/x must have the format uuid");
  BOOST_TEST(with('"' + std::string(A_UUID) + '"', "[2]",
                  R"({")" A_UUID R"(":1,"123E4567-e89b-12d3-a456-426614174000":2})") ==
             "/counts/123E4567-e89b-12d3-a456-426614174000 says what another member says in other words");
  BOOST_TEST(read<fragile>("-1") == " is not a valid value");
  BOOST_TEST(written(fragile(7)) == "it has no JSON: seven is not told");
}

BOOST_AUTO_TEST_CASE(docs_of_the_type_and_of_the_field_both_count) {
  BOOST_TEST(schema_of<documented>() ==
             R"({"type":"object","properties":{"id":{"type":"string","maxLength":40,"format":"uuid",)"
             R"("description":"Of the order. A UUID."},"wait":{"type":"number","minimum":0,"maximum":60,)"
             R"("description":"How long to wait. In seconds.","default":1.5}},"required":["id"],)"
             R"("additionalProperties":false})");
  BOOST_TEST(read<documented>(R"({"id":"x"})") == "/id must have the format uuid");
  BOOST_TEST(read<documented>(R"({"id":")" A_UUID R"(","wait":61})") == "/wait must be at most 60");
  BOOST_TEST((schema_of<std::map<uuid, prime>>() ==
              R"({"type":"object","propertyNames":{"type":"string","format":"uuid","description":"A UUID."},)"
              R"("additionalProperties":{"type":"integer","minimum":2}})"));
}

BOOST_AUTO_TEST_CASE(types_may_contain_themselves) {
  BOOST_TEST(
      schema_of<node>() ==
      R"({"type":"object","properties":{"value":{"type":"integer"},"children":{"type":"array","items":)"
      R"({"$ref":"#"}},"next":{"$ref":"#"}},"required":["value","children"],"additionalProperties":false})");
  std::string const inner = schema_of<holds_node>();
  BOOST_TEST(inner.find(R"("first":{"$ref":"#/$defs/node"})") != inner.npos);
  BOOST_TEST(inner.find(R"("$defs":{"node":{"type":"object")") != inner.npos);
  std::string const json =
      R"({"value":1,"children":[{"value":2,"children":[]}],"next":{"value":3,"children":[]}})";
  BOOST_TEST(read<node>(json) == json);
  BOOST_TEST(read<node>(R"({"value":1,"children":[{"value":"x","children":[]}]})") ==
             "/children/0/value expected an integer");
}

BOOST_AUTO_TEST_CASE(nesting_has_a_bound) {
  node root{};
  node* last = &root;
  for (int i = 0; i != 63; ++i) {
    last->next = std::make_unique<node>();
    last = last->next.get();
  }
  BOOST_TEST(written(root).starts_with("{"));
  last->next = std::make_unique<node>();
  BOOST_TEST(written(root).ends_with("is nested too deep"));

  boost::json::value deep = boost::json::object{{"value", 1}, {"children", boost::json::array()}};
  for (int i = 0; i != 64; ++i)
    deep = boost::json::object{{"value", 1}, {"children", boost::json::array()}, {"next", std::move(deep)}};
  node to{};
  auto const problem = mcpawl::detail::decode(deep, to);
  BOOST_REQUIRE(problem);
  BOOST_TEST(problem->message == "is nested too deep");
}

BOOST_AUTO_TEST_CASE(containers_of_the_standard_library_are_known) {
  std::string const json =
      R"({"names":["a","b"],"numbers":[1],"list":[3,1],"deque":[true],"pair_of_int":[1,2],"pair":[1,"x"],)"
      R"("tuple":[1,true,[2]],"map":{"k":1}})";
  BOOST_TEST(read<containers>(json) == json);
  BOOST_TEST((read<std::set<int>>("[2,1,2]") == "/2 repeats an item; no two may be the same"));
  BOOST_TEST((read<std::array<int, 2>>("[1]") == " must have exactly 2 items"));
  BOOST_TEST((read<std::pair<int, bool>>("[1,2]") == "/1 expected a boolean"));
  BOOST_TEST((read<std::tuple<int>>("{}") == " expected an array"));
  BOOST_TEST(
      (schema_of<std::set<int>>() == R"({"type":"array","items":{"type":"integer"},"uniqueItems":true})"));
  BOOST_TEST((schema_of<std::array<bool, 3>>() ==
              R"({"type":"array","items":{"type":"boolean"},"minItems":3,"maxItems":3})"));
  BOOST_TEST((schema_of<std::pair<int, bool>>() ==
              R"({"type":"array","prefixItems":[{"type":"integer"},{"type":"boolean"}],"items":false,)"
              R"("minItems":2,"maxItems":2})"));
  BOOST_TEST(
      (schema_of<std::tuple<bool>>() ==
       R"({"type":"array","prefixItems":[{"type":"boolean"}],"items":false,"minItems":1,"maxItems":1})"));
  BOOST_TEST((schema_of<std::tuple<>>() == R"({"type":"array","minItems":0,"maxItems":0})"));
}

BOOST_AUTO_TEST_CASE(json_is_taken_as_it_comes) {
  std::string const json = R"({"any":[1,{"a":null}],"object":{"k":[]},"array":[1]})";
  BOOST_TEST(read<loose>(json) == json);
  BOOST_TEST(read<loose>(R"({"any":null,"object":[]})") == "/object expected an object");
  BOOST_TEST(read<loose>(R"({"object":{}})") == "/any is required");
  BOOST_TEST(
      schema_of<loose>() ==
      R"({"type":"object","properties":{"any":{},"object":{"type":"object"},"array":{"type":"array"}},)"
      R"("required":["any","object"],"additionalProperties":false})");
}

BOOST_AUTO_TEST_CASE(times_are_exact_or_refused) {
  auto const at = [](std::string_view text) {
    return read<times>(R"({"at":")" + std::string(text) + R"("})");
  };
  BOOST_TEST(at("2024-02-29T12:00:00.123456789+01:00") == R"({"at":"2024-02-29T11:00:00.123456789Z"})");
  BOOST_TEST(at("2016-12-31T23:59:60Z") == "/at is in a leap second; give the second before or after it");
  BOOST_TEST(at("2024-02-29T12:00:00.1234567891Z") == "/at is more exact than can be kept here");
  BOOST_TEST(at("yesterday") == "/at must have the format date-time");
  // the ends of 64 bits of nanoseconds
  BOOST_TEST(at("1677-09-21T00:12:43.145224192Z") == R"({"at":"1677-09-21T00:12:43.145224192Z"})");
  BOOST_TEST(at("1677-09-21T00:12:43.145224191Z") ==
             "/at is outside of the range of time that can be kept here");
  BOOST_TEST(at("2262-04-11T23:47:16.854775807Z") == R"({"at":"2262-04-11T23:47:16.854775807Z"})");
  BOOST_TEST(at("2262-04-11T23:47:16.854775808Z") ==
             "/at is outside of the range of time that can be kept here");

  using std::chrono::sys_seconds;
  BOOST_TEST(read<sys_seconds>(R"("9999-12-31T23:59:59Z")") == R"("9999-12-31T23:59:59Z")");
  BOOST_TEST(read<sys_seconds>(R"("2024-01-01T00:00:00.000Z")") == R"("2024-01-01T00:00:00Z")");
  BOOST_TEST(read<sys_seconds>(R"("2024-01-01T00:00:00.5Z")") == " is more exact than can be kept here");
  BOOST_TEST(written(sys_seconds::max()) == "it has no JSON: a date-time has a year from 0 to 9999");
  BOOST_TEST(read<std::chrono::year_month_day>(R"("2024-02-29")") == R"("2024-02-29")");
  BOOST_TEST(read<std::chrono::year_month_day>(R"("2023-02-29")") == " must have the format date");
  BOOST_TEST(read<std::chrono::sys_days>(R"("1969-12-31")") == R"("1969-12-31")");
  BOOST_TEST(written(std::chrono::year_month_day()).starts_with("it has no JSON"));
  BOOST_TEST(schema_of<std::chrono::sys_days>() == R"({"type":"string","format":"date"})");
}

BOOST_AUTO_TEST_CASE(durations_are_seconds) {
  using namespace std::chrono;
  BOOST_TEST(written(minutes(2)) == "120");
  BOOST_TEST(written(milliseconds(100)) == "0.1");
  BOOST_TEST(read<milliseconds>("0.1") == "0.1");
  BOOST_TEST(read<milliseconds>("0.0005") == " is more exact than can be kept here");
  BOOST_TEST(read<milliseconds>("1e300") == " is too long a time");
  BOOST_TEST(read<minutes>("90") == " must be a multiple of 60");
  BOOST_TEST(read<seconds>("1.5") == " expected an integer");
  BOOST_TEST((read<duration<std::int16_t>>("40000") == " is too long a time"));
  BOOST_TEST(written(hours::max()) == "it has no JSON: too long a time to be told in seconds");
  BOOST_TEST((read<duration<double, std::milli>>("0.25") == "0.25"));
  BOOST_TEST(schema_of<seconds>() == R"({"type":"integer","description":"In seconds."})");
}

BOOST_AUTO_TEST_CASE(paths_are_texts) {
  BOOST_TEST(read<std::filesystem::path>(R"("/tmp/\u00e4")") == "\"/tmp/\xc3\xa4\"");
  BOOST_TEST(read<std::filesystem::path>(R"("a\u0000b")") == " must not contain U+0000");
  BOOST_TEST(written(std::filesystem::path("\xff")) == "it has no JSON: a path that is not UTF-8");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace reflect_as_types
