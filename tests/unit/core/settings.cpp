// tests/unit/core/settings.cpp - settings are read in one go and refused in one go
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/core/settings.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(auth_settings)

namespace {

using mcpawl::is_placeholder;
using mcpawl::settings;

settings from(std::map<std::string, std::string> values) {
  return settings([values](std::string const& name) {
    auto const found = values.find(name);
    return found == values.end() ? std::optional<std::string>() : std::optional<std::string>(found->second);
  });
}

std::vector<std::string> mistakes_of(settings const& s) {
  try {
    s.throw_if_invalid();
  } catch (mcpawl::configuration_error const& e) {
    return e.errors();
  }
  return {};
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_value_is_found_and_trimmed) {
  auto s = from({{"A", " value\r\n"}});
  BOOST_TEST(s.required("A") == "value");
  BOOST_TEST(s.optional("B") == "");
  BOOST_CHECK_NO_THROW(s.throw_if_invalid());
}

BOOST_AUTO_TEST_CASE(every_mistake_is_listed_at_once) {
  auto s = from({{"EMPTY", "  "}, {"GUIDE", "<Add-Team-Domain>"}, {"LIST", "a,,b"}, {"FLAG", "perhaps"}});
  BOOST_TEST(s.required("MISSING") == "");
  BOOST_TEST(s.required("EMPTY") == "");
  BOOST_TEST(s.required("GUIDE") == "");
  BOOST_TEST(s.required_list("LIST").size() == 3u);
  BOOST_TEST(!s.flag("FLAG"));
  s.add_error("OTHER", "is odd");
  std::vector<std::string> const expected{
      "MISSING is not set",
      "EMPTY is empty",
      "GUIDE is still the placeholder \"<Add-Team-Domain>\"",
      "LIST has an empty item between its commas",
      "FLAG must be true or false, not \"perhaps\"",
      "OTHER is odd",
  };
  BOOST_TEST(mistakes_of(s) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_text_of_the_error_has_a_line_per_error) {
  auto s = from({});
  s.required("A");
  s.required("B");
  BOOST_CHECK_EXCEPTION(s.throw_if_invalid(), mcpawl::configuration_error, [](auto const& e) {
    return std::string(e.what()) == "2 errors in the settings:\n  A is not set\n  B is not set";
  });
  mcpawl::configuration_error const one("A is not set");
  BOOST_TEST(one.what() == std::string("1 error in the settings:\n  A is not set"));
}

BOOST_AUTO_TEST_CASE(a_list_is_split_at_commas_and_trimmed) {
  auto s = from({{"ONE", "a"}, {"TWO", "a , b"}});
  BOOST_TEST(s.required_list("ONE") == std::vector<std::string>{"a"}, boost::test_tools::per_element());
  std::vector<std::string> const both{"a", "b"};
  BOOST_TEST(s.required_list("TWO") == both, boost::test_tools::per_element());
  BOOST_TEST(mistakes_of(s).empty());
}

BOOST_AUTO_TEST_CASE(a_list_that_is_only_commas_is_a_error) {
  auto s = from({{"LIST", ","}});
  s.required_list("LIST");
  BOOST_TEST(mistakes_of(s).size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_number_is_within_its_bounds) {
  auto s = from({{"A", "1"}, {"B", " 65535 "}, {"BLANK", " "}});
  BOOST_TEST(s.number("A", 8080, 1, 65535) == 1u);
  BOOST_TEST(s.number("B", 8080, 1, 65535) == 65535u);
  BOOST_TEST(s.number("BLANK", 8080, 1, 65535) == 8080u);
  BOOST_TEST(s.number("MISSING", 8080, 1, 65535) == 8080u);
  BOOST_TEST(mistakes_of(s).empty());
  for (auto const* bad :
       {"0", "65536", "-1", "+1", "0x10", "1.0", "1e3", "80 80", "eighty", "18446744073709551616"}) {
    auto wrong = from({{"N", bad}});
    BOOST_TEST(wrong.number("N", 8080, 1, 65535) == 8080u);
    BOOST_TEST(mistakes_of(wrong) == std::vector<std::string>{"N must be a whole number from 1 to 65535"},
               bad);
  }
}

BOOST_AUTO_TEST_CASE(a_flag_has_few_spellings) {
  for (auto const* yes : {"1", "true", "yes", "on"}) {
    auto s = from({{"F", yes}});
    BOOST_TEST(s.flag("F"), yes);
  }
  for (auto const* no : {"", "0", "false", "no", "off"}) {
    auto s = from({{"F", no}});
    BOOST_TEST(!s.flag("F"), no);
    BOOST_TEST(mistakes_of(s).empty());
  }
  auto s = from({});
  BOOST_TEST(!s.flag("F"));
}

BOOST_AUTO_TEST_CASE(texts_of_guides_are_placeholders) {
  for (auto const* text :
       {"<Add-Team-Domain>", "https://<YOUR_TEAM_NAME>.cloudflareaccess.com",
        "https://your-team.cloudflareaccess.com", "https://YOUR_TEAM.cloudflareaccess.com",
        "https://yourteam.cloudflareaccess.com", "your-aud-tag", "${AUD}", "{{ aud }}", "changeme",
        "CHANGE-ME", "replace_me", "placeholder", "TODO", "...", "xxx", "<Add-Policy-AUD>"})
    BOOST_TEST(is_placeholder(text), text);
}

BOOST_AUTO_TEST_CASE(real_values_are_no_placeholders) {
  for (auto const* text :
       {"https://acme.cloudflareaccess.com", "https://todo.cloudflareaccess.com", "aud-tag",
        "f70ff985a9b5cd1e9d8e0ee1d0d2a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4", "http://127.0.0.1:9000", "yours"})
    BOOST_TEST(!is_placeholder(text), text);
}

BOOST_AUTO_TEST_CASE(an_unchecked_value_is_what_stands_there) {
  auto const s = from({{"A", " {\"a\": 1}\n"}, {"B", " \t"}});
  BOOST_TEST(s.unchecked("A") == "{\"a\": 1}");
  BOOST_TEST(s.unchecked("B").empty());
  BOOST_TEST(s.unchecked("C").empty());
  BOOST_TEST(mistakes_of(s).empty());
}

BOOST_AUTO_TEST_CASE(the_environment_is_read_by_default) {
  ::setenv("MCPAWL_TEST_SETTING", "here", 1);
  settings s;
  BOOST_TEST(s.required("MCPAWL_TEST_SETTING") == "here");
  ::unsetenv("MCPAWL_TEST_SETTING");
  BOOST_TEST(s.optional("MCPAWL_TEST_SETTING") == "");
}

BOOST_AUTO_TEST_SUITE_END()
