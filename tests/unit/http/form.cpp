// tests/unit/http/form.cpp - forms and queries, strictly
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/http/form.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>

BOOST_AUTO_TEST_SUITE(http_form)

using namespace mcpawl::http;

BOOST_AUTO_TEST_CASE(fields_are_decoded) {
  auto const parsed = form::parse("a=1&b=%20x+y%2B&c&=d&e=f=g&%61%00=%c3%A9%FF&&").value();
  BOOST_TEST_REQUIRE(parsed.size() == 6u);
  BOOST_TEST(*parsed.find("a") == "1");
  BOOST_TEST(*parsed.find("b") == " x y+");
  BOOST_TEST(*parsed.find("c") == "");
  BOOST_TEST(*parsed.find("") == "d");
  BOOST_TEST(*parsed.find("e") == "f=g");
  BOOST_TEST((*parsed.find(std::string("a\0", 2)) == "\xc3\xa9\xff"));
  BOOST_TEST(!parsed.find("A"));
  BOOST_TEST(!parsed.repeated());
  BOOST_TEST(form::parse("").value().size() == 0u);
  BOOST_TEST(form::parse("&&&").value().size() == 0u);
}

BOOST_AUTO_TEST_CASE(names_that_come_twice_are_told_however_they_are_spelled) {
  BOOST_TEST(*form::parse("a=1&b=2&%61=1").value().repeated() == "a");
  BOOST_TEST(*form::parse("a&a").value().repeated() == "a");
  BOOST_TEST(!form::parse("a=1&A=1").value().repeated());
}

BOOST_AUTO_TEST_CASE(what_breaks_the_encoding_is_refused) {
  for (char const* text : {"a=%", "a=%2", "a=%zz", "a=%2g", "%=a", "a=%%41", "a=% 41"}) {
    BOOST_TEST((form::parse(text).error() == form_errc::bad_escape));
  }
  for (int c = 0; c != 256; ++c) {
    auto const byte = static_cast<char>(c);
    bool const plain = c > 0x20 && c < 0x7f && byte != '"' && byte != '<' && byte != '>' && byte != '%';
    auto const parsed = form::parse(std::string("a=x") + byte + "x");
    if (byte == '%') continue;
    BOOST_TEST_REQUIRE(parsed.has_value() == plain);
    if (!plain) BOOST_TEST((parsed.error() == form_errc::bad_character));
  }
}

BOOST_AUTO_TEST_CASE(size_and_number_are_bounded) {
  BOOST_TEST(form::parse(std::string(32 * 1024, 'a')).has_value());
  BOOST_TEST((form::parse(std::string(32 * 1024 + 1, 'a')).error() == form_errc::too_large));
  std::string many = "a";
  for (int i = 1; i != 64; ++i) many += "&a";
  BOOST_TEST(form::parse(many).value().size() == 64u);
  BOOST_TEST((form::parse(many + "&a").error() == form_errc::too_many_fields));
  form_limits limits;
  limits.fields = 1;
  limits.bytes = 3;
  BOOST_TEST(form::parse("a=1", limits).has_value());
  BOOST_TEST(!form::parse("a&b", limits));
  BOOST_TEST(!form::parse("a=12", limits));
}

BOOST_AUTO_TEST_CASE(a_form_that_was_moved_keeps_its_fields) {
  auto first = form::parse("a=1").value();
  form second = std::move(first);
  BOOST_TEST(*second.find("a") == "1");
  second = form::parse("b=2").value();
  BOOST_TEST(!second.find("a"));
  BOOST_TEST(*second.find("b") == "2");
}

BOOST_AUTO_TEST_CASE(what_is_written_reads_back_as_it_was) {
  std::string all;
  for (int c = 0; c != 256; ++c) all += static_cast<char>(c);
  std::string text;
  append_form_field(text, "all", all);
  append_form_field(text, all, "");
  append_form_field(text, "plain", "aZ09-._~");
  BOOST_TEST(text.ends_with("&plain=aZ09-._~"));
  auto const parsed = form::parse(text).value();
  BOOST_TEST((*parsed.find("all") == all));
  BOOST_TEST((*parsed.find(all) == ""));
  std::string query = "https://a.example/?";
  append_form_field(query, "a b", "&=");
  BOOST_TEST(query == "https://a.example/?a%20b=%26%3D");
}

BOOST_AUTO_TEST_SUITE_END()
