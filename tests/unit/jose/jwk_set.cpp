// tests/unit/jose/jwk_set.cpp - key sets, honest and hostile
// SPDX-License-Identifier: BSL-1.0
#include <boost/test/unit_test.hpp>

#include <mcpawl/jose/jwk_set.hpp>

#include "signing.hpp"

#include <string>
#include <string_view>
#include <vector>

BOOST_AUTO_TEST_SUITE(jose_jwk_set)

using namespace mcpawl;
using namespace mcpawl::detail;
using namespace mcpawl::jose_tests;
using jose::algorithm;
using jose::jose_errc;

namespace {

std::string document(std::string const& keys) { return R"({"keys":[)" + keys + "]}"; }

std::string good(std::string_view kid = "good") { return signing_key::named("set").jwk(kid); }

error_code why(std::string_view text) {
  auto const set = jose::parse_jwk_set(text);
  return set ? error_code{} : set.error();
}

/** Put a bad entry beside a good one and tell why it was left out. */
error_code skipped(std::string const& entry) {
  auto const set = jose::parse_jwk_set(document(entry + "," + good()));
  if (!set || set->keys().size() != 1 || set->keys()[0].kid() != "good" || set->skipped_count() != 1)
    return {};
  return set->skipped()[0].reason;
}

/** Put braces around members. */
std::string object_of(std::string const& members) {
  std::string json{"{"};
  json += members;
  json += '}';
  return json;
}

std::string with(std::string_view more) { return signing_key::named("set").jwk("bad", more); }

}  // namespace

BOOST_AUTO_TEST_CASE(the_document_of_cloudflare_access_is_read) {
  auto const set =
      jose::parse_jwk_set(R"({"keys":[)" + good("a") + "," + good("b") +
                          R"(],"public_cert":{"kid":"a","cert":"-----BEGIN"},"public_certs":[{"kid":"a",)"
                          R"("cert":"x"},{"kid":"b","cert":"y"}]})")
          .value();
  BOOST_REQUIRE(set.keys().size() == 2u);
  BOOST_TEST(set.skipped_count() == 0u);
  BOOST_TEST(set.find("b") == &set.keys()[1]);
  BOOST_TEST(set.find("c") == nullptr);
  BOOST_TEST(set.find("B") == nullptr);
  BOOST_TEST((set.keys()[0].algorithms() == jose::algorithm_set{jose::algorithm::rs256}));
}

BOOST_AUTO_TEST_CASE(keys_of_all_kinds_live_side_by_side) {
  auto const set = jose::parse_jwk_set(document(good() + "," + signing_key::ec("P-256").jwk("ec", "") + "," +
                                                signing_key::ec("P-384").jwk("ec384", "") + "," +
                                                signing_key::ec("P-521").jwk("ec521", "") + "," +
                                                signing_key::ed25519().jwk("ed", "")))
                       .value();
  BOOST_TEST(set.keys().size() == 5u);
}

BOOST_AUTO_TEST_CASE(documents_that_are_no_key_set_are_refused) {
  for (std::string_view text :
       {"", "null", "[]", "{}", "1", "\"keys\"", R"({"keys":null})", R"({"keys":{}})", R"({"keys":"x"})",
        R"({"keys":1})", R"({"Keys":[]})", R"({"a":{"keys":[]}})", R"([{"keys":[]}])", "<html></html>",
        R"({"keys":[)", R"({"keys":[]}x)", R"({"keys":[],"keys":[]})", R"({"keys":[],"k\u0065ys":[]})"}) {
    BOOST_TEST_CONTEXT(text) { BOOST_TEST((why(text) == jose_errc::key_set_syntax)); }
  }
  BOOST_TEST((why(document("")) == jose_errc::no_usable_key));
  BOOST_TEST((why(document("{}")) == jose_errc::no_usable_key));
  BOOST_TEST(
      (why(R"({"keys":[)" + good() + R"(],"keys":[)" + good("x") + "]}") == jose_errc::key_set_syntax));
}

BOOST_AUTO_TEST_CASE(every_truncation_of_a_document_is_refused) {
  std::string const text = document(good());
  for (std::size_t size = 0; size != text.size(); ++size) BOOST_REQUIRE(why(text.substr(0, size)));
}

