// tests/unit/observe/record_line.cpp - texts, times and durations of a record
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/observe/record_line.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

BOOST_AUTO_TEST_SUITE(observe_record_line)

using mcpawl::detail::copy_plain;
using mcpawl::detail::record_line;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_CASE(what_has_to_be_escaped_is_found_at_every_place) {
  for (std::size_t size : {1u, 3u, 4u, 5u, 7u, 8u, 9u, 16u, 23u}) {
    std::string text(size, 'a'), to(size + 1, '#');
    BOOST_TEST(copy_plain(to.data(), text));
    BOOST_TEST(to == text + '#');  // and no byte beyond it
    for (std::size_t at = 0; at != size; ++at)
      for (int byte = 0; byte != 256; ++byte) {
        text[at] = static_cast<char>(byte);
        bool const plain = byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
        BOOST_TEST_REQUIRE(copy_plain(to.data(), text) == plain, size << ' ' << at << ' ' << byte);
        text[at] = byte % 2 == 0 ? ' ' : '\x7f';
      }
  }
  BOOST_TEST(copy_plain(nullptr, ""));
}

BOOST_AUTO_TEST_CASE(times_are_of_their_second) {
  auto const text = [](std::chrono::system_clock::time_point at) {
    record_line line(at, "info", "e");
    std::string const whole(line.done());
    std::string const before = "{\"time\":\"", behind = "\",\"level\":\"info\",\"event\":\"e\"}\n";
    BOOST_TEST_REQUIRE(whole.starts_with(before));
    BOOST_TEST_REQUIRE(whole.ends_with(behind));
    return whole.substr(before.size(), whole.size() - before.size() - behind.size());
  };
  std::chrono::system_clock::time_point const start(std::chrono::seconds(1'709'164'799));
  BOOST_TEST(text(start + 999'999us) == "2024-02-28T23:59:59.999999Z");
  BOOST_TEST(text(start + 1s) == "2024-02-29T00:00:00.000000Z");
  BOOST_TEST(text(start) == "2024-02-28T23:59:59.000000Z");
  BOOST_TEST(text({}) == "1970-01-01T00:00:00.000000Z");
}

BOOST_AUTO_TEST_CASE(durations_are_seconds) {
  record_line line({}, "info", "e");
  line.seconds("a", 1'234'567'890ns).seconds("b", 0ns).seconds("c", 3h).seconds("d", -1s);
  std::string const text(line.done());
  BOOST_TEST(text.substr(text.find("\"a\"")) ==
             "\"a\":1.234567,\"b\":0.000000,\"c\":10800.000000,\"d\":0.000000}\n");
}

BOOST_AUTO_TEST_CASE(long_texts_are_cut_and_no_number_of_members_is_too_many) {
  record_line line({}, "info", "e");
  std::string const worst(1'000, '\x01');
  for (int i = 0; i != 100; ++i) line.text("a", worst).number("n", i).seconds("s", 1s);
  std::string const text(line.done());
  BOOST_TEST(text.ends_with("}\n"));
  BOOST_TEST(text.size() < 64u * 1024);
  boost::system::error_code ec;
  auto const json = boost::json::parse(text, ec);
  BOOST_TEST(!ec);
  BOOST_TEST(json.at("a").as_string() == std::string(record_line::longest, '\x01'));
}

BOOST_AUTO_TEST_SUITE_END()
