// tests/unit/json_schema/json_schema.cpp - hand-written schemas: their errors, the problems they find, their
// limits
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/json_schema/json_schema.hpp>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

BOOST_AUTO_TEST_SUITE(reflect_json_schema)

using mcpawl::detail::json_schema;
using mcpawl::detail::json_schema_errc;
using mcpawl::detail::json_schema_error;
using mcpawl::detail::json_schema_library;

namespace {

json_schema compiled(std::string_view text, json_schema_library const& library = {}) {
  std::vector<json_schema_error> errors;
  auto schema = json_schema::parse(text, errors, library);
  for (auto const& error : errors) BOOST_TEST_MESSAGE(error.pointer << ' ' << error.message);
  BOOST_TEST_REQUIRE(schema.has_value(), text);
  return *schema;
}

boost::json::value json(std::string_view text) { return boost::json::parse({text.data(), text.size()}); }

// What a schema says of a value: `pointer message`, empty if it is good.
std::string problem(json_schema const& schema, std::string_view value) {
  auto const found = schema.validate(json(value));
  return found ? found->pointer + ' ' + found->message : std::string();
}
std::string problem(std::string_view schema, std::string_view value) {
  return problem(compiled(schema), value);
}

// All that it says, in the text that callers read.
std::string problems(std::string_view schema, std::string_view value) {
  auto const found = compiled(schema).validate_all(json(value));
  return found ? found.text("invalid") : std::string();
}

std::vector<json_schema_error> mistakes_of(std::string_view text, json_schema_library const& library = {}) {
  std::vector<json_schema_error> errors;
  auto const schema = json_schema::parse(text, errors, library);
  BOOST_TEST_REQUIRE(!schema, text);
  BOOST_TEST_REQUIRE(!errors.empty(), text);
  BOOST_TEST((schema.error() == errors.front().code));
  return errors;
}

struct expected_error {
  std::string_view schema;
  json_schema_errc code;
  std::string_view pointer, words;
};

void check_errors(std::initializer_list<expected_error> all) {
  for (auto const& [schema, code, pointer, words] : all) {
    auto const errors = mistakes_of(schema);
    BOOST_TEST(errors.size() == 1u, schema);
    BOOST_TEST((errors[0].code == code), schema << ": " << errors[0].message);
    BOOST_TEST(errors[0].pointer == pointer, schema);
    BOOST_TEST(errors[0].message.find(words) != std::string::npos, schema << ": " << errors[0].message);
  }
}

std::string nested(std::string_view before, std::string_view inside, std::string_view after,
                   std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i != times; ++i) text += before;
  text += inside;
  for (std::size_t i = 0; i != times; ++i) text += after;
  return text;
}

}  // namespace

BOOST_AUTO_TEST_CASE(each_error_has_a_text_of_its_own) {
  std::set<std::string> texts;
  int const last = static_cast<int>(json_schema_errc::too_large);
  for (int i = 1; i <= last; ++i) texts.insert(make_error_code(static_cast<json_schema_errc>(i)).message());
  BOOST_TEST(texts.size() == static_cast<std::size_t>(last));
  BOOST_TEST((make_error_code(json_schema_errc::too_large) == mcpawl::condition::too_large));
  BOOST_TEST((make_error_code(json_schema_errc::unresolved) == mcpawl::condition::refused));
}

