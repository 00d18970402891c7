// tests/unit/mcp/elicit/form_schema.cpp - the restricted schema of a form
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/mcp/elicit/form_schema.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(mcp_form_schema)

namespace {

enum class colour { red, green };
struct everything {
  std::string name = "John Doe";
  int age = 30;
  double score = 95.5;
  bool verified = true;
  colour favourite;
  std::vector<colour> others;
  std::optional<std::string> note;
};

struct journey {
  std::chrono::sys_seconds leaves;
  std::chrono::year_month_day back;
};
struct nested {
  std::pair<int, int> pair;
};

}  // namespace

BOOST_AUTO_TEST_CASE(times_and_dates_are_asked_for_as_text_with_a_format) {
  auto const schema = boost::json::parse(mcpawl::detail::form_schema<journey>()).as_object();
  auto const& fields = schema.at("properties").as_object();
  BOOST_TEST(boost::json::serialize(fields.at("leaves")) == R"({"type":"string","format":"date-time"})");
  BOOST_TEST(boost::json::serialize(fields.at("back")) == R"({"type":"string","format":"date"})");
  static_assert(!mcpawl::detail::is_form(mcpawl::detail::descriptor_of<nested>));
}

BOOST_AUTO_TEST_CASE(it_has_type_properties_required_and_nothing_else) {
  auto const schema = boost::json::parse(mcpawl::detail::form_schema<everything>()).as_object();
  BOOST_TEST(schema.size() == 3U);
  BOOST_TEST(schema.at("type") == "object");
  auto const& fields = schema.at("properties").as_object();
  BOOST_TEST(fields.size() == 7U);
  BOOST_TEST(fields.at("name").at("default") == "John Doe");
  BOOST_TEST(fields.at("age").at("default").to_number<int>() == 30);
  BOOST_TEST(fields.at("score").at("default").to_number<double>() == 95.5);
  BOOST_TEST(fields.at("verified").at("default") == true);
  BOOST_TEST(boost::json::serialize(fields.at("favourite").at("enum")) == R"(["red","green"])");
  BOOST_TEST(fields.at("others").at("type") == "array");
  BOOST_TEST(fields.at("others").at("items").at("enum").as_array().size() == 2U);
  BOOST_TEST(fields.at("note").at("type") == "string");
  BOOST_TEST(boost::json::serialize(schema.at("required")) == R"(["favourite","others"])");
}

BOOST_AUTO_TEST_SUITE_END()
