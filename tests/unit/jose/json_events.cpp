// tests/unit/jose/json_events.cpp - one JSON text as a row of events
// SPDX-License-Identifier: BSL-1.0
#include <boost/test/unit_test.hpp>

#include <mcpawl/jose/json_events.hpp>

#include <string>
#include <string_view>
#include <vector>

BOOST_AUTO_TEST_SUITE(jose_json_events)

using namespace mcpawl::jose::detail;

namespace {

/** Writes down what it is told, each event as a letter, its depth and its text. */
struct recorder final : json_sink {
  std::string seen;
  std::vector<std::string_view> texts;
  std::size_t stop_after = ~std::size_t{0};

  bool on(json_event const& e) noexcept override {
    constexpr std::string_view letters = "{}[]nsird";
    seen += letters[static_cast<std::size_t>(e.token)];
    seen += std::to_string(e.depth);
    seen += e.text;
    seen += ' ';
    texts.push_back(e.text);
    return texts.size() < stop_after;
  }
};

json_outcome read(std::string_view text, std::size_t depth = 8) {
  recorder sink;
  return json_reader{text.size(), depth}.read(text, sink);
}

std::string events(std::string_view text) {
  recorder sink;
  json_reader reader{text.size(), 8};
  BOOST_REQUIRE((reader.read(text, sink) == json_outcome::complete));
  return sink.seen;
}

}  // namespace

BOOST_AUTO_TEST_CASE(events_come_in_order_with_their_depth) {
  BOOST_TEST(events(R"( {"a":"x","b":[1,{"c":null}],"d":true,"e":-2.5} )") ==
             "{0 n1a s1x n1b [1 i21 {2 n3c d3null }2 ]1 n1d d1true n1e r1-2.5 }0 ");
  BOOST_TEST(events("17") == "i017 ");
  BOOST_TEST(events("18446744073709551615") == "r018446744073709551615 ");
}

BOOST_AUTO_TEST_CASE(strings_are_unescaped_and_stay_until_the_end_of_the_text) {
  recorder sink;
  std::string const text = R"({"\u0065xp":"a\nb","plain":"\ud83d\ude00","":"\u0000","x":"tail\\"})";
  json_reader reader{text.size(), 8};
  BOOST_REQUIRE((reader.read(text, sink) == json_outcome::complete));
  BOOST_TEST(sink.texts[1] == "exp");
  BOOST_TEST(sink.texts[2] == "a\nb");
  BOOST_TEST(sink.texts[4] == "\xf0\x9f\x98\x80");
  BOOST_TEST(sink.texts[5] == "");
  BOOST_TEST((sink.texts[6] == std::string_view{"\0", 1}));
  BOOST_TEST(sink.texts[8] == "tail\\");
}

BOOST_AUTO_TEST_CASE(a_long_escaped_string_is_put_together_from_its_pieces) {
  std::string inside, plain;
  for (int i = 0; i != 5000; ++i) {
    inside += i % 3 == 0 ? "\\t" : "z";
    plain += i % 3 == 0 ? '\t' : 'z';
  }
  std::string const text = '"' + inside + '"';
  recorder sink;
  json_reader reader{text.size(), 8};
  BOOST_REQUIRE((reader.read(text, sink) == json_outcome::complete));
  BOOST_TEST(sink.texts[0] == plain);
}

BOOST_AUTO_TEST_CASE(what_is_not_strict_json_is_refused) {
  using namespace std::string_view_literals;
  for (auto text : {""sv,
                    " "sv,
                    "{"sv,
                    "}"sv,
                    "{}x"sv,
                    "{} {}"sv,
                    "{},"sv,
                    "{\"a\"}"sv,
                    "{\"a\":}"sv,
                    "{\"a\":1,}"sv,
                    "[1,]"sv,
                    "{a:1}"sv,
                    "{'a':1}"sv,
                    "/**/{}"sv,
                    "{}//"sv,
                    "\xef\xbb\xbf{}"sv,
                    "nul"sv,
                    "NaN"sv,
                    "Infinity"sv,
                    "+1"sv,
                    "01"sv,
                    "1."sv,
                    ".5"sv,
                    "0x10"sv,
                    "1e"sv,
                    "\"\n\""sv,
                    "\"\0\""sv,
                    "\"\\x\""sv,
                    "\"\\ud800\""sv,
                    "\"\\udc00\""sv,
                    "\"\xc0\xaf\""sv,
                    "\"\xed\xa0\x80\""sv,
                    "\"\xf5\x80\x80\x80\""sv,
                    "\"\xe2\x82\""sv,
                    "{}\0"sv,
                    "\0{}"sv,
                    "[[[[[[[[[1]]]]]]]]]"sv}) {
    BOOST_TEST_CONTEXT(text) { BOOST_TEST((read(text) == json_outcome::invalid)); }
  }
}

BOOST_AUTO_TEST_CASE(every_truncation_of_a_text_is_refused) {
  std::string_view const text = R"({"a":["\u00e9\n",1.5e3,true,null,{"b":"c"}]})";
  BOOST_REQUIRE((read(text) == json_outcome::complete));
  for (std::size_t size = 0; size != text.size(); ++size) {
    BOOST_TEST((read(text.substr(0, size)) == json_outcome::invalid));
  }
}

BOOST_AUTO_TEST_CASE(depth_is_limited_exactly) {
  auto const nested = [](std::size_t n) { return std::string(n, '[') + std::string(n, ']'); };
  BOOST_TEST((read(nested(4), 4) == json_outcome::complete));
  BOOST_TEST((read(nested(5), 4) == json_outcome::invalid));
  BOOST_TEST((read(nested(100000), 16) == json_outcome::invalid));
  BOOST_TEST((read(std::string(100000, '['), 16) == json_outcome::invalid));
}

BOOST_AUTO_TEST_CASE(a_sink_can_stop_at_any_event_and_the_reader_can_go_on) {
  std::string_view const text = R"({"a":["x",1,2.5,true,null],"b":{"c":"\t"}})";
  recorder whole;
  json_reader reader{text.size(), 8};
  BOOST_REQUIRE((reader.read(text, whole) == json_outcome::complete));
  for (std::size_t n = 1; n <= whole.texts.size(); ++n) {
    recorder sink;
    sink.stop_after = n;
    BOOST_TEST((reader.read(text, sink) == json_outcome::stopped));
    BOOST_TEST(sink.texts.size() == n);
  }
  recorder again;
  BOOST_TEST((reader.read(text, again) == json_outcome::complete));
  BOOST_TEST(again.seen == whole.seen);
}

BOOST_AUTO_TEST_CASE(a_text_over_the_capacity_is_refused) {
  recorder sink;
  json_reader reader{4, 8};
  BOOST_TEST((reader.read("[11]", sink) == json_outcome::complete));
  BOOST_TEST((reader.read("[111]", sink) == json_outcome::invalid));
}

BOOST_AUTO_TEST_SUITE_END()
