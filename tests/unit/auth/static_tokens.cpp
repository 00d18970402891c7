// tests/unit/auth/static_tokens.cpp - the list of tokens: its syntax, and every mistake in it
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/auth/static_tokens.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

BOOST_AUTO_TEST_SUITE(auth_static_tokens)

namespace {

using namespace mcpawl;

std::string digest(char c) { return std::string(64, c); }

std::vector<detail::static_token> good(std::string const& text) {
  std::vector<std::string> errors;
  auto tokens = detail::static_token_reader(errors).read(text);
  for (auto const& each : errors) BOOST_ERROR(each);
  return tokens;
}
/** All errors, a line each. */
std::string errors_of(std::string const& text) {
  std::vector<std::string> errors;
  detail::static_token_reader(errors).read(text);
  std::string all;
  for (auto const& each : errors) all += each + '\n';
  return all;
}
std::size_t count(std::string const& text) {
  auto const errors = errors_of(text);
  return static_cast<std::size_t>(std::count(errors.begin(), errors.end(), '\n'));
}
bool has(std::string const& text, std::string_view words) { return text.find(words) != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_CASE(an_entry_has_a_name_a_digest_scopes_and_a_time) {
  auto const tokens = good("# name\n\n ci\t" + digest('a') +
                           "  scope=a:read scope=b=c \t scope=a:read\r\n  # more; x\n" + "bob@example.com " +
                           digest('B') + " expires=2027-01-31T00:00:00Z;; c " + digest('c') + " - scope=x;");
  BOOST_TEST_REQUIRE(tokens.size() == 3U);
  BOOST_TEST(tokens[0].name == "ci");
  BOOST_TEST((tokens[0].scopes == std::vector<std::string>{"a:read", "b=c"}));
  BOOST_TEST(!tokens[0].expires_at.has_value());
  BOOST_TEST(tokens[0].digest.reveal() == std::string(32, '\xaa'));
  BOOST_TEST(tokens[1].name == "bob@example.com");
  BOOST_TEST(tokens[1].digest.reveal() == std::string(32, '\xbb'));
  BOOST_TEST(tokens[1].expires_at.value() == 1'801'353'600);
  BOOST_TEST(tokens[1].scopes.empty());
  BOOST_TEST(tokens[2].scopes.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_time_is_one_of_rfc_3339_with_its_zone) {
  BOOST_TEST(detail::time_of("1970-01-01T00:00:00Z").value() == 0);
  BOOST_TEST(detail::time_of("2000-02-29t12:34:56.789z").value() == 951'827'696);
  BOOST_TEST(detail::time_of("2026-11-30T01:30:00+01:30").value() == 1'795'996'800);
  BOOST_TEST(detail::time_of("2026-11-29T22:30:00-01:30").value() == 1'795'996'800);
  for (auto const* wrong :
       {"", "2027-01-31", "2027-02-29T00:00:00Z", "2027-01-31T00:00:00", "2027-01-31 00:00:00Z",
        "2027-01-31T24:00:00Z", "31.1.2027", "2027-01-31T00:00:00+1:00", "9999"})
    BOOST_TEST(!detail::time_of(wrong).has_value(), wrong);
}

BOOST_AUTO_TEST_CASE(every_mistake_is_listed_at_once_and_says_where) {
  std::string const text = "ci " + digest('a') + "\nci " + digest('b') + "\nother " + digest('a') +
                           "\n\nshort abc\n" + "b!d " + digest('c') + "; late " + digest('d') +
                           " expires=tomorrow scope=a,b\nextra " + digest('e') + " admin\ntwice " +
                           digest('f') + " expires=2027-01-31T00:00:00Z expires=2027-01-31T00:00:00Z\n" +
                           "last " + digest('1') + " scope= -\nalone";
  std::string const errors = errors_of(text);
  BOOST_TEST(has(errors, "entry 2 (line 2), \"ci\": the name is there twice"), errors);
  BOOST_TEST(has(errors, "entry 3 (line 3), \"other\": another entry has the same token"), errors);
  BOOST_TEST(has(errors, "entry 4 (line 5), \"short\": behind the name must be 64 hexadecimal digits"),
             errors);
  BOOST_TEST(has(errors, "entry 5 (line 6): a name has"), errors);
  BOOST_TEST(has(errors, "entry 6 (line 6), \"late\": behind expires= must be a time"), errors);
  BOOST_TEST(has(errors, "\"late\": a scope has no comma"), errors);
  BOOST_TEST(has(errors, "\"extra\": behind the digest may be"), errors);
  BOOST_TEST(has(errors, "\"twice\": expires= is there twice"), errors);
  BOOST_TEST(has(errors, "\"alone\": behind the name must be 64"), errors);
  BOOST_TEST(count(text) == 11U, errors);
}

BOOST_AUTO_TEST_CASE(what_may_be_a_token_is_in_no_error) {
  std::string const token = "S3cretS3cretS3cretS3cretS3cretS3cret";
  for (auto const& text :
       {"ci " + token, token + token + " " + digest('a'), "ci " + digest('a') + ' ' + token,
        "ci " + digest('a') + " expires=" + token, "ci " + digest('a') + " scope=" + token + ",x"}) {
    std::string const errors = errors_of(text);
    BOOST_TEST(!errors.empty(), text);
    BOOST_TEST(!has(errors, "S3cret"), errors);
  }
}

BOOST_AUTO_TEST_CASE(the_digest_of_nothing_is_refused) {
  BOOST_TEST(
      has(errors_of("ci e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"), "empty text"));
}

BOOST_AUTO_TEST_CASE(an_empty_list_is_a_mistake_and_so_is_a_huge_one) {
  for (auto const* empty : {"", "\n\n", "# only a comment", " ; ;\t;"})
    BOOST_TEST(errors_of(empty) == "there is no token\n");
  auto const list = [](std::size_t size) {
    std::string text;
    for (std::size_t i = 0; i != size; ++i) {
      std::string const number = std::to_string(1000 + i);
      text += 'n' + number + ' ' + std::string(60, '0') + number + '\n';
    }
    return text;
  };
  BOOST_TEST(good(list(256)).size() == 256U);
  BOOST_TEST(has(errors_of(list(257)), "more than 256 tokens"));
  BOOST_TEST(has(errors_of(std::string(65, 'a') + ' ' + digest('a')), "a name has"));
  BOOST_TEST(good(std::string(64, 'a') + ' ' + digest('a')).size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
