// tests/unit/jose/claims.cpp - reading and checking claims
// SPDX-License-Identifier: BSL-1.0
#include <boost/test/unit_test.hpp>

#include <mcpawl/jose/claims.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(jose_claims)

using namespace mcpawl;
using jose::claim_value;
using jose::jose_errc;

namespace {

constexpr unix_seconds now = 1'700'000'000;

struct reading {
  jose::expectation expected;
  jose::detail::json_reader reader{1 << 16, 16};
  jose::detail::claims_reader claims;
  std::string json;

  reading() {
    expected.issuer = "https://issuer.example";
    expected.audiences = {"one", "two"};
    expected.wanted = {"type", "email", "custom", "level"};
  }

  result<jose::claims_view> operator()(std::string_view text, unix_seconds at = now) {
    json = text;
    return claims.read(json, reader, expected, at);
  }
  error_code why(std::string_view text, unix_seconds at = now) {
    auto const read = (*this)(text, at);
    return read ? error_code{} : read.error();
  }
};

std::string with(std::string_view more) {
  return R"({"iss":"https://issuer.example","aud":"one","exp":1700000100)" + std::string{more} + "}";
}
std::string with_exp(std::string_view exp) {
  return R"({"iss":"https://issuer.example","aud":"one","exp":)" + std::string{exp} + "}";
}
std::string with_aud(std::string_view aud) {
  return R"({"iss":"https://issuer.example","exp":1700000100,"aud":)" + std::string{aud} + "}";
}
std::string with_iss(std::string_view iss) {
  return R"({"aud":"one","exp":1700000100,"iss":)" + std::string{iss} + "}";
}

}  // namespace

BOOST_AUTO_TEST_CASE(registered_claims_are_read) {
  reading read;
  std::string const text = with(R"(,"sub":"u\u0031","nbf":1700000000,"iat":1699999999.5)");
  auto const claims = read(text).value();
  BOOST_TEST(claims.iss == "https://issuer.example");
  BOOST_TEST((claims.sub == "u1"));
  BOOST_TEST((claims.aud.size() == 1 && claims.aud[0] == "one"));
  BOOST_TEST(claims.exp == 1700000100);
  BOOST_TEST((claims.nbf == 1700000000));
  BOOST_TEST((claims.iat == 1700000000));
  BOOST_TEST(claims.payload_json == text);
  auto const bare = read(with("")).value();
  BOOST_TEST((!bare.sub && !bare.nbf && !bare.iat));
}

BOOST_AUTO_TEST_CASE(wanted_claims_are_collected_in_their_order) {
  reading read;
  auto const claims =
      read(with(R"(,"custom" : {"a":["}","\"]"],"b":{}},"email":"alice\u0040example.com","level":-3.5)"))
          .value();
  BOOST_REQUIRE(claims.wanted.size() == 4u);
  BOOST_TEST((claims.wanted[0].is == claim_value::kind::absent));
  BOOST_TEST((claims.wanted[1].string() == "alice@example.com"));
  BOOST_TEST((claims.wanted[2].is == claim_value::kind::json));
  BOOST_TEST(claims.wanted[2].text == R"({"a":["}","\"]"],"b":{}})");
  BOOST_TEST(!claims.wanted[2].string());
  BOOST_TEST((claims.wanted[3].is == claim_value::kind::json));
  BOOST_TEST(claims.wanted[3].text == "-3.5");
}

BOOST_AUTO_TEST_CASE(wanted_claims_do_not_survive_into_the_next_token) {
  reading read;
  BOOST_REQUIRE(read(with(R"(,"email":"alice@example.com","sub":"alice","custom":[1])")));
  auto const next = read(with("")).value();
  for (auto const& value : next.wanted) BOOST_TEST((value.is == claim_value::kind::absent));
  BOOST_TEST(!next.sub);
}

