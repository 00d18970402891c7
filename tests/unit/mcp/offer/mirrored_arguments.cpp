// tests/unit/mcp/offer/mirrored_arguments.cpp - arguments that are repeated in headers
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/mcp/offer/mark_finder.hpp>
#include <mcpawl/mcp/offer/mirrored_arguments.hpp>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <iterator>
#include <map>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(mirrored_arguments)

namespace {

using namespace mcpawl;
using namespace mcpawl::detail;

std::vector<mirrored_argument> found_in(char const* schema, std::vector<std::string>* errors = nullptr) {
  auto const parsed = boost::json::parse(schema);
  detail::mark_finder marks;
  marks.run(parsed.get_object());
  if (errors)
    *errors = marks.errors;
  else
    BOOST_TEST(marks.errors.empty());
  return marks.found;
}

/** The one error in a schema. */
std::string mistake_in(char const* schema) {
  std::vector<std::string> errors;
  found_in(schema, &errors);
  BOOST_REQUIRE(errors.size() == 1U);
  return errors.front();
}

using sent = std::multimap<std::string, std::string>;

mirror_header look_up(void const* where, std::string_view name) {
  auto const [first, last] = static_cast<sent const*>(where)->equal_range(std::string(name));
  auto const count = static_cast<std::size_t>(std::distance(first, last));
  return {count, count == 0 ? std::string_view{} : std::string_view(first->second)};
}

/** The code of the fault, or 0. */
int fault_of(char const* property, char const* arguments, sent const& headers) {
  std::string const schema = std::string(R"({"type":"object","properties":{"a":)") + property + "}}";
  protocol_headers h;
  h.carried = true;
  h.where = &headers;
  h.lookup = look_up;
  auto const fault = mirror_fault(found_in(schema.c_str()), boost::json::parse(arguments), h);
  return fault ? static_cast<int>(fault->code) : 0;
}

constexpr char const* text = R"({"type":"string","x-mcp-header":"A"})";
constexpr char const* whole = R"({"type":"integer","x-mcp-header":"A"})";
constexpr char const* truth = R"({"type":"boolean","x-mcp-header":"A"})";

}  // namespace

BOOST_AUTO_TEST_CASE(annotations_are_found_along_properties) {
  auto const found = found_in(R"({"type":"object","properties":{
    "region":{"type":"string","x-mcp-header":"Region"},
    "where":{"type":"object","properties":{"zone":{"type":"integer","x-mcp-header":"Zone"}}},
    "x-mcp-header":{"type":"string"}}})");
  BOOST_REQUIRE(found.size() == 2U);
  BOOST_TEST(found[0].header == "Mcp-Param-Region");
  BOOST_TEST(found[0].path == std::vector<std::string>{"region"});
  BOOST_TEST(found[1].header == "Mcp-Param-Zone");
  BOOST_TEST((found[1].path == std::vector<std::string>{"where", "zone"}));
}

BOOST_AUTO_TEST_CASE(annotations_that_clients_refuse_are_errors) {
  BOOST_TEST(mistake_in(R"({"properties":{"a":{"type":"string","x-mcp-header":""}}})") ==
             "x-mcp-header must be the end of a header's name");
  BOOST_TEST(mistake_in(R"({"properties":{"a":{"type":"string","x-mcp-header":"a b"}}})") ==
             "x-mcp-header must be the end of a header's name");
  BOOST_TEST(mistake_in(R"({"properties":{"a":{"type":"string","x-mcp-header":1}}})") ==
             "x-mcp-header must be the end of a header's name");
  for (char const* type : {"number", "object", "array", "null"}) {
    std::string const schema =
        std::string(R"({"properties":{"a":{"type":")") + type + R"(","x-mcp-header":"A"}}})";
    BOOST_TEST(mistake_in(schema.c_str()) == "x-mcp-header may only mark a string, an integer or a boolean");
  }
  BOOST_TEST(mistake_in(R"({"properties":{"a":{"type":"string","x-mcp-header":"Region"},
                                          "b":{"type":"string","x-mcp-header":"rEGION"}}})") ==
             "Mcp-Param-rEGION mirrors two arguments");
  for (char const* elsewhere :
       {R"("items":{"type":"string","x-mcp-header":"A"})", R"("anyOf":[{"x-mcp-header":"A"}])",
        R"("if":{"properties":{"a":{"x-mcp-header":"A"}}})", R"("$defs":{"d":{"x-mcp-header":"A"}})"}) {
    std::string const schema = std::string("{") + elsewhere + "}";
    BOOST_TEST(mistake_in(schema.c_str()) == "x-mcp-header may only mark what `properties` alone lead to");
  }
}

BOOST_AUTO_TEST_CASE(a_header_says_what_the_argument_says) {
  BOOST_TEST(fault_of(text, R"({"a":"x y"})", {{"Mcp-Param-A", "x y"}}) == 0);
  BOOST_TEST(fault_of(text, R"({"a":""})", {{"Mcp-Param-A", ""}}) == 0);
  BOOST_TEST(fault_of(text, R"({"a":"\u00fc"})", {{"Mcp-Param-A", "=?base64?w7w=?="}}) == 0);
  BOOST_TEST(fault_of(text, R"({"a":"x"})", {{"Mcp-Param-A", "X"}}) == -32020);
  BOOST_TEST(fault_of(text, R"({"a":"x"})", {{"Mcp-Param-A", "=?base64?eA?="}}) == -32020);
  BOOST_TEST(fault_of(whole, R"({"a":42})", {{"Mcp-Param-A", "42"}}) == 0);
  BOOST_TEST(fault_of(whole, R"({"a":42})", {{"Mcp-Param-A", "42.0"}}) == 0);
  BOOST_TEST(fault_of(whole, R"({"a":42.0})", {{"Mcp-Param-A", "42"}}) == 0);
  BOOST_TEST(fault_of(whole, R"({"a":42})", {{"Mcp-Param-A", "43"}}) == -32020);
  BOOST_TEST(fault_of(whole, R"({"a":42})", {{"Mcp-Param-A", "42 "}}) == -32020);
  BOOST_TEST(fault_of(whole, R"({"a":0})", {{"Mcp-Param-A", ""}}) == -32020);
  BOOST_TEST(fault_of(whole, R"({"a":9007199254740993})", {{"Mcp-Param-A", "9007199254740993"}}) == 0);
  BOOST_TEST(fault_of(whole, R"({"a":9007199254740993})", {{"Mcp-Param-A", "9007199254740992"}}) == -32020);
  BOOST_TEST(fault_of(whole, R"({"a":9007199254740993})", {{"Mcp-Param-A", "9007199254740992.0"}}) == -32020);
  BOOST_TEST(fault_of(truth, R"({"a":true})", {{"Mcp-Param-A", "true"}}) == 0);
  BOOST_TEST(fault_of(truth, R"({"a":true})", {{"Mcp-Param-A", "1"}}) == -32020);
}

BOOST_AUTO_TEST_CASE(header_and_argument_come_together) {
  BOOST_TEST(fault_of(text, "{}", {}) == 0);
  BOOST_TEST(fault_of(text, R"({"a":null})", {}) == 0);
  BOOST_TEST(fault_of(text, R"({"a":"x"})", {}) == -32020);
  BOOST_TEST(fault_of(text, "{}", {{"Mcp-Param-A", "x"}}) == -32020);
  BOOST_TEST(fault_of(text, R"({"a":"x"})", {{"Mcp-Param-A", "x"}, {"Mcp-Param-A", "x"}}) == -32020);
}

BOOST_AUTO_TEST_SUITE_END()
