// tests/unit/oauth/common/pkce.cpp - verifiers, challenges, and what only looks like one
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/common/pkce.hpp>

#include <boost/test/unit_test.hpp>

#include <cctype>
#include <set>
#include <string>

BOOST_AUTO_TEST_SUITE(oauth_pkce)

using namespace mcpawl;
using namespace mcpawl::oauth;

namespace {

// RFC 7636 appendix B
std::string const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
std::string const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

}  // namespace

BOOST_AUTO_TEST_CASE(the_example_of_the_rfc) {
  BOOST_TEST(code_challenge_of(verifier) == challenge);
  BOOST_TEST(fits_challenge(verifier, challenge));
  BOOST_TEST(!fits_challenge(challenge, challenge));
}

BOOST_AUTO_TEST_CASE(a_verifier_has_43_to_128_unreserved_characters) {
  for (std::size_t size : {43u, 44u, 127u, 128u}) BOOST_TEST(is_code_verifier(std::string(size, 'a')));
  for (std::size_t size : {0u, 1u, 42u, 129u, 100000u}) BOOST_TEST(!is_code_verifier(std::string(size, 'a')));
  for (int c = 0; c != 256; ++c) {
    std::string text(43, 'a');
    text[21] = static_cast<char>(c);
    bool const unreserved = c < 128 && (std::isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~');
    BOOST_TEST(is_code_verifier(text) == unreserved);
  }
}

BOOST_AUTO_TEST_CASE(a_verifier_that_breaks_the_grammar_fits_nothing) {
  for (std::string const& bad :
       {std::string{}, std::string(42, 'a'), std::string(129, 'a'), std::string(43, '\0')}) {
    BOOST_TEST(!fits_challenge(bad, code_challenge_of(bad)));
  }
}

BOOST_AUTO_TEST_CASE(every_altered_character_of_a_challenge_is_noticed) {
  for (std::size_t at = 0; at != challenge.size(); ++at) {
    std::string other = challenge;
    other[at] = other[at] == 'A' ? 'B' : 'A';
    BOOST_TEST(!fits_challenge(verifier, other));
  }
  BOOST_TEST(!fits_challenge(verifier, ""));
  BOOST_TEST(!fits_challenge(verifier, challenge + "="));
  BOOST_TEST(!fits_challenge(verifier, challenge.substr(1)));
}

BOOST_AUTO_TEST_CASE(a_challenge_is_the_canonical_base64url_of_32_bytes) {
  BOOST_TEST(is_code_challenge(challenge));
  BOOST_TEST(!is_code_challenge(""));
  BOOST_TEST(!is_code_challenge(challenge + "="));
  BOOST_TEST(!is_code_challenge(challenge.substr(1)));
  BOOST_TEST(!is_code_challenge(challenge + "A"));
  BOOST_TEST(!is_code_challenge("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM"));
  BOOST_TEST(!is_code_challenge("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cN"));  // bits that are dropped
  BOOST_TEST(!is_code_challenge(std::string(43, ' ')));
}

BOOST_AUTO_TEST_CASE(verifiers_of_our_own_are_good_and_never_the_same) {
  std::set<std::string> seen;
  for (int i = 0; i != 100; ++i) {
    secret const made = make_code_verifier();
    BOOST_TEST(is_code_verifier(made.reveal()));
    seen.emplace(made.reveal());
  }
  BOOST_TEST(seen.size() == 100u);
}

BOOST_AUTO_TEST_SUITE_END()
