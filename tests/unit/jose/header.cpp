// tests/unit/jose/header.cpp - what is read of a token's header
// SPDX-License-Identifier: BSL-1.0
#include <boost/test/unit_test.hpp>

#include <mcpawl/jose/header.hpp>

#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(jose_header)

using namespace mcpawl;
using jose::jose_errc;

namespace {

struct reading {
  jose::detail::json_reader reader{4096, 8};
  std::string json;

  result<jose::token_header> operator()(std::string_view text) {
    json = text;
    return jose::detail::read_header(json, reader);
  }
  bool refuses(std::string_view text, jose_errc why) {
    auto const header = (*this)(text);
    return !header && header.error() == why;
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(alg_kid_and_typ_are_read) {
  reading read;
  auto const header = read(R"({"typ":"JWT","kid":"k\u0031","alg":"RS256"})").value();
  BOOST_TEST(header.alg == "RS256");
  BOOST_TEST(header.kid == "k1");
  BOOST_TEST(header.typ == "JWT");
  BOOST_TEST(header.has_typ);
  BOOST_TEST(!read(R"({"kid":"k","alg":"RS256"})").value().has_typ);
  BOOST_TEST(read(R"({"alg":"RS256"})").value().kid == "");
  BOOST_TEST(read(R"({"alg":"RS256","kid":""})").value().kid == "");
}

BOOST_AUTO_TEST_CASE(keys_and_addresses_in_the_header_mean_nothing) {
  reading read;
  auto const header =
      read(R"({"alg":"RS256","kid":"k","jku":"https://evil.example","x5u":7,"jwk":{"kid":"other",)"
           R"("alg":"none","crit":[]},"x5c":["a","b"],"x5t":null})")
          .value();
  BOOST_TEST(header.alg == "RS256");
  BOOST_TEST(header.kid == "k");
}

BOOST_AUTO_TEST_CASE(each_refusal_has_its_reason) {
  reading read;
  for (std::string_view text : {"", "null", "[]", "\"a\"", "1", "{", R"({"alg":"RS256","kid":"k"},)"}) {
    BOOST_TEST_CONTEXT(text) { BOOST_TEST(read.refuses(text, jose_errc::header_syntax)); }
  }
  BOOST_TEST(read.refuses("{}", jose_errc::no_algorithm));
  BOOST_TEST(read.refuses(R"({"kid":"k"})", jose_errc::no_algorithm));
  BOOST_TEST(read.refuses(R"({"ALG":"RS256","kid":"k"})", jose_errc::no_algorithm));
  BOOST_TEST(read.refuses(R"({"alg\u0000":"RS256","kid":"k"})", jose_errc::no_algorithm));
  for (std::string_view value : {"null", "1", "true", "[\"RS256\"]", "{}", "1.5"}) {
    std::string const v{value};
    BOOST_TEST(read.refuses(R"({"kid":"k","alg":)" + v + "}", jose_errc::header_member));
    BOOST_TEST(read.refuses(R"({"alg":"RS256","kid":)" + v + "}", jose_errc::header_member));
    BOOST_TEST(read.refuses(R"({"alg":"RS256","kid":"k","typ":)" + v + "}", jose_errc::header_member));
  }
  for (std::string_view crit : {"[]", "[\"exp\"]", "[\"b64\"]", "null", "\"\"", "{}"}) {
    BOOST_TEST(read.refuses(R"({"alg":"RS256","kid":"k","crit":)" + std::string{crit} + "}",
                            jose_errc::header_critical));
  }
  for (std::string_view b64 : {"false", "true", "null"}) {
    BOOST_TEST(read.refuses(R"({"alg":"RS256","kid":"k","b64":)" + std::string{b64} + "}",
                            jose_errc::header_unencoded));
  }
}

BOOST_AUTO_TEST_CASE(a_member_named_twice_is_refused_however_it_is_written) {
  reading read;
  BOOST_TEST(read.refuses(R"({"alg":"RS256","alg":"none","kid":"k"})", jose_errc::header_duplicate));
  BOOST_TEST(read.refuses(R"({"alg":"RS256","kid":"k","\u0061lg":"RS256"})", jose_errc::header_duplicate));
  BOOST_TEST(read.refuses(R"({"alg":"RS256","kid":"k","x":1,"x":1})", jose_errc::header_duplicate));
}

BOOST_AUTO_TEST_CASE(a_kid_has_at_most_256_bytes) {
  reading read;
  auto const with_kid = [](std::string const& kid) { return R"({"alg":"RS256","kid":")" + kid + "\"}"; };
  BOOST_TEST(read(with_kid(std::string(256, 'k'))).has_value());
  BOOST_TEST(read.refuses(with_kid(std::string(257, 'k')), jose_errc::header_member));
}

BOOST_AUTO_TEST_CASE(members_and_depth_are_limited) {
  reading read;
  std::string many = R"({"alg":"RS256","kid":"k")";
  for (int i = 0; i != 30; ++i) many += ",\"" + std::to_string(i) + "\":0";
  BOOST_TEST(read(many + "}").has_value());
  BOOST_TEST(read.refuses(many + ",\"x\":0}", jose_errc::header_too_large));
  std::string const deep =
      R"({"alg":"RS256","kid":"k","x":)" + std::string(8, '[') + std::string(8, ']') + "}";
  BOOST_TEST(read.refuses(deep, jose_errc::header_syntax));
}

BOOST_AUTO_TEST_CASE(types_are_compared_as_media_types) {
  using jose::detail::same_type;
  for (std::string_view type : {"JWT", "jwt", "application/jwt", "Application/JWT"})
    BOOST_TEST(same_type("JWT", type));
  for (std::string_view type : {"", "JW", "JWT2", "logout+jwt", "at+jwt", "application/", "text/jwt"}) {
    BOOST_TEST(!same_type("JWT", type));
  }
}

BOOST_AUTO_TEST_SUITE_END()
