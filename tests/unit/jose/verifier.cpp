// tests/unit/jose/verifier.cpp - whole tokens: what is accepted, and the order of the work
// SPDX-License-Identifier: BSL-1.0
#include <boost/test/unit_test.hpp>

#include <mcpawl/crypto/avx512_ifma_engine.hpp>
#include <mcpawl/jose/verifier.hpp>

#include "access.hpp"

#include <chrono>
#include <cstdint>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

BOOST_AUTO_TEST_SUITE(jose_verifier)

using namespace mcpawl;
using namespace mcpawl::jose_tests;
using jose::algorithm;
using jose::jose_errc;

BOOST_AUTO_TEST_CASE(a_token_of_access_is_accepted_with_all_its_claims) {
  access_setup a;
  std::string const token = a.good();
  for (int i = 0; i != 3; ++i) {  // the first time by its header, then by the memory of it
    auto const claims = a.verifier.verify(token, now).value();
    BOOST_TEST(claims.iss == team);
    BOOST_TEST((claims.sub == "7335d417-61da-459d-899c-0a01c76a2f94"));
    BOOST_TEST(claims.exp == now + 3600);
    BOOST_TEST((claims.wanted[0].string() == "app"));
    BOOST_TEST((claims.wanted[1].string() == "alice@example.com"));
    BOOST_TEST((claims.wanted[2].string() == "GB"));
    BOOST_TEST((claims.wanted[3].is == jose::claim_value::kind::absent));
    BOOST_TEST(claims.wanted[4].text == R"({"team":["a","}"],"level":3})");
    BOOST_TEST(a.verifier.last_kid() == kid);
  }
}