BOOST_AUTO_TEST_CASE(entries_that_are_no_objects_are_skipped_one_by_one) {
  for (std::string_view entry :
       {"null", "1", "2.5", "true", "\"kty\"", "[]", R"([{"kty":"RSA"}])", R"(["kid","x"])"}) {
    BOOST_TEST_CONTEXT(entry) { BOOST_TEST((skipped(std::string{entry}) == jose_errc::key_not_object)); }
  }
}

BOOST_AUTO_TEST_CASE(bad_keys_are_skipped_with_their_reason_and_good_ones_kept) {
  BOOST_TEST((skipped("{}") == jose_errc::key_type));
  BOOST_TEST((skipped(R"({"kid":")" + std::string(257, 'k') + R"(","kty":"RSA"})") == jose_errc::key_kid));
  BOOST_TEST((skipped(R"({"kty":"oct","kid":"bad","k":"c2VjcmV0"})") == jose_errc::key_symmetric));
  for (std::string_view member : {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}) {
    BOOST_TEST((skipped(with(",\"" + std::string{member} + "\":\"AQAB\"")) == jose_errc::key_private));
    BOOST_TEST((skipped(with(",\"" + std::string{member} + "\":\"\"")) == jose_errc::key_private));
    BOOST_TEST((skipped(with(",\"" + std::string{member} + "\":[]")) == jose_errc::key_private));
  }
  BOOST_TEST((skipped(with(R"(,"use":"enc")")) == jose_errc::key_use));
  BOOST_TEST((skipped(with(R"(,"use":"")")) == jose_errc::key_use));
  BOOST_TEST((skipped(with(R"(,"key_ops":["sign"])")) == jose_errc::key_operations));
  BOOST_TEST((skipped(with(R"(,"key_ops":[])")) == jose_errc::key_operations));
  BOOST_TEST((skipped(with(R"(,"key_ops":[["verify"]])")) == jose_errc::key_member));
  BOOST_TEST((skipped(with(R"(,"key_ops":"verify")")) == jose_errc::key_member));
  BOOST_TEST((skipped(with(R"(,"key_ops":[1,"verify"])")) == jose_errc::key_member));
  BOOST_TEST((skipped(with(R"(,"alg":"HS256")")) == jose_errc::key_algorithm));
  BOOST_TEST((skipped(with(R"(,"alg":"ES256")")) == jose_errc::key_algorithm));
  BOOST_TEST((skipped(with(R"(,"alg":false)")) == jose_errc::key_member));
  BOOST_TEST((skipped(with(R"(,"use":["sig"])")) == jose_errc::key_member));
  BOOST_TEST((skipped(R"({"kty":"RSA","kid":7,"n":"AQAB","e":"AQAB"})") == jose_errc::key_member));
  BOOST_TEST((skipped(R"({"kty":"RSA","kid":"bad","n":{"x":"AQAB"},"e":"AQAB"})") == jose_errc::key_member));
  BOOST_TEST((skipped(R"({"kty":"RSA","kid":"bad","n":"AQAB","e":"AQAB"})") == jose_errc::key_size));
  BOOST_TEST((skipped(R"({"kty":"EC","kid":"bad","crv":"P-256"})") == jose_errc::key_encoding));
  BOOST_TEST((skipped(R"({"kty":"EC","kid":"bad","crv":"secp256k1"})") == jose_errc::key_type));
}

