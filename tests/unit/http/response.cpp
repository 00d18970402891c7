// tests/unit/http/response.cpp - how a response becomes bytes, and that nobody can add lines to it
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/http/response.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <utility>

BOOST_AUTO_TEST_SUITE(http_response)

using namespace mcpawl;
using http::response;

namespace {

std::string head_of(response const& answer,
                    http::detail::persistence p = http::detail::persistence::implied) {
  std::string out;
  http::detail::append_head_with_length(out, answer, p);
  return out;
}

std::size_t lines(std::string_view text) {
  std::size_t n = 0;
  for (char c : text) n += c == '\n';
  return n;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_head_has_status_date_fields_and_length) {
  response answer(404);
  answer.field("X-A", "b").body("text/plain", "gone");
  std::string const text = head_of(answer);
  BOOST_TEST(text.starts_with("HTTP/1.1 404 Not Found\r\nDate: "));
  BOOST_TEST(text.find(" GMT\r\nX-A: b\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\n") !=
             std::string::npos);
  BOOST_TEST(answer.body() == "gone");
}

BOOST_AUTO_TEST_CASE(no_value_or_name_can_add_a_line) {
  for (std::string_view evil : {std::string_view("a\r\nSet-Cookie: x"), std::string_view("a\nb"),
                                std::string_view("a\rb"), std::string_view("a\0b", 3),
                                std::string_view("a\x7f"
                                                 "b")}) {
    response answer(200);
    answer.field("X-A", evil).field(evil, "v").body(evil, "");
    std::string const text = head_of(answer);
    BOOST_TEST(lines(text) == 7u);
    BOOST_TEST(text.find('\0') == std::string::npos);
    BOOST_TEST(text.find("\nSet-Cookie:") == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(framing_belongs_to_the_connection) {
  response answer(200);
  answer.field("content-length", "99").field("Transfer-Encoding", "chunked").field("CONNECTION", "upgrade");
  answer.field("", "nameless");
  std::string const text = head_of(answer);
  BOOST_TEST(text.find("99") == std::string::npos);
  BOOST_TEST(text.find("chunked") == std::string::npos);
  BOOST_TEST(text.find("upgrade") == std::string::npos);
  BOOST_TEST(text.find("nameless") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(answers_without_a_body_have_no_length) {
  BOOST_TEST(head_of(response(204)).find("Content-Length") == std::string::npos);
  BOOST_TEST(head_of(response(304)).find("Content-Length") == std::string::npos);
  BOOST_TEST(head_of(response(202)).find("Content-Length: 0\r\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_connection_says_whether_it_lives_on) {
  using http::detail::persistence;
  BOOST_TEST(head_of(response(200), persistence::implied).find("Connection") == std::string::npos);
  BOOST_TEST(head_of(response(200), persistence::close).find("Connection: close\r\n") != std::string::npos);
  BOOST_TEST(head_of(response(200), persistence::keep_alive).find("Connection: keep-alive\r\n") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(impossible_statuses_become_500) {
  for (int status : {0, 100, 199, 1000, -1})
    BOOST_TEST(head_of(response(status)).starts_with("HTTP/1.1 500"));
}

BOOST_AUTO_TEST_CASE(many_fields_spill_without_loss) {
  response answer(200);
  std::string expected;
  for (int i = 0; i != 50; ++i) {
    std::string const name = "X-Field-" + std::to_string(i);
    answer.field(name, "value");
    expected += name + ": value\r\n";
  }
  response const moved = std::move(answer);
  BOOST_TEST(moved.fields() == expected);
}

BOOST_AUTO_TEST_CASE(an_owned_body_moves_with_the_answer_and_a_lent_one_stays) {
  response short_one(200);
  short_one.body("text/plain", "abc");
  response const moved = std::move(short_one);
  BOOST_TEST(moved.body() == "abc");
  std::string const mine = "lent";
  response lent(200);
  lent.borrowed_body("text/plain", mine);
  response const moved_lent = std::move(lent);
  BOOST_TEST(static_cast<void const*>(moved_lent.body().data()) == static_cast<void const*>(mine.data()));
}

BOOST_AUTO_TEST_CASE(dates_follow_rfc_9110_section_5_6_7) {
  char text[29];
  http::detail::write_http_date(784111777, text);
  BOOST_TEST(std::string_view(text, 29) == "Sun, 06 Nov 1994 08:49:37 GMT");
  http::detail::write_http_date(1709210096, text);
  BOOST_TEST(std::string_view(text, 29) == "Thu, 29 Feb 2024 12:34:56 GMT");
  BOOST_TEST(http::detail::http_date().size() == 29u);
}

BOOST_AUTO_TEST_SUITE_END()