BOOST_AUTO_TEST_CASE(every_algorithm_verifies_under_its_own_key) {
  struct line {
    algorithm alg;
    signing_key key;
  };
  std::vector<line> lines;
  for (algorithm a : {algorithm::rs256, algorithm::rs384, algorithm::rs512, algorithm::ps256,
                      algorithm::ps384, algorithm::ps512}) {
    lines.push_back({a, signing_key::rsa(2048)});
  }
  lines.push_back({algorithm::es256, signing_key::ec("P-256")});
  lines.push_back({algorithm::es384, signing_key::ec("P-384")});
  lines.push_back({algorithm::es512, signing_key::ec("P-521")});
  lines.push_back({algorithm::eddsa, signing_key::ed25519()});

  jose::expectation e = access_expectation();
  std::string keys;
  for (auto const& l : lines) {
    std::string const name{jose::name_of(l.alg)};
    e.algorithms.insert(l.alg);
    keys += (keys.empty() ? "" : ",") + l.key.jwk(name, R"(,"alg":")" + name + '"');
  }
  jose::verifier verifier{e};
  verifier.use(key_set(keys));
  for (auto const& l : lines) {
    for (auto const& other : lines) {
      std::string const header = object(header_members(jose::name_of(l.alg), jose::name_of(other.alg)));
      auto const claims = verifier.verify(l.key.token(header, access_claims(), l.alg), now);
      BOOST_TEST_CONTEXT(header) {
        BOOST_TEST(claims.has_value() == (l.alg == other.alg));
        if (l.alg != other.alg) BOOST_TEST((claims.error() == jose_errc::algorithm_mismatch));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(an_engine_changes_what_it_costs_and_nothing_else) {
  jose::expectation e = access_expectation();
  e.algorithms = {algorithm::rs256, algorithm::rs512, algorithm::ps256, algorithm::es256};
  signing_key const& key = signing_key::named("access");
  signing_key const ec = signing_key::ec("P-256");
  auto const keys = key_set(key.jwk(kid, "") + "," + ec.jwk("ec", ""));
  jose::verifier usual{e};
  jose::basic_verifier<avx512_ifma_engine> fast{e};
  usual.use(keys);
  fast.use(keys);
  BOOST_TEST(fast.engines().size() == usual.engines().size());
  for (auto const& engine : fast.engines()) {
    BOOST_TEST(!engine.report.faulty);
    BOOST_TEST((engine.report.engine != "evp" || !engine.report.reason.empty()));
  }
  for (algorithm a : {algorithm::rs256, algorithm::rs512, algorithm::ps256, algorithm::es256}) {
    bool const curve = a == algorithm::es256;
    std::string const token =
        (curve ? ec : key)
            .token(object(header_members(jose::name_of(a), curve ? "ec" : kid)), access_claims(), a);
    for (std::size_t at = 0; at < token.size(); at += 7) {
      std::string altered = token;
      altered[at] = altered[at] == 'A' ? 'B' : 'A';
      if (altered == token) continue;
      auto const one = usual.verify(altered, now), other = fast.verify(altered, now);
      BOOST_TEST_REQUIRE((one.has_error() && other.has_error()));
      BOOST_TEST(one.error() == other.error());
    }
    auto const claims = fast.verify(token, now);
    BOOST_TEST_REQUIRE(claims.has_value());
    BOOST_TEST(claims->payload_json == access_claims());
  }
}

BOOST_AUTO_TEST_CASE(a_key_without_alg_takes_what_the_expectation_allows_and_no_more) {
  signing_key const& key = signing_key::named("access");
  jose::expectation e = access_expectation();
  e.algorithms = {algorithm::rs256, algorithm::ps256};
  jose::verifier verifier{e};
  verifier.use(key_set(key.jwk(kid, "")));
  for (algorithm a : {algorithm::rs256, algorithm::ps256, algorithm::rs256}) {
    BOOST_TEST(verifier.verify(key.token(object(header_members(jose::name_of(a))), access_claims(), a), now)
                   .has_value());
  }
  auto const refused =
      verifier.verify(key.token(object(header_members("RS512")), access_claims(), algorithm::rs512), now);
  BOOST_TEST((refused.error() == jose_errc::algorithm_not_allowed));
  // signed in one allowed algorithm, labelled as another
  auto const relabelled = verifier.verify(key.token(object(header_members("PS256")), access_claims()), now);
  BOOST_TEST((relabelled.error() == jose_errc::bad_signature));
}

BOOST_AUTO_TEST_CASE(without_keys_nothing_is_accepted_and_the_reason_says_so) {
  access_setup a;
  jose::verifier verifier{access_expectation()};
  BOOST_TEST((verifier.verify(a.good(), now).error() == jose_errc::no_keys));
  BOOST_TEST((verifier.verify(a.good(), now).error() == condition::unavailable));
  verifier.use(key_set(a.key.jwk(kid)));
  BOOST_TEST(verifier.verify(a.good(), now).has_value());
  verifier.use(nullptr);
  BOOST_TEST((verifier.verify(a.good(), now).error() == jose_errc::no_keys));
}

BOOST_AUTO_TEST_CASE(an_incomplete_expectation_accepts_nothing) {
  auto const refuses = [](auto change) {
    jose::expectation e = access_expectation();
    change(e);
    access_setup a{e};
    return a.verify(a.good()) == jose_errc::bad_expectation;
  };
  BOOST_TEST(refuses([](auto& e) { e.issuer.clear(); }));
  BOOST_TEST(refuses([](auto& e) { e.audiences.clear(); }));
  BOOST_TEST(refuses([](auto& e) { e.audiences.push_back(""); }));
  BOOST_TEST(refuses([](auto& e) { e.algorithms = {}; }));
  BOOST_TEST(refuses([](auto& e) { e.wanted.resize(33, "x"); }));
}

BOOST_AUTO_TEST_CASE(an_unknown_kid_is_told_apart_from_everything_else) {
  access_setup a;
  BOOST_TEST((a.with_header(object(header_members("RS256", "next"))) == jose_errc::unknown_kid));
  BOOST_TEST(a.verifier.last_kid() == "next");
  BOOST_TEST((a.with_header(object(header_members("RS384", "next"))) == jose_errc::algorithm_not_allowed));
  BOOST_TEST((a.verify("garbage") == jose_errc::malformed_token));
  BOOST_TEST(a.verifier.last_kid() == "");
}

BOOST_AUTO_TEST_CASE(a_token_without_a_kid_is_held_against_the_only_key_for_its_algorithm) {
  jose::expectation e = access_expectation();
  e.algorithms = {algorithm::rs256, algorithm::es256};
  e.kid_required = false;
  access_setup a{e};
  signing_key const& other = signing_key::named("other");
  auto const ec = signing_key::ec("P-256");
  std::string const header = R"({"alg":"RS256","typ":"JWT"})", empty = R"({"alg":"RS256","kid":""})";
  std::string const token = a.token(header, access_claims());
  for (std::string const& keys :
       {a.key.jwk(kid), object(a.key.jwk_members()), a.key.jwk(kid) + ',' + ec.jwk("ec", ""),
        a.key.jwk(kid) + ',' + a.key.jwk("another name"),
        object(a.key.jwk_members()) + ',' + a.key.jwk(kid)}) {
    BOOST_TEST_CONTEXT(keys) {
      a.verifier.use(key_set(keys));
      for (int i = 0; i != 2; ++i) {  // the second time the header is known again
        BOOST_TEST(!a.verify(token));
        BOOST_TEST(a.verifier.last_kid() == "");
        BOOST_TEST((a.verify(other.token(header, access_claims())) == jose_errc::bad_signature_without_kid));
      }
      BOOST_TEST(!a.with_header(empty));
    }
  }
  // not one key, or none: none is tried
  for (std::string const& keys : {a.key.jwk(kid) + ',' + other.jwk("other"), ec.jwk("ec", "")}) {
    a.verifier.use(key_set(keys));
    BOOST_TEST((a.verify(token) == jose_errc::no_single_key));
  }
  // a kid is never that of a key without one
  a.verifier.use(key_set(object(a.key.jwk_members())));
  BOOST_TEST((a.verify(a.good()) == jose_errc::unknown_kid));

  e.kid_required = true;
  access_setup strict{e};
  BOOST_TEST((strict.with_header(header) == jose_errc::no_kid));
  BOOST_TEST((strict.with_header(empty) == jose_errc::no_kid));
}

BOOST_AUTO_TEST_CASE(one_kid_may_be_that_of_several_keys) {
  jose::expectation e = access_expectation();
  e.algorithms = {algorithm::rs256, algorithm::rs512, algorithm::es256};
  access_setup a{e};
  signing_key const& other = signing_key::named("other");
  auto const ec = signing_key::ec("P-256");
  std::string const k{kid};
  a.verifier.use(key_set(ec.jwk(k, "") + ',' + other.jwk(k, R"(,"alg":"RS512")") + ',' + a.key.jwk(k)));
  for (int i = 0; i != 2; ++i) {
    BOOST_TEST(!a.verify(a.good()));
    BOOST_TEST(!a.verify(other.token(object(header_members("RS512")), access_claims(), algorithm::rs512)));
    BOOST_TEST(!a.verify(ec.token(object(header_members("ES256")), access_claims(), algorithm::es256)));
    // each key for its algorithm, and not for that of its neighbour
    BOOST_TEST(
        (a.verify(other.token(object(header_members()), access_claims())) == jose_errc::bad_signature));
  }
}

BOOST_AUTO_TEST_CASE(newer_keys_may_help_against_three_refusals) {
  for (jose_errc e : {jose_errc::unknown_kid, jose_errc::no_single_key, jose_errc::bad_signature_without_kid})
    BOOST_TEST(jose::newer_keys_may_help(e));
  for (jose_errc e : {jose_errc::no_kid, jose_errc::bad_signature, jose_errc::algorithm_mismatch,
                      jose_errc::expired, jose_errc::no_keys})
    BOOST_TEST(!jose::newer_keys_may_help(e));
  BOOST_TEST(!jose::newer_keys_may_help(
      error_code(static_cast<int>(jose_errc::unknown_kid), boost::system::generic_category())));
}

BOOST_AUTO_TEST_CASE(new_keys_are_used_at_once_and_old_ones_are_gone) {
  access_setup a;
  std::string const old = a.good();
  BOOST_REQUIRE(!a.verify(old));
  signing_key const& next = signing_key::named("next");
  std::string const fresh = next.token(object(header_members("RS256", "next")), access_claims());
  BOOST_TEST((a.verify(fresh) == jose_errc::unknown_kid));
  a.verifier.use(key_set(a.key.jwk(kid) + "," + next.jwk("next")));
  BOOST_TEST(!a.verify(fresh));
  BOOST_TEST(!a.verify(old));
  a.verifier.use(key_set(next.jwk("next")));
  BOOST_TEST(!a.verify(fresh));
  BOOST_TEST((a.verify(old) == jose_errc::unknown_kid));
  // the same kid with another key: the memory of the header must not outlive the key
  a.verifier.use(key_set(next.jwk(kid)));
  BOOST_TEST((a.verify(old) == jose_errc::bad_signature));
}

BOOST_AUTO_TEST_CASE(claims_are_looked_at_only_when_the_signature_is_right) {
  access_setup a;
  std::string const header = base64url(object(header_members()));
  for (std::string_view payload : {"not json", "{}", "[[[[[[[[[[[[[[[[[[[["}) {
    std::string const forged = header + '.' + base64url(payload) + '.' + base64url(bytes(256, 1));
    BOOST_TEST((a.verify(forged) == jose_errc::bad_signature));
  }
  BOOST_TEST((a.verify(header + ".!!!!." + base64url(bytes(256, 1))) == jose_errc::bad_signature));
}

BOOST_AUTO_TEST_CASE(expiry_first_refuses_an_expired_token_whatever_its_signature_and_nothing_else_early) {
  jose::expectation e = access_expectation();
  e.expiry_first = true;
  access_setup early{e};
  access_setup usual;
  std::string const header = base64url(object(header_members()));
  std::string const forged_signature = '.' + base64url(bytes(256, 1));
  auto const forged = [&](std::string_view payload) {
    return header + '.' + base64url(payload) + forged_signature;
  };

  for (access_setup* a : {&early, &usual}) {
    BOOST_TEST(!a->verify(a->good()));
    BOOST_TEST((a->verify(a->good(), now + 3600) == jose_errc::expired));
    BOOST_TEST((a->with_claims("{}") == jose_errc::no_issuer));
    BOOST_TEST((a->with_claims("not json") == jose_errc::claims_syntax));
    // whoever has no signature learns nothing of what else is wrong
    for (std::string_view payload : {"not json", "{}", R"({"iss":"x"})", "[[[[[[[[[[[[[[[[[[[["})
      BOOST_TEST((a->verify(forged(payload)) == jose_errc::bad_signature));
    BOOST_TEST((a->verify(header + ".!!!!" + forged_signature) == jose_errc::bad_signature));
    BOOST_TEST((a->verify(forged(access_claims())) == jose_errc::bad_signature));
    BOOST_TEST(!a->verify(a->good()));
  }
  BOOST_TEST((early.verify(forged(access_claims()), now + 3600) == jose_errc::expired));
  BOOST_TEST((usual.verify(forged(access_claims()), now + 3600) == jose_errc::bad_signature));
  // the header and the form of the signature still come first
  std::string const unknown = base64url(object(header_members("RS256", "unknown")));
  std::string const expired = '.' + base64url(access_claims());
  BOOST_TEST((early.verify(unknown + expired + forged_signature, now + 3600) == jose_errc::unknown_kid));
  BOOST_TEST((early.verify(header + expired + ".AA", now + 3600) == jose_errc::signature_length));
}

BOOST_AUTO_TEST_CASE(a_header_is_remembered_only_when_its_token_verified) {
  // remembered or not must make no difference but in time: `typ` is the witness, read from the header alone
  jose::expectation e = access_expectation();
  e.types = {"JWT", "at+jwt"};
  access_setup a{e};
  std::string const rest = R"("alg":"RS256","kid":")" + std::string{kid} + '"';
  std::string const one = object(rest + R"(,"typ":"JWT")"), two = object(rest + R"(,"typ":"at+jwt")"),
                    bad = object(rest + R"(,"typ":"logout+jwt")");
  for (int i = 0; i != 3; ++i) {
    for (std::string const& header : {one, one, two, one}) {
      BOOST_TEST(!a.with_header(header));
      BOOST_TEST(a.verifier.last_kid() == kid);
      BOOST_TEST((a.with_header(bad) == jose_errc::wrong_type));
      BOOST_TEST(
          (a.verify(base64url(header) + ".e30." + base64url(bytes(256, 1))) == jose_errc::bad_signature));
    }
  }
  // longer than what is remembered, and still verified each time
  std::string const long_header = object(rest + ",\"x\":\"" + std::string(600, 'x') + '"');
  for (int i = 0; i != 3; ++i) BOOST_TEST(!a.with_header(long_header));
}

BOOST_AUTO_TEST_CASE(each_key_and_algorithm_has_an_engine_and_a_fingerprint_of_its_own) {
  signing_key const& key = signing_key::named("access");
  jose::expectation e = access_expectation();
  e.algorithms = {algorithm::rs256, algorithm::ps256};
  jose::verifier verifier{e};
  BOOST_TEST(verifier.engines().empty());
  verifier.use(key_set(key.jwk("a", "") + "," + signing_key::named("next").jwk("b") + "," + key.jwk("c")));
  auto const engines = verifier.engines();
  BOOST_TEST_REQUIRE(engines.size() == 4u);
  BOOST_TEST(engines[0].kid == "a");
  BOOST_TEST((engines[0].alg == algorithm::rs256));
  BOOST_TEST((engines[1].alg == algorithm::ps256));
  BOOST_TEST(engines[2].kid == "b");
  for (auto const& engine : engines) BOOST_TEST(engine.report.engine == "openssl");

  auto const key_fingerprint = [&](std::string_view by, algorithm alg) {
    auto const token = key.token(object(header_members(jose::name_of(alg), by)), access_claims(), alg);
    BOOST_TEST_REQUIRE(verifier.verify(token, now).has_value());
    return verifier.last_fingerprint();
  };
  auto const rs = key_fingerprint("a", algorithm::rs256), ps = key_fingerprint("a", algorithm::ps256),
             renamed = key_fingerprint("c", algorithm::rs256);
  BOOST_TEST((rs != ps && rs != renamed && ps != renamed));
  BOOST_TEST((verifier.vouches(rs) && verifier.vouches(ps) && verifier.vouches(renamed)));
  verifier.use(key_set(key.jwk("a")));
  BOOST_TEST((verifier.vouches(rs) && !verifier.vouches(ps) && !verifier.vouches(renamed)));
  verifier.use(nullptr);
  BOOST_TEST(!verifier.vouches(rs));
}

BOOST_AUTO_TEST_CASE(a_signed_payload_that_is_no_claims_set_is_refused) {
  access_setup a;
  BOOST_TEST((a.with_claims("not json") == jose_errc::claims_syntax));
  BOOST_TEST((a.with_claims("{}") == jose_errc::no_issuer));
  std::string const input = base64url(object(header_members())) + ".e30=";
  BOOST_TEST((a.verify(input + '.' + base64url(a.key.sign(input))) == jose_errc::claims_encoding));
}

BOOST_AUTO_TEST_CASE(typ_is_checked_if_it_is_there_and_demanded_if_asked_for) {
  std::string const bare = R"({"alg":"RS256","kid":")" + std::string{kid} + "\"";
  access_setup a;
  BOOST_TEST(!a.with_header(bare + "}"));
  BOOST_TEST(!a.with_header(bare + R"(,"typ":"jwt"})"));
  BOOST_TEST(!a.with_header(bare + R"(,"typ":"application/JWT"})"));
  BOOST_TEST((a.with_header(bare + R"(,"typ":"logout+jwt"})") == jose_errc::wrong_type));
  BOOST_TEST((a.with_header(bare + R"(,"typ":""})") == jose_errc::wrong_type));
  jose::expectation e = access_expectation();
  e.type_required = true;
  access_setup strict{e};
  BOOST_TEST((strict.with_header(bare + "}") == jose_errc::wrong_type));
  e = access_expectation();
  e.types.clear();
  access_setup lax{e};
  BOOST_TEST(!lax.with_header(bare + R"(,"typ":"logout+jwt"})"));
}

BOOST_AUTO_TEST_CASE(the_size_limit_is_exact) {
  access_setup measure;
  std::size_t const size = measure.good().size();
  jose::expectation e = access_expectation();
  e.max_token_bytes = size;
  access_setup fits{e};
  BOOST_TEST(!fits.verify(fits.good()));
  e.max_token_bytes = size - 1;
  access_setup tight{e};
  BOOST_TEST((tight.verify(tight.good()) == jose_errc::token_too_large));
}

BOOST_AUTO_TEST_CASE(no_token_with_one_altered_byte_verifies) {
  access_setup a;
  std::string const token = a.good();
  BOOST_REQUIRE(!a.verify(token));
  std::mt19937 random{20231114};
  for (std::size_t at = 0; at != token.size(); ++at) {
    for (int i = 0; i != 3; ++i) {
      std::string altered = token;
      // mostly to another character of the alphabet, which only the signature can notice
      altered[at] = i == 2 ? static_cast<char>(random()) : mcpawl::detail::base64url_alphabet[random() % 64];
      if (altered == token) continue;
      BOOST_TEST_CONTEXT("byte " << at) { BOOST_REQUIRE(a.verify(altered)); }
    }
  }
  BOOST_TEST(!a.verify(token));
}

/** JSON of random shape and a few hundred bytes: what a token may carry beside the claims we read. */
std::string random_json(std::mt19937& random, int depth) {
  auto const text = [&random] {
    std::string out = "\"";
    for (auto n = random() % 12; n != 0; --n) {
      constexpr std::string_view pieces[] = {"a",    "Z",       "0",        " ", ".", "\\n",
                                             "\\\"", "\\u00e9", "\xc3\xa9", "{", "]"};
      out += pieces[random() % std::size(pieces)];
    }
    return out + '"';
  };
  switch (random() % (depth == 0 ? 4 : 6)) {
    case 0: return text();
    case 1: return std::to_string(static_cast<std::int32_t>(random()));
    case 2: return random() % 2 == 0 ? "null" : "true";
    case 3: return std::to_string(random() % 1000) + "e-" + std::to_string(random() % 9);
    case 4: {
      std::string out = "[";
      for (auto n = random() % 4; n != 0; --n) out += random_json(random, depth - 1) + (n == 1 ? "" : ",");
      return out + ']';
    }
    default: {
      std::string out = "{";
      for (auto n = random() % 4; n != 0; --n)
        out += '"' + std::to_string(n) + "\":" + random_json(random, depth - 1) + (n == 1 ? "" : ",");
      return out + '}';
    }
  }
}

BOOST_AUTO_TEST_CASE(random_claims_verify_and_no_mutant_of_their_tokens_does) {
  struct line {
    algorithm alg;
    signing_key key;
    int tokens;  // few for what is slow to verify
  };
  line const lines[] = {{algorithm::rs256, signing_key::rsa(2048), 3},
                        {algorithm::ps256, signing_key::rsa(2048), 1},
                        {algorithm::es256, signing_key::ec("P-256"), 1},
                        {algorithm::eddsa, signing_key::ed25519(), 2}};
  std::mt19937 random{7519};
  for (line const& l : lines) {
    jose::expectation e = access_expectation();
    e.algorithms = {l.alg};
    e.leeway = std::chrono::seconds{0};
    jose::verifier verifier{e};
    verifier.use(key_set(l.key.jwk(kid, "")));
    for (int i = 0; i != l.tokens; ++i) {
      std::string const claims = claims_with(",\"x\":" + random_json(random, 3));
      std::string const token = l.key.token(object(header_members(jose::name_of(l.alg))), claims, l.alg);
      auto const read = verifier.verify(token, now);
      BOOST_TEST_CONTEXT(claims) {
        BOOST_TEST_REQUIRE(read.has_value());
        BOOST_TEST(read->payload_json == claims);
        for (std::size_t at = 0; at != token.size(); ++at) {
          std::string mutant = token;
          do {
            mutant[at] = mcpawl::detail::base64url_alphabet[random() % 64];
          } while (mutant == token);
          BOOST_TEST_CONTEXT("byte " << at) { BOOST_REQUIRE(!verifier.verify(mutant, now).has_value()); }
          mutant[at] = static_cast<char>(static_cast<unsigned char>(token[at]) ^ (1u << random() % 8));
          BOOST_TEST_CONTEXT("bit of byte " << at) {
            BOOST_REQUIRE(!verifier.verify(mutant, now).has_value());
          }
        }
        BOOST_TEST(verifier.verify(token, now).has_value());
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(no_truncated_or_extended_token_verifies) {
  access_setup a;
  std::string const token = a.good();
  for (std::size_t size = 0; size != token.size(); ++size) BOOST_REQUIRE(a.verify(token.substr(0, size)));
  for (std::string_view more : {"A", "=", ".", " ", "\n", "AAAA"})
    BOOST_TEST(a.verify(token + std::string{more}));
  for (std::string_view less : {" ", "Bearer ", "\xef\xbb\xbf"})
    BOOST_TEST(a.verify(std::string{less} + token));
}

BOOST_AUTO_TEST_CASE(verifiers_of_several_threads_share_a_key_set) {
  signing_key const& key = signing_key::named("access");
  auto const keys = key_set(key.jwk(kid));
  std::string const token = key.token(object(header_members()), access_claims());
  std::string forged = token;
  forged[forged.size() - 10] = forged[forged.size() - 10] == 'A' ? 'B' : 'A';
  std::vector<int> right(4);
  std::vector<std::thread> threads;
  for (int& count : right) {
    threads.emplace_back([&] {
      jose::verifier verifier{access_expectation()};
      verifier.use(keys);
      for (int i = 0; i != 50; ++i) {
        count += verifier.verify(token, now).has_value();
        count += !verifier.verify(forged, now).has_value();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (int count : right) BOOST_TEST(count == 100);
}

BOOST_AUTO_TEST_SUITE_END()