BOOST_AUTO_TEST_CASE(keywords_with_values_of_the_wrong_kind) {
  using e = json_schema_errc;
  check_errors({
      {"1", e::bad_schema, "", "must be a schema"},
      {"[]", e::bad_schema, "", "must be a schema"},
      {R"({"properties":{"a/b":{"items":"x"}}})", e::bad_schema, "/properties/a~1b/items",
       "must be a schema"},
      {R"({"type":"objekt"})", e::bad_keyword, "/type", "must be null, boolean"},
      {R"({"type":["string","string"]})", e::bad_keyword, "/type", "different"},
      {R"({"type":[]})", e::bad_keyword, "/type", "must be null, boolean"},
      {R"({"type":["string",1]})", e::bad_keyword, "/type", "must be null, boolean"},
      {R"({"enum":"a"})", e::bad_keyword, "/enum", "array"},
      {R"({"multipleOf":0})", e::bad_keyword, "/multipleOf", "over 0"},
      {R"({"multipleOf":-1.5})", e::bad_keyword, "/multipleOf", "over 0"},
      {R"({"multipleOf":1e999})", e::bad_keyword, "/multipleOf", "too large"},
      {R"({"maximum":-1e999})", e::bad_keyword, "/maximum", "too large"},
      {R"({"minimum":"1"})", e::bad_keyword, "/minimum", "number"},
      {R"({"exclusiveMinimum":true})", e::bad_keyword, "/exclusiveMinimum", "number"},
      {R"({"minLength":-1})", e::bad_keyword, "/minLength", "at least 0"},
      {R"({"maxItems":1.5})", e::bad_keyword, "/maxItems", "integer"},
      {R"({"minContains":null})", e::bad_keyword, "/minContains", "integer"},
      {R"({"uniqueItems":1})", e::bad_keyword, "/uniqueItems", "true or false"},
      {R"({"required":"a"})", e::bad_keyword, "/required", "array"},
      {R"({"required":["a","a"]})", e::bad_keyword, "/required", "different"},
      {R"({"required":[1]})", e::bad_keyword, "/required", "strings"},
      {R"({"dependentRequired":{"a":1}})", e::bad_keyword, "/dependentRequired/a", "array"},
      {R"({"properties":[]})", e::bad_keyword, "/properties", "object of schemas"},
      {R"({"items":[{}]})", e::bad_keyword, "/items", "prefixItems"},
      {R"({"allOf":[]})", e::bad_keyword, "/allOf", "not empty"},
      {R"({"anyOf":{}})", e::bad_keyword, "/anyOf", "array of schemas"},
      {R"({"$defs":1})", e::bad_keyword, "/$defs", "object of schemas"},
      {R"({"$ref":1})", e::bad_keyword, "/$ref", "URI reference"},
      {R"({"description":1})", e::bad_keyword, "/description", "string"},
      {R"({"format":1})", e::bad_keyword, "/format", "string"},
      {R"({"deprecated":"no"})", e::bad_keyword, "/deprecated", "true or false"},
      {R"({"examples":1})", e::bad_keyword, "/examples", "array"},
  });
}