BOOST_AUTO_TEST_CASE(only_the_top_level_has_claims) {
  reading read;
  auto const claims =
      read(with(R"(,"custom":{"email":"mallory@example.com","iss":"x","aud":1,"exp":"never"})")).value();
  BOOST_TEST((claims.wanted[1].is == claim_value::kind::absent));
  BOOST_TEST((read.why(R"({"x":{"iss":"https://issuer.example","aud":"one","exp":1700000100}})") ==
              jose_errc::no_issuer));
}

BOOST_AUTO_TEST_CASE(a_registered_claim_may_be_wanted_too) {
  reading read;
  read.expected.wanted = {"sub", "aud", "nbf"};
  auto const claims = read(with(R"(,"sub":"alice")")).value();
  BOOST_TEST((claims.wanted[0].string() == "alice"));
  BOOST_TEST((claims.wanted[1].string() == "one"));
  BOOST_TEST((claims.wanted[2].is == claim_value::kind::absent));
}

BOOST_AUTO_TEST_CASE(the_issuer_matches_exactly_or_not_at_all) {
  reading read;
  for (std::string_view iss :
       {R"("https://issuer.example/")", R"("https://issuer.exampl")", R"("https://issuer.example.evil")",
        R"("http://issuer.example")", R"("HTTPS://issuer.example")", R"("")", R"(["https://issuer.example"])",
        "null", "1", "true", R"({"iss":"https://issuer.example"})", R"("https://issuer.example\u0000")",
        R"(" https://issuer.example")"}) {
    BOOST_TEST_CONTEXT(iss) { BOOST_TEST((read.why(with_iss(iss)) == jose_errc::wrong_issuer)); }
  }
  BOOST_TEST((read.why(R"({"aud":"one","exp":1700000100})") == jose_errc::no_issuer));
  BOOST_TEST(!read.why(with_iss(R"("https:\/\/issuer\u002eexample")")));
}

BOOST_AUTO_TEST_CASE(the_audience_is_a_string_or_a_list_of_strings_with_one_of_ours) {
  reading read;
  for (std::string_view aud : {R"("one")", R"("two")", R"(["one"])", R"(["x","two"])", R"(["one","two"])"}) {
    BOOST_TEST_CONTEXT(aud) { BOOST_TEST(!read.why(with_aud(aud))); }
  }
  for (std::string_view aud : {R"("on")", R"("one ")", R"("one two")", R"("ONE")", R"("")", "[]", R"([""])",
                               R"(["onetwo"])", R"("one\u0000")", R"("one,two")"}) {
    BOOST_TEST_CONTEXT(aud) { BOOST_TEST((read.why(with_aud(aud)) == jose_errc::wrong_audience)); }
  }
  for (std::string_view aud : {"null", "1", "true", R"({"one":"one"})", R"([["one"]])", R"(["one",1])",
                               R"([null,"one"])", R"(["one",{}])", R"([true])"}) {
    BOOST_TEST_CONTEXT(aud) { BOOST_TEST((read.why(with_aud(aud)) == jose_errc::bad_audience)); }
  }
  BOOST_TEST((read.why(R"({"iss":"https://issuer.example","exp":1700000100})") == jose_errc::no_audience));
  auto const list = [](std::size_t n) {
    std::string aud = "[\"one\"";
    for (std::size_t i = 1; i != n; ++i) aud += ",\"x\"";
    return aud + "]";
  };
  BOOST_TEST(!read.why(with_aud(list(256))));
  BOOST_TEST((read.why(with_aud(list(257))) == jose_errc::bad_audience));
}

BOOST_AUTO_TEST_CASE(the_expiry_is_a_number_in_range) {
  reading read;
  for (std::string_view exp : {"1700000001", "1700000001.0", "1700000001.9", "1.7e9", "1700000001e0",
                               "9007199254740992", "9007199254740992.0"}) {
    auto const why = read.why(with_exp(exp), exp == "1.7e9" ? now - 1 : now);
    BOOST_TEST_CONTEXT(exp) { BOOST_TEST(!why); }
  }
  for (std::string_view exp : {"\"1700000100\"",
                               "null",
                               "true",
                               "[1700000100]",
                               "{}",
                               "1e400",
                               "1e300",
                               "-1",
                               "-0.5",
                               "-1e300",
                               "-9223372036854775808",
                               "9223372036854775807",
                               "9223372036854775808",
                               "18446744073709551615",
                               "18446744073709551616",
                               "99999999999999999999999999",
                               "9007199254740993",
                               "1e19",
                               "\"never\"",
                               "\"\""}) {
    BOOST_TEST_CONTEXT(exp) {
      // beyond what any parser holds the number is not even JSON to ours
      auto const why = read.why(with_exp(exp));
      BOOST_TEST((why == jose_errc::bad_date || why == jose_errc::claims_syntax));
    }
  }
  for (std::string_view exp :
       {"NaN", "Infinity", "0x65000000", "1_700_000_100", "+1700000100", "1700000100.", "01700000100"}) {
    BOOST_TEST_CONTEXT(exp) { BOOST_TEST((read.why(with_exp(exp)) == jose_errc::claims_syntax)); }
  }
  BOOST_TEST((read.why(R"({"iss":"https://issuer.example","aud":"one"})") == jose_errc::no_expiry));
  BOOST_TEST(
      (read.why(R"({"iss":"https://issuer.example","aud":"one","EXP":1700000100})") == jose_errc::no_expiry));
}

BOOST_AUTO_TEST_CASE(a_token_dies_at_its_expiry_without_leeway) {
  reading read;
  BOOST_TEST(!read.why(with_exp("1700000100"), 1700000099));
  BOOST_TEST((read.why(with_exp("1700000100"), 1700000100) == jose_errc::expired));
  BOOST_TEST((read.why(with_exp("1700000100.9"), 1700000100) == jose_errc::expired));
  BOOST_TEST((read.why(with_exp("0"), 1700000100) == jose_errc::expired));
}

BOOST_AUTO_TEST_CASE(nbf_and_iat_may_be_ahead_by_the_leeway) {
  reading read;
  read.expected.leeway = std::chrono::seconds{30};
  BOOST_TEST(!read.why(with(R"(,"nbf":1700000030,"iat":1700000030)")));
  BOOST_TEST((read.why(with(R"(,"nbf":1700000031)")) == jose_errc::not_yet_valid));
  BOOST_TEST((read.why(with(R"(,"iat":1700000031)")) == jose_errc::issued_in_future));
  BOOST_TEST((read.why(with(R"(,"nbf":1700000030.5)")) == jose_errc::not_yet_valid));
  for (std::string_view claim : {"nbf", "iat"}) {
    for (std::string_view value : {"null", "\"1\"", "-1", "1e300", "[]", "true"}) {
      std::string const more = ",\"" + std::string{claim} + "\":" + std::string{value};
      BOOST_TEST_CONTEXT(more) { BOOST_TEST((read.why(with(more)) == jose_errc::bad_date)); }
    }
  }
}

BOOST_AUTO_TEST_CASE(no_clock_and_no_leeway_overflows) {
  reading read;
  constexpr auto largest = std::numeric_limits<std::int64_t>::max();
  constexpr auto smallest = std::numeric_limits<std::int64_t>::min();
  BOOST_TEST((read.why(with(""), largest) == jose_errc::expired));
  BOOST_TEST((read.why(with(R"(,"nbf":1)"), smallest) == jose_errc::not_yet_valid));
  read.expected.leeway = std::chrono::seconds{largest};
  BOOST_TEST((read.why(with(R"(,"nbf":1)"), largest) == jose_errc::expired));
  BOOST_TEST(!read.why(with(R"(,"nbf":9007199254740992,"iat":9007199254740992)")));
  read.expected.leeway = std::chrono::seconds{smallest};
  BOOST_TEST((read.why(with(R"(,"nbf":1700000001)")) == jose_errc::not_yet_valid));
}

BOOST_AUTO_TEST_CASE(a_claim_named_twice_is_refused_however_it_is_written) {
  reading read;
  for (std::string_view more :
       {R"(,"exp":9999999999)", R"(,"\u0065xp":1700000100)", R"(,"iss":"https://issuer.example")",
        R"(,"x":1,"x":1)", R"(,"x":1,"\u0078":2)", R"(,"a\u0000":1,"a\u0000":2)", R"(,"":1,"":2)"}) {
    BOOST_TEST_CONTEXT(more) { BOOST_TEST((read.why(with(more)) == jose_errc::claims_duplicate)); }
  }
}

BOOST_AUTO_TEST_CASE(a_member_inside_of_a_claim_named_twice_is_refused_too) {
  reading read;
  for (std::string_view value :
       {R"({"a":1,"a":2})", R"({"a":1,"\u0061":2})", R"({"b":{"c":1},"b":2})", R"([0,{"a":1,"b":[],"a":2}])",
        R"({"x":{"y":{"z":1,"z":1}}})", R"({"a":{"b":1},"c":{"b":1,"b":1}})"}) {
    BOOST_TEST_CONTEXT(value) {
      BOOST_TEST((read.why(with(",\"custom\":" + std::string{value})) == jose_errc::claims_duplicate));
    }
  }
  // the same name in another object is another member
  BOOST_TEST(
      !read.why(with(R"(,"custom":{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}],"exp":1,"iss":{"iss":0}})")));
  BOOST_TEST(
      (read.why(with(R"(,"custom":{"email":1},"email":"a","email":"b")")) == jose_errc::claims_duplicate));
}

BOOST_AUTO_TEST_CASE(names_of_closed_objects_take_no_room_and_those_of_open_ones_do) {
  reading read;
  auto const members = [](int n) {
    std::string out = "{\"\":0";
    for (int i = 1; i != n; ++i) out += ",\"" + std::to_string(i) + "\":0";
    return out + "}";
  };
  // three claims and the name of the object itself are open around it
  std::string const full = members(252);
  BOOST_TEST(!read.why(with(",\"custom\":[" + full + ',' + full + ',' + full + "]")));
  BOOST_TEST((read.why(with(",\"custom\":" + members(253))) == jose_errc::too_many_claims));
}

BOOST_AUTO_TEST_CASE(names_that_look_alike_are_other_claims) {
  reading read;
  auto const claims =
      read(
          with(R"(,"exp\u0000":1,"EXP":"x","Exp":null,"email\u0000":"mallory@example.com","\u0065mail":"a")"))
          .value();
  BOOST_TEST(claims.exp == 1700000100);
  BOOST_TEST((claims.wanted[1].string() == "a"));
}

BOOST_AUTO_TEST_CASE(a_claim_with_an_escaped_name_is_the_claim) {
  reading read;
  BOOST_TEST((read.why(R"({"\u0069ss":"https://evil.example","aud":"one","exp":1700000100})") ==
              jose_errc::wrong_issuer));
  auto const claims = read(with(R"(,"\u0063ustom":{"a":1},"l\u0065vel":7)")).value();
  BOOST_TEST((claims.wanted[2].is == claim_value::kind::json));
  BOOST_TEST(claims.wanted[2].text.empty());
  BOOST_TEST(claims.wanted[3].text == "7");
}

BOOST_AUTO_TEST_CASE(the_subject_is_a_string) {
  reading read;
  for (std::string_view sub : {"null", "1", "[]", "{}", "true"}) {
    BOOST_TEST((read.why(with(",\"sub\":" + std::string{sub})) == jose_errc::bad_subject));
  }
  BOOST_TEST((read(with(R"(,"sub":"")")).value().sub == ""));
}

BOOST_AUTO_TEST_CASE(what_is_not_one_object_is_refused) {
  reading read;
  for (std::string_view text : {"", "null", "[]", "\"\"", "1", "true", "{", "{}{}", "[{}]"}) {
    BOOST_TEST_CONTEXT(text) { BOOST_TEST((read.why(text) == jose_errc::claims_syntax)); }
  }
  BOOST_TEST((read.why("{}") == jose_errc::no_issuer));
}

BOOST_AUTO_TEST_CASE(number_and_depth_of_claims_are_limited) {
  reading read;
  std::string many;
  for (int i = 0; i != 253; ++i) many += ",\"" + std::to_string(i) + "\":0";
  BOOST_TEST(!read.why(with(many)));
  BOOST_TEST((read.why(with(many + ",\"x\":0")) == jose_errc::too_many_claims));
  auto const nested = [](std::size_t n) { return ",\"x\":" + std::string(n, '[') + std::string(n, ']'); };
  BOOST_TEST(!read.why(with(nested(15))));
  BOOST_TEST((read.why(with(nested(16))) == jose_errc::claims_syntax));
  BOOST_TEST((read.why(with(nested(20000))) == jose_errc::claims_syntax));
}

BOOST_AUTO_TEST_SUITE_END()
