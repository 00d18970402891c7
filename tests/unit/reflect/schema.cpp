// tests/unit/reflect/schema.cpp - the schema of a type, to the letter
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/reflect/schema.hpp>

#include <boost/describe/class.hpp>
#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

using mcpawl::detail::schema_of;

namespace reflect_schema_types {

enum class environment { dev, staging, prod };
struct empty {};
struct numbers {
  bool b;
  std::int8_t i8;
  std::uint8_t u8;
  std::int16_t i16;
  std::uint16_t u16;
  int i;
  unsigned u;
  long long l;
  unsigned long long ul;
  float f;
  double d;
};
struct point {
  int x, y = 2;
};
struct containers {
  std::vector<point> points;
  std::map<std::string, double> weights;
  std::vector<std::optional<int>> gaps;
  std::variant<std::string, int> either;
};
struct defaults {
  std::string name;
  std::string region = "eu \"1\"";
  int replicas;
  int retries = 0;
  bool dry_run = false;
  environment where = environment::staging;
  double nan = std::numeric_limits<double>::quiet_NaN();
  std::optional<int> limit = 10;
  std::optional<int> none;
  std::vector<std::string> tags{"a", "b"};
  std::vector<int> empty;
  point origin{.x = 0, .y = 0};
  point same{};
  std::variant<int, std::string> either = "x";
};
struct documented {
  std::string service;
  int replicas;
  double share;
  std::vector<std::string> tags;
  std::map<std::string, int> map;
  std::string class_;
  int forced = 1;
  std::vector<int> left_out;
  std::optional<std::string> when;
};
struct base {
  int id;
};
struct derived : base {
  std::string name = "n";
};
BOOST_DESCRIBE_STRUCT(base, (), (id))
BOOST_DESCRIBE_STRUCT(derived, (base), (name))

}  // namespace reflect_schema_types

template <>
inline constexpr auto mcpawl::docs<reflect_schema_types::documented> = mcpawl::fields(
    mcpawl::field<&reflect_schema_types::documented::service>("Its \"name\".")
        .pattern("^[a-z]+$")
        .min_length(1)
        .max_length(40),
    mcpawl::field<&reflect_schema_types::documented::replicas>("How many.").minimum(1).maximum(50),
    mcpawl::field<&reflect_schema_types::documented::share>().minimum(0).maximum(0.5),
    mcpawl::field<&reflect_schema_types::documented::tags>("Tags.").min_items(1).max_items(3),
    mcpawl::field<&reflect_schema_types::documented::map>().min_items(1).max_items(2),
    mcpawl::field<&reflect_schema_types::documented::class_>().named("class"),
    mcpawl::field<&reflect_schema_types::documented::forced>().required(),
    mcpawl::field<&reflect_schema_types::documented::left_out>().defaulted(),
    mcpawl::field<&reflect_schema_types::documented::when>("When.").format("date-time").header("When"));