BOOST_AUTO_TEST_CASE(patterns_that_are_none_or_not_linear) {
  using e = json_schema_errc;
  check_errors({
      {R"({"pattern":"("})", e::bad_pattern, "/pattern", "must be a regular expression"},
      {R"({"pattern":1})", e::bad_keyword, "/pattern", "must be a regular expression"},
      {R"({"pattern":"(?=a)b"})", e::bad_pattern, "/pattern", "lookaround"},
      {R"({"pattern":"(a)\\1"})", e::bad_pattern, "/pattern", "back references"},
      {R"({"pattern":"a{1001}"})", e::bad_pattern, "/pattern", "smaller"},
      {R"({"patternProperties":{"a/[":{}}})", e::bad_pattern, "/patternProperties/a~1[", "regular"},
  });
}

BOOST_AUTO_TEST_CASE(identifiers_that_are_none_or_there_twice) {
  using e = json_schema_errc;
  check_errors({
      {R"({"$id":"a#b"})", e::bad_identifier, "/$id", "without a fragment"},
      {R"({"$id":1})", e::bad_identifier, "/$id", "URI reference"},
      {R"({"$anchor":"1"})", e::bad_identifier, "/$anchor", "begin with a letter"},
      {R"({"$dynamicAnchor":""})", e::bad_identifier, "/$dynamicAnchor", "begin with a letter"},
      {R"({"$defs":{"a":{"$anchor":"x"},"b":{"$anchor":"x"}}})", e::duplicate, "/$defs/b/$anchor", "another"},
      {R"({"$defs":{"a":{"$anchor":"x"},"b":{"$dynamicAnchor":"x"}}})", e::duplicate,
       "/$defs/b/$dynamicAnchor", "another"},
      {R"({"$id":"http://a/x","$defs":{"a":{"$id":"y"},"b":{"$id":"http://a/y"}}})", e::duplicate,
       "/$defs/b/$id", "another"},
  });
  // the same anchor in another resource is another anchor
  compiled(R"({"$anchor":"x","$defs":{"a":{"$id":"y","$anchor":"x"}}})");
}

BOOST_AUTO_TEST_CASE(dialects_that_are_not_known) {
  using e = json_schema_errc;
  check_errors({
      {R"({"$schema":"http://json-schema.org/draft-07/schema#"})", e::unknown_dialect, "/$schema",
       "draft-07"},
      {R"({"$schema":1})", e::unknown_dialect, "/$schema", "URI"},
  });
  compiled(R"({"$schema":"https://json-schema.org/draft/2020-12/schema"})");
  json_schema_library library;
  library.add("http://a/plain", json(R"({"$vocabulary":{
    "https://json-schema.org/draft/2020-12/vocab/core":true,
    "https://json-schema.org/draft/2020-12/vocab/applicator":true,
    "http://a/colour":false}})"));
  library.add("http://a/format", json(R"({"$vocabulary":{
    "https://json-schema.org/draft/2020-12/vocab/format-assertion":true}})"));
  auto const plain =
      compiled(R"({"$schema":"http://a/plain","properties":{"a":{"type":"string"},"b":false}})", library);
  BOOST_TEST(problem(plain, R"({"a":1})") == "");
  BOOST_TEST(problem(plain, R"({"b":1})") == "/b is not allowed here");
  auto const errors = mistakes_of(R"({"$schema":"http://a/format"})", library);
  BOOST_TEST((errors[0].code == e::unknown_dialect));
  BOOST_TEST(errors[0].message.find("format-assertion") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(references_that_lead_nowhere) {
  using e = json_schema_errc;
  for (auto reference : {"http://example.com/schema.json", "#/$defs/b", "#b", "other.json", "#/$defs/a/0",
                         "#/%zz", "https://json-schema.org/draft/2020-12/schema#nothing"}) {
    auto const errors =
        mistakes_of(R"({"$defs":{"a":{}},"properties":{"x":{"$ref":")" + std::string(reference) + R"("}}})");
    BOOST_TEST(errors.size() == 1u, reference);
    BOOST_TEST((errors[0].code == e::unresolved), reference);
    BOOST_TEST(errors[0].pointer == "/properties/x/$ref", reference);
    BOOST_TEST(errors[0].message.find(reference) != std::string::npos, reference);
  }
  BOOST_TEST((mistakes_of(R"({"$dynamicRef":"#x"})")[0].code == e::unresolved));
}

BOOST_AUTO_TEST_CASE(references_that_never_end) {
  using e = json_schema_errc;
  check_errors({
      {R"({"$ref":"#"})", e::endless, "", "leads back to itself"},
      {R"({"allOf":[{"$ref":"#"}]})", e::endless, "", "leads back"},
      {R"({"$ref":"#/$defs/a","$defs":{"a":{"anyOf":[{"type":"null"},{"$ref":"#/$defs/a"}]}}})", e::endless,
       "/$defs/a", "leads back"},
      {R"({"dependentSchemas":{"x":{"$ref":"#"}}})", e::endless, "", "leads back"},
  });
  // into the value is fine
  compiled(R"({"properties":{"x":{"$ref":"#"}},"items":{"not":{"$ref":"#"}}})");
  // where a dynamic reference leads is known only while checking
  BOOST_TEST(problem(R"({"$dynamicAnchor":"a","$dynamicRef":"#a"})", "1") ==
             " is too deep or takes too long to be checked");
}

BOOST_AUTO_TEST_CASE(every_mistake_is_told_and_of_many_the_first) {
  auto const two = mistakes_of(R"({"type":"x","properties":{"a":{"minimum":""}}})");
  BOOST_TEST(two.size() == 2u);
  std::string many = R"({"properties":{)";
  for (int i = 0; i != 100; ++i) many += (i == 0 ? "\"" : ",\"") + std::to_string(i) + R"(":{"type":1})";
  BOOST_TEST(mistakes_of(many + "}}").size() == 20u);
}

BOOST_AUTO_TEST_CASE(schemas_are_bounded) {
  using e = json_schema_errc;
  compiled(nested(R"({"not":)", "{}", "}", json_schema::max_depth));
  BOOST_TEST(
      (mistakes_of(nested(R"({"not":)", "{}", "}", json_schema::max_depth + 1))[0].code == e::too_large));
  BOOST_TEST((mistakes_of(nested(R"({"properties":{"a":)", "{}", "}}", 110))[0].code == e::too_large));
  BOOST_TEST((mistakes_of(nested("[", "", "]", 100'000))[0].code == e::not_json));
  std::string many = R"({"anyOf":[true)";
  for (std::size_t i = 0; i != json_schema::max_schemas; ++i) many += ",true";
  auto const errors = mistakes_of(many + R"(],"$ref":"#/anyOf/9"})");
  BOOST_TEST(errors.size() == 1u);
  BOOST_TEST((errors[0].code == e::too_large));
  for (auto text : {"", "{", "{}x", "{\"a\":1,}", "\xff"})
    BOOST_TEST((mistakes_of(text)[0].code == e::not_json), text);
}

BOOST_AUTO_TEST_CASE(problems_say_what_and_where) {
  constexpr auto schema = R"({
    "type": "object",
    "properties": {
      "city": {"type": "string", "minLength": 2, "maxLength": 3, "pattern": "^[a-z]+$"},
      "days": {"type": "integer", "minimum": 1, "exclusiveMaximum": 8, "multipleOf": 2},
      "unit": {"enum": ["C", "F", null]},
      "tags": {"type": ["array", "null"], "items": {"type": "string"}, "uniqueItems": true, "minItems": 1},
      "a/b~c": {"const": {"x": 1}}
    },
    "required": ["city"],
    "additionalProperties": false
  })";
  auto const s = compiled(schema);
  BOOST_TEST(problem(s, R"({"city":"abc","days":4.0,"unit":null,"tags":["a"],"a/b~c":{"x":1.0}})") == "");
  BOOST_TEST(problem(s, "1") == " expected an object");
  BOOST_TEST(problem(s, "{}") == "/city is required");
  BOOST_TEST(problem(s, R"({"city":1})") == "/city expected a string");
  BOOST_TEST(problem(s, R"({"city":"a"})") == "/city must have at least 2 characters");
  BOOST_TEST(problem(s, R"({"city":"abcd"})") == "/city must have at most 3 characters");
  BOOST_TEST(problem(s, R"({"city":"AB"})") == "/city must match the pattern ^[a-z]+$");
  BOOST_TEST(problem(s, R"({"city":"ab","days":1.5})") == "/days expected an integer");
  BOOST_TEST(problem(s, R"({"city":"ab","days":0})") == "/days must be at least 1");
  BOOST_TEST(problem(s, R"({"city":"ab","days":8})") == "/days must be under 8");
  BOOST_TEST(problem(s, R"({"city":"ab","days":3})") == "/days must be a multiple of 2");
  BOOST_TEST(problem(s, R"({"city":"ab","unit":"K"})") == R"(/unit expected one of "C", "F", null)");
  BOOST_TEST(problem(s, R"({"city":"ab","tags":1})") == "/tags expected an array or null");
  BOOST_TEST(problem(s, R"({"city":"ab","tags":[]})") == "/tags must have at least 1 item");
  BOOST_TEST(problem(s, R"({"city":"ab","tags":["a",2]})") == "/tags/1 expected a string");
  BOOST_TEST(problem(s, R"({"city":"ab","tags":["a","b","a"]})") == "/tags/2 must not be there twice");
  BOOST_TEST(problem(s, R"({"city":"ab","a/b~c":{}})") == R"(/a~1b~0c must be {"x":1})");
  BOOST_TEST(problem(s, R"({"city":"ab","town":1})") ==
             "/town is not a member here; the members are a/b~c, city, days, tags, unit");
  BOOST_TEST(problem(s, R"({"city":"ab","":1})").starts_with("/ is not a member here"));
}

BOOST_AUTO_TEST_CASE(problems_of_the_other_keywords) {
  BOOST_TEST(problem("false", "1") == " is not allowed here");
  BOOST_TEST(problem(R"({"not":{"type":"null"}})", "null").starts_with(" must not be what it is"));
  BOOST_TEST(problem(R"({"contains":{"const":1},"minContains":2})", "[1]") ==
             " must have at least 2 items of a certain kind");
  BOOST_TEST(problem(R"({"contains":{"const":1},"maxContains":1})", "[1,1.0]") ==
             " must have at most 1 item of a certain kind");
  BOOST_TEST(problem(R"({"maxProperties":1})", R"({"a":1,"b":2})") == " must have at most 1 member");
  BOOST_TEST(problem(R"({"propertyNames":{"pattern":"^a"}})", R"({"b":1})") ==
             "/b its name must match the pattern ^a");
  BOOST_TEST(problem(R"({"dependentRequired":{"a":["b"]}})", R"({"a":1})") == "/b is required beside a");
  BOOST_TEST(problem(R"({"dependentSchemas":{"a":{"minProperties":2}}})", R"({"a":1})") ==
             " must have at least 2 members");
  BOOST_TEST(problem(R"({"if":{"type":"string"},"then":{"minLength":1},"else":{"minimum":0}})", "-1") ==
             " must be at least 0");
  BOOST_TEST(problem(R"({"prefixItems":[true,{"type":"null"}],"items":false})", "[1,null,2]") ==
             "/2 is not allowed here");
  BOOST_TEST(problem(R"({"properties":{"a":true},"unevaluatedProperties":false})", R"({"a":1,"b":2})") ==
             "/b is not allowed here");
  BOOST_TEST(problem(R"({"prefixItems":[true],"unevaluatedItems":{"type":"null"}})", "[1,2]") ==
             "/1 expected null");
  BOOST_TEST(problem(R"({"enum":[]})", "1").starts_with(" expected nothing"));
  BOOST_TEST(problem(R"({"format":"email"})", "\"no mail\"") == "");
}

BOOST_AUTO_TEST_CASE(of_alternatives_the_one_that_was_meant_is_told) {
  constexpr auto shapes = R"({"oneOf":[{"type":"string"},{"type":"object","required":["id"]}]})";
  BOOST_TEST(problem(shapes, "{}") == "/id is required");
  BOOST_TEST(problem(shapes, "1") == " must match one of 2 alternatives");
  BOOST_TEST(problem(R"({"oneOf":[{"minimum":0},{"maximum":9}]})", "5") ==
             R"( matches more than one schema of "oneOf")");
  BOOST_TEST(problem(R"({"anyOf":[{"required":["a"]},{"required":["b"]}]})", "{}") ==
             " must match one of 2 alternatives");
}

BOOST_AUTO_TEST_CASE(problems_are_short_however_long_the_input_is) {
  std::string const name(100'000, 'x');
  auto const s = compiled(R"({"additionalProperties":{"type":"null"}})");
  BOOST_TEST(problem(s, "{\"" + name + "\":1}") == '/' + std::string(64, 'x') + "... expected null");
}

BOOST_AUTO_TEST_CASE(documents_of_the_library_are_found_and_their_mistakes_told) {
  json_schema_library library;
  library.add("http://a/defs.json", json(R"({"$defs":{"name":{"type":"string"},"bad":{"type":1}}})"));
  auto const s =
      compiled(R"({"$id":"http://a/root.json","items":{"$ref":"defs.json#/$defs/name"}})", library);
  BOOST_TEST(problem(s, R"(["a"])") == "");
  BOOST_TEST(problem(s, "[1]") == "/0 expected a string");
  // a document without a URI cannot be referred to
  library.add("", json("{}"));
  BOOST_TEST((mistakes_of(R"({"$ref":"."})", library)[0].code == json_schema_errc::unresolved));
  auto const errors = mistakes_of(R"({"$ref":"http://a/defs.json#/$defs/bad"})", library);
  BOOST_TEST(errors[0].pointer == "http://a/defs.json#/$defs/bad/type");
}

BOOST_AUTO_TEST_CASE(dynamic_references_end_at_the_outermost_anchor) {
  auto const s = compiled(R"({"$id":"http://a/strings","$ref":"list",
    "$defs":{"item":{"$dynamicAnchor":"item","type":"string"},
             "list":{"$id":"list","items":{"$dynamicRef":"#item"},"$defs":{"any":{"$dynamicAnchor":"item"}}}}})");
  BOOST_TEST(problem(s, R"(["a"])") == "");
  BOOST_TEST(problem(s, "[1]") == "/0 expected a string");
}

BOOST_AUTO_TEST_CASE(the_schema_of_the_dialect_is_at_hand) {
  auto const s = compiled(R"({"$ref":"https://json-schema.org/draft/2020-12/schema"})");
  BOOST_TEST(problem(s, R"({"type":"string","properties":{"a":{"minLength":1}}})") == "");
  BOOST_TEST(problem(s, R"({"properties":{"a":{"minLength":-1}}})") ==
             "/properties/a/minLength must be at least 0");
}

BOOST_AUTO_TEST_CASE(work_and_depth_are_bounded) {
  // each schema tries the next one twice: 2 to the 60 ways
  std::string bomb = R"({"$ref":"#/$defs/0","$defs":{)";
  for (int i = 0; i != 60; ++i) {
    auto const next = R"({"$ref":"#/$defs/)" + std::to_string(i + 1) + "\"}";
    bomb += '"' + std::to_string(i) + R"(":{"anyOf":[)" + next + ',' + next + "]},";
  }
  auto const s = compiled(bomb + R"("60":false}})");
  BOOST_TEST(problem(s, "1") == " is too deep or takes too long to be checked");
  // no `not` makes a "yes" of it
  auto negated = bomb + R"("60":false}})";
  negated.replace(0, std::string_view(R"({"$ref":"#/$defs/0")").size(), R"({"not":{"$ref":"#/$defs/0"})");
  BOOST_TEST(problem(negated, "1") == " is too deep or takes too long to be checked");

  auto const list = compiled(R"({"items":{"$ref":"#"}})");
  boost::json::value deep = 1;
  // one schema for each array and one for its items
  for (int i = 0; i != 199; ++i) deep = boost::json::array{deep};
  BOOST_TEST(!list.validate(deep).has_value());
  deep = boost::json::array{deep};
  BOOST_TEST(list.validate(deep).value().message == "is too deep or takes too long to be checked");
}

BOOST_AUTO_TEST_CASE(the_work_for_patterns_is_counted_with_all_other_work) {
  auto const s = compiled(R"({"type":"string","pattern":"^a|b{900}"})");
  auto const pattern = mcpawl::detail::compile_pattern("^a|b{900}");
  // a look at the text costs work, too
  auto const work_of = [&pattern](std::size_t length) { return pattern.work_for(length) + length / 16; };
  std::size_t longest = 0;
  for (std::size_t bit = std::size_t{1} << 20; bit != 0; bit /= 2)
    if (work_of(longest + bit) <= mcpawl::detail::pattern::max_work) longest += bit;
  auto const takes = [&s](std::size_t length) {
    return !s.validate(boost::json::string(length, 'a')).has_value();
  };
  constexpr std::size_t spare = 64;  // some units of work are for looking at the schema
  BOOST_TEST(takes(longest - spare));
  BOOST_TEST(!takes(longest + 1));
}

BOOST_AUTO_TEST_CASE(long_arrays_are_compared_by_hash) {
  boost::json::array numbers;
  for (int i = 0; i != 100'000; ++i) numbers.emplace_back(i);
  auto const s = compiled(R"({"uniqueItems":true,"items":{"type":"integer"}})");
  BOOST_TEST(!s.validate(numbers).has_value());
  numbers.emplace_back(99'999.0);
  BOOST_TEST(s.validate(numbers).value().pointer == "/100000");
}

BOOST_AUTO_TEST_CASE(one_schema_serves_many_threads_and_outlives_its_text) {
  std::optional<json_schema> s;
  {
    auto const value = json(R"({"properties":{"a":{"enum":["some text that is not short",{"b":[1,2]}]}}})");
    std::vector<json_schema_error> errors;
    s = json_schema::compile(value, errors).value();
  }
  std::vector<std::string> found(4);
  std::vector<std::thread> threads;
  for (auto& to : found)
    threads.emplace_back([&to, copy = *s] {
      for (int i = 0; i != 50; ++i)
        to = problem(copy, R"({"a":1})") + problem(copy, R"({"a":{"b":[1,2.0]}})");
    });
  for (auto& thread : threads) thread.join();
  for (auto const& text : found)
    BOOST_TEST(text == R"(/a expected one of "some text that is not short", {"b":[1,2]})");
}

BOOST_AUTO_TEST_CASE(all_that_is_wrong_is_told_with_a_line_for_each_problem) {
  constexpr auto schema = R"({"type":"object","required":["city","days"],"additionalProperties":false,
    "properties":{"city":{"type":"string","minLength":2},"days":{"type":"integer","maximum":7},
    "tags":{"type":"array","items":{"type":"string"}}},
    "allOf":[{"required":["city","tags"]}]})";
  BOOST_TEST(problems(schema, R"({"city":"Rome","days":1,"tags":[]})") == "");
  BOOST_TEST(problems(schema, R"([])") == "invalid: expected an object");
  BOOST_TEST(problems(schema, R"({"city":"Rome","days":8,"tags":[]})") ==
             "invalid: /days: must be at most 7");
  BOOST_TEST(problems(schema, R"({"city":"R","a":1,"b":2,"tags":["",1,true]})") ==
             "invalid:\n"
             "/days: is required\n"
             "/city: must have at least 2 characters\n"
             "/a: is not a member here; the members are city, days, tags\n"
             "/b: is not a member here\n"
             "/tags/1: expected a string\n"
             "/tags/2: expected a string");
  // what two schemas demand is told once
  BOOST_TEST(problems(schema, "{}") ==
             "invalid:\n/city: is required\n/days: is required\n/tags: is required");
}

BOOST_AUTO_TEST_CASE(what_may_fail_is_no_problem) {
  constexpr auto schema = R"({"items":{"anyOf":[{"required":["a"]},{"required":["b"]}]},
    "not":{"maxItems":0},"if":{"minItems":3},"then":{"items":{"required":["c"]}}})";
  BOOST_TEST(problems(schema, R"([{"a":1},{"b":1}])") == "");
  BOOST_TEST(problems(schema, R"([{},{"b":1,"c":1},{"a":1}])") ==
             "invalid:\n/0: must match one of 2 alternatives\n/0/c: is required\n/2/c: is required");
  constexpr auto one = R"({"items":{"anyOf":[{"type":"object","required":["a","b"]},{"type":"string"}]}})";
  BOOST_TEST(problems(one, R"(["",{},1])") ==
             "invalid:\n/1/a: is required\n/1/b: is required\n/2: must match one of 2 alternatives");
}

BOOST_AUTO_TEST_CASE(names_are_told_apart_from_their_values) {
  BOOST_TEST(problems(R"({"propertyNames":{"maxLength":1},"additionalProperties":{"maxLength":1}})",
                      R"({"aa":"","b":"bb","cc":1})") ==
             "invalid:\n/aa: its name must have at most 1 character\n/b: must have at most 1 character\n"
             "/cc: its name must have at most 1 character");
}

BOOST_AUTO_TEST_CASE(eight_problems_are_told_and_that_there_are_more) {
  auto const wrong = [](std::size_t count) {
    std::string json = "[";
    for (std::size_t i = 0; i != count; ++i) json += i == 0 ? "1" : ",1";
    return problems(R"({"items":{"type":"string"}})", json + ",\"\"]");
  };
  BOOST_TEST(wrong(8).ends_with("\n/6: expected a string\n/7: expected a string"));
  BOOST_TEST(wrong(9) == wrong(8) + "\nand more");
  BOOST_TEST(wrong(10000) == wrong(9));
}

BOOST_AUTO_TEST_CASE(what_takes_too_long_is_the_only_problem) {
  auto const schema = compiled(R"({"items":{"$ref":"#"}})");
  boost::json::value deep(1);
  for (int i = 0; i != 500; ++i) deep = boost::json::array{std::move(deep), 1};
  BOOST_TEST(schema.validate_all(deep).text("invalid") ==
             "invalid: is too deep or takes too long to be checked");
}

BOOST_AUTO_TEST_SUITE_END()
