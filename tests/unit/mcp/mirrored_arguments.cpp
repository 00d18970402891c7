// tests/unit/mcp/mirrored_arguments.cpp - arguments that are repeated in headers
#include <mcpawl/mcp/mirrored_arguments.hpp>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <map>
#include <string>
#include <vector>

namespace {

using namespace mcpawl;

std::vector<mirrored_argument> found_in(char const* schema, std::vector<std::string>* mistakes = nullptr) {
  std::vector<std::string> noted;
  auto const parsed = boost::json::parse(schema);
  auto found = find_mirrored_arguments(parsed.get_object(), noted);
  if (mistakes)
    *mistakes = noted;
  else
    BOOST_TEST(noted.empty());
  return found;
}

/** The one mistake in a schema. */
std::string mistake_in(char const* schema) {
  std::vector<std::string> mistakes;
  found_in(schema, &mistakes);
  BOOST_REQUIRE(mistakes.size() == 1U);
  return mistakes.front();
}

using sent = std::multimap<std::string, std::string>;

/** The code of the fault, or 0. */
int fault_of(char const* property, char const* arguments, sent const& headers) {
  std::string const schema = std::string(R"({"type":"object","properties":{"a":)") + property + "}}";
  auto const parsed = boost::json::parse(arguments);
  auto const header = [&headers](std::string_view name) {
    auto const [first, last] = headers.equal_range(std::string(name));
    std::size_t const count = static_cast<std::size_t>(std::distance(first, last));
    return mirror_header{count, count == 0 ? std::string_view{} : std::string_view(first->second)};
  };
  auto const fault = differing_mirror(found_in(schema.c_str()), parsed.get_object(), header);
  return fault ? static_cast<int>(fault->code) : 0;
}

constexpr char const* text = R"({"type":"string","x-mcp-header":"A"})";
constexpr char const* whole = R"({"type":"integer","x-mcp-header":"A"})";
constexpr char const* truth = R"({"type":"boolean","x-mcp-header":"A"})";

}  // namespace

BOOST_AUTO_TEST_SUITE(mirrored_arguments)

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

BOOST_AUTO_TEST_CASE(annotations_that_clients_refuse_are_mistakes) {
  BOOST_TEST(mistake_in(R"({"properties":{"a":{"type":"string","x-mcp-header":""}}})") ==
             "x-mcp-header of /a is no header name");
  BOOST_TEST(mistake_in(R"({"properties":{"a":{"type":"string","x-mcp-header":"a b"}}})") ==
             "x-mcp-header of /a is no header name");
  BOOST_TEST(mistake_in(R"({"properties":{"a":{"type":"string","x-mcp-header":1}}})") ==
             "x-mcp-header of /a is no header name");
  for (char const* type : {"number", "object", "array", "null"}) {
    std::string const schema =
        std::string(R"({"properties":{"a":{"type":")") + type + R"(","x-mcp-header":"A"}}})";
    BOOST_TEST(mistake_in(schema.c_str()) ==
               "x-mcp-header is for a string, an integer or a boolean, and /a is none");
  }
  BOOST_TEST(mistake_in(R"({"properties":{"a":{"type":"string","x-mcp-header":"Region"},
                                          "b":{"type":"string","x-mcp-header":"rEGION"}}})") ==
             "two arguments have the x-mcp-header rEGION");
  for (char const* elsewhere :
       {R"("items":{"type":"string","x-mcp-header":"A"})", R"("anyOf":[{"x-mcp-header":"A"}])",
        R"("if":{"properties":{"a":{"x-mcp-header":"A"}}})", R"("$defs":{"d":{"x-mcp-header":"A"}})"}) {
    std::string const schema = std::string("{") + elsewhere + "}";
    BOOST_TEST(mistake_in(schema.c_str()) ==
               "x-mcp-header below the root is not reached by properties alone");
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
  BOOST_TEST(fault_of(whole, R"({"a":9007199254740993})", {{"Mcp-Param-A", "9007199254740993"}}) == -32020);
  BOOST_TEST(fault_of(truth, R"({"a":true})", {{"Mcp-Param-A", "true"}}) == 0);
  BOOST_TEST(fault_of(truth, R"({"a":true})", {{"Mcp-Param-A", "1"}}) == -32020);
  BOOST_TEST(fault_of(whole, R"({"a":"42"})", {{"Mcp-Param-A", "42"}}) == -32020);
}

BOOST_AUTO_TEST_CASE(header_and_argument_come_together) {
  BOOST_TEST(fault_of(text, "{}", {}) == 0);
  BOOST_TEST(fault_of(text, R"({"a":null})", {}) == 0);
  BOOST_TEST(fault_of(text, R"({"a":"x"})", {}) == -32020);
  BOOST_TEST(fault_of(text, "{}", {{"Mcp-Param-A", "x"}}) == -32020);
  BOOST_TEST(fault_of(text, R"({"a":"x"})", {{"Mcp-Param-A", "x"}, {"Mcp-Param-A", "x"}}) == -32020);
}

BOOST_AUTO_TEST_SUITE_END()
