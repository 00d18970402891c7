// tests/unit/http/html.cpp - nothing that others say is markup
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/http/html.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

BOOST_AUTO_TEST_SUITE(http_html)

namespace {

std::string html(std::string const& text) {
  std::string out;
  mcpawl::http::append_html(out, text);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(markup_becomes_text) {
  BOOST_TEST(html("<script>alert('x')</script>") == "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;");
  BOOST_TEST(html("\" onload=\"x") == "&quot; onload=&quot;x");
  BOOST_TEST(html("&lt;&#60;") == "&amp;lt;&amp;#60;");
  BOOST_TEST(html("") == "");
  BOOST_TEST(html("Caf\xc3\xa9 \xd7\x90 \xf0\x9f\x90\xbe\n\t") ==
             "Caf\xc3\xa9 \xd7\x90 \xf0\x9f\x90\xbe\n\t");
}

BOOST_AUTO_TEST_CASE(no_byte_gets_out_as_markup) {
  for (int c = 0; c != 256; ++c) {
    std::string const out = html(std::string("a") + static_cast<char>(c) + "b");
    BOOST_TEST(out.find_first_of("<>\"'") == std::string::npos);
    BOOST_TEST(out.front() == 'a');
    BOOST_TEST(out.back() == 'b');
  }
}

BOOST_AUTO_TEST_CASE(what_hides_or_turns_text_is_replaced) {
  std::string const mark = "\xef\xbf\xbd";
  BOOST_TEST(html(std::string("\0\x1b\x7f\r", 4)) == mark + mark + mark + mark);
  BOOST_TEST(html("\xc2\x85") == mark);
  BOOST_TEST(html("\xe2\x80\xae"
                  "gnp.exe") == mark + "gnp.exe");
  BOOST_TEST(html("\xe2\x81\xa6x\xe2\x81\xa9") == mark + "x" + mark);
  BOOST_TEST(html("\xff\xc3(") == mark + mark + "(");
  BOOST_TEST(html("\xc0\xbc") == mark + mark);  // an overlong `<`
}

BOOST_AUTO_TEST_SUITE_END()
