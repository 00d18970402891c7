// tests/unit/http/request_head.cpp - targets taken apart, fields found, connections kept
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/http/request_head.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>

BOOST_AUTO_TEST_SUITE(http_request_head)

using namespace mcpawl;
using http::request_head;

BOOST_AUTO_TEST_CASE(fields_are_found_in_any_case_and_trimmed) {
  auto const head =
      request_head::make("POST", "/mcp", {{"Host", "localhost"}, {"X-A", " \tone "}, {"x-a", "two"}});
  BOOST_TEST(head.find("hOsT").value() == "localhost");
  BOOST_TEST(head.find("x-a").value() == "one");
  BOOST_TEST(head.count("X-A") == 2u);
  BOOST_TEST(head.count("absent") == 0u);
  BOOST_TEST(!head.find("x-").has_value());
}

BOOST_AUTO_TEST_CASE(a_made_head_owns_its_text_and_can_be_moved) {
  std::string name = "X-Name", value = "value that is longer than any small string would be";
  auto head = request_head::make("GET", std::string("/path?query"), {{name, value}});
  name.assign(100, '-');
  value.assign(100, '-');
  auto const moved = std::move(head);
  BOOST_TEST(moved.find("x-name").value() == "value that is longer than any small string would be");
  BOOST_TEST(moved.path() == "/path");
  BOOST_TEST(moved.query() == "query");
}

BOOST_AUTO_TEST_CASE(path_and_query_come_from_any_form_of_target) {
  struct {
    char const *target, *path, *query;
  } const cases[] = {
      {"/", "/", ""},
      {"/a/b?c=d?e", "/a/b", "c=d?e"},
      {"/?", "/", ""},
      {"http://host", "/", ""},
      {"http://host:80/a?b", "/a", "b"},
      {"https://host?b", "/", "b"},
      {"/x://y", "/x://y", ""},
      {"*", "*", ""},
  };
  for (auto const& c : cases) {
    auto const head = request_head::make("GET", c.target);
    BOOST_TEST(head.path() == c.path);
    BOOST_TEST(head.query() == c.query);
    BOOST_TEST(head.target() == c.target);
  }
}

BOOST_AUTO_TEST_CASE(a_connection_lives_on_as_version_and_field_say) {
  auto const kept = [](int version, std::string_view connection) {
    return request_head::make("GET", "/", {{"Connection", connection}}, version).keep_alive();
  };
  BOOST_TEST(request_head::make("GET", "/").keep_alive());
  BOOST_TEST(!request_head::make("GET", "/", {}, 10).keep_alive());
  BOOST_TEST(kept(10, "Keep-Alive"));
  BOOST_TEST(!kept(11, "close"));
  BOOST_TEST(!kept(11, "foo , CLOSE"));
  BOOST_TEST(kept(11, "closed"));
  BOOST_TEST(!kept(10, "keep-alive, close"));
}

BOOST_AUTO_TEST_SUITE_END()