BOOST_AUTO_TEST_CASE(a_key_that_may_verify_and_more_is_kept) {
  auto const set =
      jose::parse_jwk_set(document(with(R"(,"key_ops":["sign","verify"],"x5c":["a",["b"]],"ext":true)")));
  BOOST_REQUIRE(set);
  BOOST_TEST(set->keys().size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_member_named_twice_spoils_its_key_only) {
  BOOST_TEST((skipped(with(R"(,"e":"AQAB")")) == jose_errc::key_duplicate));
  BOOST_TEST((skipped(with(R"(,"\u006bid":"other")")) == jose_errc::key_duplicate));
  std::string many;
  for (int i = 0; i != 40; ++i) many += ",\"" + std::to_string(i) + "\":0";
  BOOST_TEST((skipped(with(many)) == jose_errc::key_member));
}

BOOST_AUTO_TEST_CASE(members_do_not_leak_from_one_key_into_the_next) {
  BOOST_TEST((skipped(R"({"kid":"bad"})") == jose_errc::key_type));
  auto const set =
      jose::parse_jwk_set(document(good("a") + R"(,{"kid":"b","e":"AQAB","kty":"RSA"},)" + good("c")));
  BOOST_REQUIRE(set);
  BOOST_TEST(set->keys().size() == 2u);
  BOOST_TEST((set->skipped()[0].reason == jose_errc::key_encoding));
  BOOST_TEST(set->skipped()[0].kid == "b");
}

BOOST_AUTO_TEST_CASE(an_entry_that_is_there_twice_counts_once) {
  auto const set = jose::parse_jwk_set(document(good() + "," + good() + "," + good("\\u0067ood"))).value();
  BOOST_TEST(set.keys().size() == 1u);
  BOOST_TEST(set.skipped_count() == 0u);
}

BOOST_AUTO_TEST_CASE(one_key_named_once_for_each_algorithm_is_for_all_of_them) {
  std::string keys;
  for (std::string_view alg : {"RS256", "RS384", "RS512"})
    keys += (keys.empty() ? "" : ",") +
            signing_key::named("set").jwk("k", R"(,"alg":")" + std::string{alg} + '"');
  auto const set = jose::parse_jwk_set(document(keys)).value();
  BOOST_REQUIRE(set.keys().size() == 1u);
  BOOST_TEST((set.keys()[0].algorithms() ==
              jose::algorithm_set{algorithm::rs256, algorithm::rs384, algorithm::rs512}));
}

BOOST_AUTO_TEST_CASE(keys_of_one_kid_are_told_apart_by_algorithm) {
  std::string const ec = signing_key::ec("P-256").jwk("k", "");
  std::string const rs512 = signing_key::named("other").jwk("k", R"(,"alg":"RS512")");
  for (std::string const& keys : {good("k") + ',' + ec + ',' + rs512, rs512 + ',' + ec + ',' + good("k")}) {
    auto const set = jose::parse_jwk_set(document(keys)).value();
    BOOST_TEST(set.keys().size() == 3u);
    BOOST_TEST(set.skipped_count() == 0u);
    BOOST_TEST((set.find("k", algorithm::rs256)->algorithms() == jose::algorithm_set{algorithm::rs256}));
    BOOST_TEST((set.find("k", algorithm::rs512)->algorithms() == jose::algorithm_set{algorithm::rs512}));
    BOOST_TEST((set.find("k", algorithm::es256)->key().kind() == key_kind::p256));
    BOOST_TEST(set.find("k", algorithm::ps256) == nullptr);
    BOOST_TEST(set.find("K", algorithm::rs256) == nullptr);
    BOOST_TEST(set.find("k") == &set.keys()[0]);
  }
}

BOOST_AUTO_TEST_CASE(only_what_stays_ambiguous_is_left_out) {
  std::string const other = signing_key::named("other").jwk("k");
  auto const set = jose::parse_jwk_set(document(good("k") + ',' + other + ',' + good("j"))).value();
  BOOST_REQUIRE(set.keys().size() == 1u);
  BOOST_TEST(set.keys()[0].kid() == "j");
  BOOST_TEST(set.skipped_count() == 2u);
  BOOST_TEST((set.skipped()[0].reason == jose_errc::duplicate_kid));
  BOOST_TEST(set.skipped()[1].kid == "k");
  // a third one does not become the one that is meant because the others are gone
  std::string const third = signing_key::named("third").jwk("k");
  BOOST_TEST((why(document(good("k") + ',' + other + ',' + third)) == jose_errc::no_usable_key));
  BOOST_TEST((why(document(good("k") + ',' + other + ',' + good("k"))) == jose_errc::no_usable_key));

  // what two keys have in common is taken from both, and what they have not is left to them
  std::string const any = signing_key::named("other").jwk("k", "");
  auto const rest = jose::parse_jwk_set(document(good("k") + ',' + any)).value();
  BOOST_REQUIRE(rest.keys().size() == 1u);
  BOOST_TEST(!rest.keys()[0].algorithms().contains(algorithm::rs256));
  BOOST_TEST(rest.keys()[0].algorithms().contains(algorithm::ps256));

  // one that could not be used anyway makes nothing ambiguous
  auto const oct = jose::parse_jwk_set(document(good() + R"(,{"kty":"oct","kid":"good","k":"AQAB"})"));
  BOOST_REQUIRE(oct);
  BOOST_TEST(oct->keys().size() == 1u);
  BOOST_TEST(oct->skipped_count() == 1u);
}

BOOST_AUTO_TEST_CASE(the_only_key_for_an_algorithm_needs_no_name) {
  auto const nameless = [](char const* name) {
    return object_of(signing_key::named(name).jwk_members() + R"(,"alg":"RS256")");
  };
  auto const only = [](std::string const& keys, algorithm alg = algorithm::rs256) {
    return jose::parse_jwk_set(document(keys)).value().only_key_for(alg) != nullptr;
  };
  BOOST_TEST(only(nameless("set")));
  BOOST_TEST(only(good("k")));
  BOOST_TEST(!only(good("k"), algorithm::es256));
  BOOST_TEST(only(nameless("set") + ',' + nameless("set")));
  BOOST_TEST(only(nameless("set") + ',' + good("a") + ',' + good("b")));  // one key of several names
  BOOST_TEST(only(nameless("set") + ',' + signing_key::ec("P-256").jwk("ec", "")));
  BOOST_TEST(!only(nameless("set") + ',' + nameless("other")));
  BOOST_TEST(!only(nameless("set") + ',' + signing_key::named("other").jwk("k")));
}

BOOST_AUTO_TEST_CASE(at_most_sixty_four_keys_are_kept) {
  std::string keys;
  for (int i = 0; i != 70; ++i) keys += (i == 0 ? "" : ",") + good(std::to_string(i));
  auto const set = jose::parse_jwk_set(document(keys)).value();
  BOOST_TEST(set.keys().size() == 64u);
  BOOST_TEST(jose::jwk_set::max_keys == 64u);
  BOOST_TEST(set.skipped_count() == 6u);
  BOOST_TEST((set.skipped()[0].reason == jose_errc::key_excess));
  BOOST_TEST(set.find("63") == &set.keys()[63]);
}

BOOST_AUTO_TEST_CASE(thousands_of_junk_keys_are_counted_and_a_few_remembered) {
  std::string keys;
  for (int i = 0; i != 5000; ++i) keys += "{},";
  auto const set = jose::parse_jwk_set(document(keys + good())).value();
  BOOST_TEST(set.keys().size() == 1u);
  BOOST_TEST(set.skipped_count() == 5000u);
  BOOST_TEST(set.skipped().size() == jose::jwk_set::max_skipped);
}

BOOST_AUTO_TEST_CASE(size_and_depth_are_limited) {
  std::string const text = document(good());
  std::string padded = text + std::string(jose::jwk_set::max_document_bytes - text.size(), ' ');
  BOOST_TEST(!why(padded));
  BOOST_TEST((why(padded + ' ') == jose_errc::key_set_too_large));
  std::string const deep =
      R"({"x":)" + std::string(30000, '[') + std::string(30000, ']') + R"(,"keys":[)" + "]}";
  BOOST_TEST((why(deep) == jose_errc::key_set_syntax));
}

BOOST_AUTO_TEST_CASE(a_kid_has_at_most_256_bytes) {
  BOOST_TEST(jose::max_kid_bytes == 256u);
  std::string const longest(256, 'k');
  auto const set = jose::parse_jwk_set(document(good(longest) + ',' + good(longest + 'k'))).value();
  BOOST_TEST_REQUIRE(set.keys().size() == 1u);
  BOOST_TEST(set.find(longest) != nullptr);
  BOOST_TEST((set.skipped()[0].reason == jose_errc::key_kid));
}

BOOST_AUTO_TEST_CASE(a_long_kid_of_a_skipped_key_is_cut) {
  auto const set =
      jose::parse_jwk_set(document(R"({"kid":")" + std::string(6000, 'k') + "\"}," + good())).value();
  BOOST_TEST(set.skipped()[0].kid.size() == jose::max_kid_bytes);
}

BOOST_AUTO_TEST_SUITE_END()
