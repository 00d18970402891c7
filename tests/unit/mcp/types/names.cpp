// tests/unit/mcp/types/names.cpp - tool names, revision names, names in headers
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/mcp/types/header_value.hpp>
#include <mcpawl/mcp/types/revision.hpp>
#include <mcpawl/mcp/types/tool_name.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

BOOST_AUTO_TEST_SUITE(mcp_names)

BOOST_AUTO_TEST_CASE(tool_names_are_1_to_128_of_the_allowed_characters) {
  static_assert(mcpawl::is_tool_name("get_weather-2.0"));
  BOOST_TEST(mcpawl::is_tool_name(std::string(128, 'x')));
  for (std::string const name : {"", "a b", "a/b", "a\n", "\xc3\xa9", "a,b"})
    BOOST_TEST(!mcpawl::is_tool_name(name), name);
  BOOST_TEST(!mcpawl::is_tool_name(std::string(129, 'x')));
  BOOST_TEST(mcpawl::tool_name{"add"}.view() == "add");
}

BOOST_AUTO_TEST_CASE(revisions_have_names_and_an_order) {
  using mcpawl::revision;
  for (auto r : {revision::v2024_11_05, revision::v2025_03_26, revision::v2025_06_18, revision::v2025_11_25,
                 revision::v2026_07_28})
    BOOST_TEST((mcpawl::parse_revision(mcpawl::to_string(r)) == r));
  BOOST_TEST(!mcpawl::parse_revision("2026-07-29"));
  BOOST_TEST(!mcpawl::parse_revision(""));
  static_assert(mcpawl::is_stateless(revision::v2026_07_28));
  static_assert(!mcpawl::is_stateless(mcpawl::newest_with_sessions));
}

BOOST_AUTO_TEST_CASE(a_version_after_the_last_with_sessions_is_stateless_known_or_not) {
  for (auto name : {"2026-07-28", "2026-07-29", "2099-01-01"})
    BOOST_TEST(mcpawl::names_stateless_revision(name), name);
  for (auto name : {"2025-11-25", "2026-07-27", "v999", "", "9999", "2099/01/01", "2099-01-011"})
    BOOST_TEST(!mcpawl::names_stateless_revision(name), name);
}

BOOST_AUTO_TEST_CASE(header_values_are_literal_unless_both_markers_are_there) {
  auto const decoded = [](std::string_view text) {
    return mcpawl::detail::decode_header_value(text).value();
  };
  for (auto text : {"add", "", "=?base64?", "=?base64?YWRk", "YWRk?=", "=?BASE64?YWRk?=", "=?base64?="})
    BOOST_TEST(decoded(text) == text);
  BOOST_TEST(decoded("=?base64?YWRk?=") == "add");
  BOOST_TEST(decoded("=?base64?"
                     "?=")
                 .empty());
  BOOST_TEST(decoded("=?base64?w6k=?=") == "\xc3\xa9");
}

BOOST_AUTO_TEST_CASE(header_values_with_bad_base64_are_refused) {
  for (auto text : {"=?base64?SGVsbG8?=", "=?base64?SGVs bG8=?=", "=?base64?SGVsbG9=?=", "=?base64?_-__?=",
                    "=?base64?====?="})
    BOOST_TEST(mcpawl::detail::decode_header_value(text).has_error(), text);
}

BOOST_AUTO_TEST_SUITE_END()