namespace reflect_schema_types {

BOOST_AUTO_TEST_SUITE(reflect_schema)

BOOST_AUTO_TEST_CASE(an_empty_struct_takes_nothing) {
  BOOST_TEST(schema_of<empty>() == R"({"type":"object","properties":{},"additionalProperties":false})");
}

BOOST_AUTO_TEST_CASE(values_that_are_no_structs_have_schemas_too) {
  BOOST_TEST(schema_of<bool>() == R"({"type":"boolean"})");
  BOOST_TEST(schema_of<double const&>() == R"({"type":"number"})");
  BOOST_TEST(schema_of<std::vector<std::string>>() == R"({"type":"array","items":{"type":"string"}})");
  BOOST_TEST(schema_of<std::optional<int>>() == R"({"anyOf":[{"type":"integer"},{"type":"null"}]})");
  BOOST_TEST(schema_of<environment>() == R"({"type":"string","enum":["dev","staging","prod"]})");
}

BOOST_AUTO_TEST_CASE(numbers_tell_the_ends_worth_telling) {
  BOOST_TEST(
      schema_of<numbers>() ==
      R"({"type":"object","properties":{"b":{"type":"boolean"},)"
      R"("i8":{"type":"integer","minimum":-128,"maximum":127},"u8":{"type":"integer","minimum":0,"maximum":255},)"
      R"("i16":{"type":"integer","minimum":-32768,"maximum":32767},)"
      R"("u16":{"type":"integer","minimum":0,"maximum":65535},"i":{"type":"integer"},)"
      R"("u":{"type":"integer","minimum":0},"l":{"type":"integer"},"ul":{"type":"integer","minimum":0},)"
      R"("f":{"type":"number"},"d":{"type":"number"}},)"
      R"("required":["b","i8","u8","i16","u16","i","u","l","ul","f","d"],"additionalProperties":false})");
}

BOOST_AUTO_TEST_CASE(containers_tell_what_is_inside) {
  BOOST_TEST(
      schema_of<containers>() ==
      R"({"type":"object","properties":{"points":{"type":"array","items":{"type":"object","properties":)"
      R"({"x":{"type":"integer"},"y":{"type":"integer","default":2}},"required":["x"],"additionalProperties":false}},)"
      R"("weights":{"type":"object","additionalProperties":{"type":"number"}},)"
      R"("gaps":{"type":"array","items":{"anyOf":[{"type":"integer"},{"type":"null"}]}},)"
      R"("either":{"anyOf":[{"type":"string"},{"type":"integer"}]}},)"
      R"("required":["points","weights","gaps","either"],"additionalProperties":false})");
}

BOOST_AUTO_TEST_CASE(initialisers_are_defaults_and_make_members_optional) {
  auto const schema = boost::json::parse(schema_of<defaults>()).as_object();
  auto const& members = schema.at("properties").as_object();
  auto const has = [&](char const* name, char const* json) {
    auto const* const found = members.at(name).as_object().if_contains("default");
    BOOST_TEST((found != nullptr && *found == boost::json::parse(json)), name);
  };
  has("region", R"("eu \"1\"")");
  has("retries", "0");
  has("dry_run", "false");
  has("where", R"("staging")");
  has("limit", "10");
  has("tags", R"(["a","b"])");
  has("origin", R"({"x":0,"y":0})");
  has("either", R"("x")");
  for (char const* name : {"name", "replicas", "nan", "none", "empty", "same"}) {
    BOOST_TEST(members.at(name).as_object().if_contains("default") == nullptr, name);
  }
  BOOST_TEST(schema.at("required") == boost::json::parse(R"(["name","replicas","empty","same"])"));
}

BOOST_AUTO_TEST_CASE(a_default_that_holds_what_json_cannot_say_is_not_told) {
  struct inner {
    double mean = std::numeric_limits<double>::quiet_NaN();
    int count = 1;
  };
  struct outer {
    inner in{.mean = std::numeric_limits<double>::infinity(), .count = 2};
  };
  auto const schema = boost::json::parse(schema_of<outer>()).as_object();
  BOOST_TEST(!schema.contains("required"));
  BOOST_TEST(!schema.at("properties").at("in").as_object().contains("default"));
}

BOOST_AUTO_TEST_CASE(docs_are_written_where_they_belong) {
  BOOST_TEST(
      schema_of<documented>() ==
      R"({"type":"object","properties":{)"
      R"("service":{"type":"string","minLength":1,"maxLength":40,"pattern":"^[a-z]+$","description":"Its \"name\"."},)"
      R"("replicas":{"type":"integer","minimum":1,"maximum":50,"description":"How many."},)"
      R"("share":{"type":"number","minimum":0,"maximum":0.5},)"
      R"("tags":{"type":"array","items":{"type":"string"},"minItems":1,"maxItems":3,"description":"Tags."},)"
      R"("map":{"type":"object","additionalProperties":{"type":"integer"},"minProperties":1,"maxProperties":2},)"
      R"("class":{"type":"string"},"forced":{"type":"integer"},)"
      R"("left_out":{"type":"array","items":{"type":"integer"},"default":[]},)"
      R"("when":{"type":"string","format":"date-time","description":"When.","x-mcp-header":"When"}},)"
      R"("required":["service","replicas","share","tags","map","class","forced"],"additionalProperties":false})");
}

BOOST_AUTO_TEST_CASE(described_structs_have_the_members_of_their_bases) {
  BOOST_TEST(
      schema_of<derived>() ==
      R"({"type":"object","properties":{"id":{"type":"integer"},"name":{"type":"string","default":"n"}},)"
      R"("required":["id"],"additionalProperties":false})");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace reflect_schema_types
