// tests/unit/json_schema/uri_reference.cpp - URI references resolved: the examples of RFC 3986 section 5.4
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/json_schema/uri_reference.hpp>

#include <boost/test/unit_test.hpp>

#include <string_view>

BOOST_AUTO_TEST_SUITE(reflect_uri_reference)

using mcpawl::detail::resolve_uri;

BOOST_AUTO_TEST_CASE(the_examples_of_rfc_3986_without_their_fragments) {
  struct example {
    std::string_view reference, expected;
  };
  constexpr example examples[] = {
      // section 5.4.1
      {"g:h", "g:h"},
      {"g", "http://a/b/c/g"},
      {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},
      {"/g", "http://a/g"},
      {"//g", "http://g"},
      {"?y", "http://a/b/c/d;p?y"},
      {"g?y", "http://a/b/c/g?y"},
      {"#s", "http://a/b/c/d;p?q"},
      {"g#s", "http://a/b/c/g"},
      {"g?y#s", "http://a/b/c/g?y"},
      {";x", "http://a/b/c/;x"},
      {"g;x", "http://a/b/c/g;x"},
      {"g;x?y#s", "http://a/b/c/g;x?y"},
      {"", "http://a/b/c/d;p?q"},
      {".", "http://a/b/c/"},
      {"./", "http://a/b/c/"},
      {"..", "http://a/b/"},
      {"../", "http://a/b/"},
      {"../g", "http://a/b/g"},
      {"../..", "http://a/"},
      {"../../", "http://a/"},
      {"../../g", "http://a/g"},
      // section 5.4.2
      {"../../../g", "http://a/g"},
      {"../../../../g", "http://a/g"},
      {"/./g", "http://a/g"},
      {"/../g", "http://a/g"},
      {"g.", "http://a/b/c/g."},
      {".g", "http://a/b/c/.g"},
      {"g..", "http://a/b/c/g.."},
      {"..g", "http://a/b/c/..g"},
      {"./../g", "http://a/b/g"},
      {"./g/.", "http://a/b/c/g/"},
      {"g/./h", "http://a/b/c/g/h"},
      {"g/../h", "http://a/b/c/h"},
      {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
      {"g;x=1/../y", "http://a/b/c/y"},
      {"g?y/./x", "http://a/b/c/g?y/./x"},
      {"g?y/../x", "http://a/b/c/g?y/../x"},
      {"g#s/./x", "http://a/b/c/g"},
      {"http:g", "http:g"},
  };
  for (auto const& [reference, expected] : examples)
    BOOST_TEST(resolve_uri("http://a/b/c/d;p?q", reference) == expected, reference);
}

BOOST_AUTO_TEST_CASE(bases_may_be_empty_relative_or_no_hierarchy) {
  BOOST_TEST(resolve_uri("", "a/b") == "a/b");
  BOOST_TEST(resolve_uri("a/b", "c") == "a/c");
  BOOST_TEST(resolve_uri("http://a", "b") == "http://a/b");
  BOOST_TEST(resolve_uri("urn:uuid:1", "#x") == "urn:uuid:1");
  BOOST_TEST(resolve_uri("urn:uuid:1", "urn:uuid:2#y") == "urn:uuid:2");
  BOOST_TEST(resolve_uri("", "") == "");
}

BOOST_AUTO_TEST_SUITE_END()
