// tests/unit/text/pattern.cpp - regular expressions: what they take, and in how much time
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/text/pattern.hpp>
#include <mcpawl/text/pattern_parser.hpp>

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

BOOST_AUTO_TEST_SUITE(reflect_pattern)

using mcpawl::detail::check_pattern;
using mcpawl::detail::compile_pattern;
using mcpawl::detail::pattern_errc;

namespace {

bool matches(std::string_view pattern, std::string_view text) {
  BOOST_TEST_REQUIRE((check_pattern(pattern) == pattern_errc::none), pattern);
  return compile_pattern(pattern).matches(text);
}

// A random expression over the letters a and b, and by definition where it can end in a text.
struct expression {
  enum { letters, begin, end, sequence, either, repeated } kind;
  std::string text;
  std::string taken;  // of `letters`
  std::vector<expression> parts;
  std::size_t least = 0, most = 0;

  std::set<std::size_t> ends(std::string_view in, std::size_t at) const {
    std::set<std::size_t> found;
    switch (kind) {
      case letters:
        if (at != in.size() && taken.find(in[at]) != taken.npos) found = {at + 1};
        break;
      case begin:
        if (at == 0) found = {at};
        break;
      case end:
        if (at == in.size()) found = {at};
        break;
      case either:
        for (auto const& part : parts) found.merge(part.ends(in, at));
        break;
      case sequence:
        found = {at};
        for (auto const& part : parts) found = after(part, in, found);
        break;
      case repeated: {
        std::set<std::size_t> now{at};
        // no more rounds than letters and the smallest count can lead anywhere new
        for (std::size_t round = 0; round <= most && round <= in.size() + least; ++round) {
          if (round >= least) found.insert(now.begin(), now.end());
          now = after(parts[0], in, now);
        }
        break;
      }
    }
    return found;
  }
  bool occurs(std::string_view in) const {
    for (std::size_t at = 0; at <= in.size(); ++at) {
      if (!ends(in, at).empty()) return true;
    }
    return false;
  }

private:
  static std::set<std::size_t> after(expression const& part, std::string_view in,
                                     std::set<std::size_t> const& from) {
    std::set<std::size_t> found;
    for (std::size_t at : from) found.merge(part.ends(in, at));
    return found;
  }
};

expression random_sequence(std::mt19937& random, int depth);

expression random_atom(std::mt19937& random, int depth) {
  switch (random() % (depth == 0 ? 4 : 6)) {
    case 0: return {expression::letters, "a", "a", {}};
    case 1: return {expression::letters, "b", "b", {}};
    case 2: return {expression::letters, "[^a]", "bc", {}};
    case 3: return {expression::letters, ".", "abc", {}};
    default: break;
  }
  expression result{expression::either, "", "", {random_sequence(random, depth - 1)}};
  if (random() % 2 == 0) result.parts.push_back(random_sequence(random, depth - 1));
  for (auto const& part : result.parts) result.text += (result.text.empty() ? "(" : "|") + part.text;
  result.text += ')';
  return result;
}

expression random_sequence(std::mt19937& random, int depth) {
  struct count {
    char const* text;
    std::size_t least, most;
  };
  constexpr count counts[] = {{"*", 0, 99},    {"+", 1, 99},    {"?", 0, 1},     {"{2}", 2, 2},
                              {"{1,}", 1, 99}, {"{0,2}", 0, 2}, {"{2,3}?", 2, 3}};
  expression result{expression::sequence, "", "", {}};
  if (random() % 5 == 0) result.parts.push_back({expression::begin, "^", "", {}});
  for (auto terms = 1 + random() % 3; terms != 0; --terms) {
    auto term = random_atom(random, depth);
    if (random() % 2 == 0) {
      auto const& count = counts[random() % std::size(counts)];
      auto text = term.text + count.text;
      term = {expression::repeated, text, "", {term}, count.least, count.most};
    }
    result.parts.push_back(term);
  }
  if (random() % 5 == 0) result.parts.push_back({expression::end, "$", "", {}});
  for (auto const& part : result.parts) result.text += part.text;
  return result;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_pattern_may_occur_anywhere_unless_it_is_anchored) {
  BOOST_TEST(matches("b", "abc"));
  BOOST_TEST(!matches("^b", "abc"));
  BOOST_TEST(!matches("b$", "abc"));
  BOOST_TEST(matches("^abc$", "abc"));
  BOOST_TEST(!matches("^abc$", "abc\n"));
  BOOST_TEST(matches("^a|c$", "xxc"));
  BOOST_TEST(matches("", ""));
  BOOST_TEST(matches("", "x"));
  BOOST_TEST(matches("^$", ""));
  BOOST_TEST(!matches("^$", "x"));
  BOOST_TEST(!matches("a^", "a"));
  BOOST_TEST(matches("(^|-)b($|-)", "a-b-c"));
}

BOOST_AUTO_TEST_CASE(counts_are_exact) {
  for (std::size_t n = 0; n != 8; ++n) {
    std::string const text(n, 'a');
    BOOST_TEST(matches("^a*$", text));
    BOOST_TEST(matches("^a+$", text) == (n >= 1));
    BOOST_TEST(matches("^a?$", text) == (n <= 1));
    BOOST_TEST(matches("^a{3}$", text) == (n == 3));
    BOOST_TEST(matches("^a{3,}$", text) == (n >= 3));
    BOOST_TEST(matches("^a{2,5}$", text) == (n >= 2 && n <= 5));
    BOOST_TEST(matches("^a{0}$", text) == (n == 0));
    BOOST_TEST(matches("^(?:aa){1,2}?$", text) == (n == 2 || n == 4));
  }
}

BOOST_AUTO_TEST_CASE(classes_take_code_points) {
  BOOST_TEST(matches("^[a-c_-]+$", "a_b-c"));
  BOOST_TEST(!matches("^[a-c]+$", "abcd"));
  BOOST_TEST(matches("^[^a-c]$", "\xf0\x9f\x98\x80"));
  BOOST_TEST(matches("^.$", "\xc3\xa4"));
  BOOST_TEST(!matches("^.$", "\n"));
  BOOST_TEST(matches("^[\xc3\xa4-\xc3\xbc]$", "\xc3\xb6"));
  BOOST_TEST(matches(R"(^\u{1F600}\u00e4\x41$)",
                     "\xf0\x9f\x98\x80\xc3\xa4"
                     "A"));
  BOOST_TEST(matches(R"(^\d\D\w\W\s\S$)", "1a_- ."));
  BOOST_TEST(matches(R"(^[\d.\-\]]+$)", "1.-]"));
  BOOST_TEST(matches(R"(^\$\(\)\.\/$)", "$()./"));
  BOOST_TEST(matches(R"(^[+-]$)", "-"));
  BOOST_TEST(matches(R"(^\s$)", "\xc2\xa0"));
}

BOOST_AUTO_TEST_CASE(letters_are_those_of_all_scripts) {
  // Latin, Greek, Cyrillic, Hangul, Han beyond the first plane
  BOOST_TEST(matches(R"(^\p{L}+$)", "Az\xc3\xa9\xcf\x80\xd0\x96\xed\x95\x9c\xf0\xa0\x80\x80"));
  BOOST_TEST(matches(R"(^\p{Letter}$)", "\xc2\xb5"));
  for (std::string_view text : {"1", "_", " ", "\xe2\x82\xac", "\xcc\x81", "\xf0\x9f\x98\x80", "\xff"}) {
    BOOST_TEST(!matches(R"(\p{L})", text), text);
    BOOST_TEST(matches(R"(^\P{L}$)", text), text);
  }
  BOOST_TEST(!matches(R"(\P{Letter})", "a"));
  BOOST_TEST(matches(R"(^[\p{L}\d]+$)",
                     "\xc3\xa9"
                     "1"));
  BOOST_TEST(matches(R"(^[^\p{L}]$)", "1"));
  BOOST_TEST(!matches(R"(^[^\p{L}]$)", "a"));
}

BOOST_AUTO_TEST_CASE(broken_utf8_is_one_strange_code_point_each) {
  BOOST_TEST(matches("^..$", "\xff\xfe"));
  BOOST_TEST(!matches("^[a-z]+$", "a\xff"));
}

BOOST_AUTO_TEST_CASE(patterns_known_for_exploding_do_not) {
  std::string const text = std::string(20'000, 'a') + '!';
  BOOST_TEST(!matches("^(a+)+$", text));
  BOOST_TEST(!matches("^(a|aa)*$", text));
  BOOST_TEST(!matches("^(a|a)*$", text));
  BOOST_TEST(!matches("^(.*)*x$", text));
  BOOST_TEST(matches("((a*)*)*!", text));
}

BOOST_AUTO_TEST_CASE(what_is_no_expression_is_refused) {
  for (std::string_view text : {"(",       ")",      "a)",     "(a",   "[",    "[a",    "*",     "+a",
                                "a**",     "a{2,1}", "a{",     "a{x}", "a{1",  "]",     "}",     "{1}",
                                "^*",      "\\",     "[b-a]",  "(?:",  "\\x4", "\\u12", "\\u{}", "a???",
                                "[\\d-z]", "\xff",   "[\xff]", "|*",   "(*)",  "[a-\\"}) {
    BOOST_TEST((check_pattern(text) == pattern_errc::malformed), text);
  }
}

BOOST_AUTO_TEST_CASE(what_needs_backtracking_is_refused) {
  for (std::string_view text :
       {"(a)\\1", "(?=a)", "(?!a)", "(?<=a)", "(?<n>a)", "\\bword\\b", "\\p{Lu}", "\\p", "[\\P{L}]", "\\cA",
        "[]", "[^]", "[^\\D]", "\\ud83d", "\\u{110000}", "\\0", "\\a", "[\\b]"}) {
    BOOST_TEST((check_pattern(text) == pattern_errc::unsupported), text);
  }
}

BOOST_AUTO_TEST_CASE(what_is_too_large_is_refused) {
  for (std::string_view text :
       {"a{1001}", "a{99999999999999999999}", "((a{30}){30}){30}", "(a{500}|b{500}|c)", "a{999,}"}) {
    BOOST_TEST((check_pattern(text) == pattern_errc::too_large), text);
  }
  BOOST_TEST((check_pattern(std::string(60, '(') + std::string(60, ')')) == pattern_errc::too_large));
  BOOST_TEST((check_pattern(std::string(2000, 'a')) == pattern_errc::too_large));
  BOOST_TEST(matches("^[a-z]{1,255}$", std::string(255, 'x')));
  BOOST_TEST(!matches("^[a-z]{1,255}$", std::string(256, 'x')));
}

BOOST_AUTO_TEST_CASE(random_patterns_match_what_they_mean) {
  std::mt19937 random(3);
  int found = 0;
  for (int round = 0; round != 2000; ++round) {
    auto const meant = random_sequence(random, 2);
    BOOST_TEST_REQUIRE((check_pattern(meant.text) == pattern_errc::none), meant.text);
    auto const ours = compile_pattern(meant.text);
    for (int i = 0; i != 10; ++i) {
      std::string sample(random() % 7, 'a');
      for (char& c : sample) c = "abc"[random() % 3];
      bool const expected = meant.occurs(sample);
      found += expected ? 1 : 0;
      BOOST_TEST_REQUIRE(ours.matches(sample) == expected, meant.text << " on '" << sample << '\'');
    }
  }
  BOOST_TEST(found > 2000);
  BOOST_TEST(found < 18000);
}

BOOST_AUTO_TEST_CASE(random_bytes_are_refused_or_compiled) {
  std::mt19937 random(4);
  constexpr std::string_view alphabet = "ab()[]{}|*+?^$.\\-,123du";
  int compiled = 0;
  for (int round = 0; round != 20000; ++round) {
    std::string text(random() % 12, ' ');
    for (char& c : text) c = alphabet[random() % alphabet.size()];
    if (check_pattern(text) != pattern_errc::none) continue;
    ++compiled;
    compile_pattern(text).matches("ab(1,2)");
  }
  BOOST_TEST(compiled > 100);
}

BOOST_AUTO_TEST_SUITE_END()
