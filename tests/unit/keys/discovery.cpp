// tests/unit/keys/discovery.cpp - the metadata of an issuer, and of those who pretend to be one
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/keys/discovery.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(oauth_discovery)

namespace {

using namespace mcpawl;
using namespace mcpawl::detail;

std::vector<std::string> addresses(std::string_view issuer) {
  std::vector<std::string> out;
  for (auto const& url : oauth::discovery_urls(issuer)) out.push_back(url.origin() + url.target());
  return out;
}

error_code refusal(std::string_view document, std::string_view issuer = "https://a.example") {
  auto const found = oauth::read_jwks_uri(document, issuer);
  return found ? error_code() : found.error();
}
error_code code(auth_errc e) { return make_error_code(e); }

}  // namespace

BOOST_AUTO_TEST_CASE(addresses_follow_both_specifications) {
  struct row {
    char const *issuer, *openid, *oauth;
  };
  for (auto const& [issuer, openid, oauth] : {
           row{"https://a.example", "https://a.example/.well-known/openid-configuration",
               "https://a.example/.well-known/oauth-authorization-server"},
           row{"https://a.example/", "https://a.example/.well-known/openid-configuration",
               "https://a.example/.well-known/oauth-authorization-server"},
           row{"https://a.example/realms/b", "https://a.example/realms/b/.well-known/openid-configuration",
               "https://a.example/.well-known/oauth-authorization-server/realms/b"},
           row{"https://a.example:8443/t/", "https://a.example:8443/t/.well-known/openid-configuration",
               "https://a.example:8443/.well-known/oauth-authorization-server/t"},
       }) {
    auto const found = addresses(issuer);
    BOOST_REQUIRE(found.size() == 2u);
    BOOST_TEST(found[0] == openid);
    BOOST_TEST(found[1] == oauth);
  }
}

BOOST_AUTO_TEST_CASE(issuers_are_judged) {
  for (auto const* good : {"https://a.example", "https://a.example/", "https://a.example/t/v2.0",
                           "http://127.0.0.1:9000", "http://localhost/realms/x"})
    BOOST_TEST(oauth::validate_issuer(good) == "", good);
  for (auto const* bad : {"", "a.example", "http://a.example", "ftp://a.example", "https://a.example?x=y",
                          "https://a.example#x", "https://user@a.example", "https://", "https://a b"})
    BOOST_TEST(oauth::validate_issuer(bad) != "", bad);
  std::string const host = "https://a.example/";
  BOOST_TEST(oauth::validate_issuer(host + std::string(2048 - host.size(), 'x')) == "");
  BOOST_TEST(oauth::validate_issuer(host + std::string(2049 - host.size(), 'x')) == "is too long");
}

BOOST_AUTO_TEST_CASE(the_address_of_the_keys_is_read) {
  auto const found = oauth::read_jwks_uri(
      R"({"x":[{"jwks_uri":"https://evil.example"}],"jwks_uri":"https://keys.example/k?v=1","issuer":"https://a.example"})",
      "https://a.example");
  BOOST_REQUIRE(found.has_value());
  BOOST_TEST(found->origin() + found->target() == "https://keys.example/k?v=1");
  std::string const plain = R"({"issuer":"https://a.example","jwks_uri":"https://a.example/k"})";
  BOOST_TEST(!refusal("\xef\xbb\xbf" + plain));  // a byte order mark
  BOOST_TEST(refusal("\xef\xbb\xbf\xef\xbb\xbf" + plain) == code(auth_errc::bad_discovery_document));
}

BOOST_AUTO_TEST_CASE(the_issuer_is_compared_byte_for_byte) {
  for (auto const* issuer :
       {"https://a.example/", "https://A.example", "http://a.example", "https://a.example.evil.example",
        "https://a.exampl", "", "https://a.example:443", "https://a.example\\u0000"}) {
    std::string const document =
        R"({"issuer":")" + std::string(issuer) + R"(","jwks_uri":"https://a.example/k"})";
    BOOST_TEST(refusal(document) == code(auth_errc::discovery_of_another_issuer), issuer);
  }
  BOOST_TEST(refusal(R"({"jwks_uri":"https://a.example/k"})") ==
             code(auth_errc::discovery_of_another_issuer));
  BOOST_TEST(refusal(R"({"issuer":["https://a.example"],"jwks_uri":"https://a.example/k"})") ==
             code(auth_errc::discovery_of_another_issuer));
  BOOST_TEST(refusal(R"({"issuer":"https:\/\/a.example","jwks_uri":"https://a.example/k"})") == error_code());
}

BOOST_AUTO_TEST_CASE(keys_elsewhere_than_at_https_are_refused) {
  for (auto const* value :
       {R"("http://a.example/k")", R"("http://127.0.0.1/k")", R"("http://169.254.169.254/k")",
        R"("file:///etc/passwd")", R"("/k")", R"("")", "7", "null", R"(["https://a.example/k"])"}) {
    std::string const document = R"({"issuer":"https://a.example","jwks_uri":)" + std::string(value) + '}';
    BOOST_TEST(refusal(document) == code(auth_errc::no_keys_address), value);
  }
  BOOST_TEST(refusal(R"({"issuer":"https://a.example"})") == code(auth_errc::no_keys_address));
  std::string const local = R"({"issuer":"http://127.0.0.1:1","jwks_uri":"http://127.0.0.1:1/k"})";
  BOOST_TEST(refusal(local, "http://127.0.0.1:1") == error_code());
  std::string const leaves = R"({"issuer":"http://127.0.0.1:1","jwks_uri":"http://10.0.0.1/k"})";
  BOOST_TEST(refusal(leaves, "http://127.0.0.1:1") == code(auth_errc::no_keys_address));
}

BOOST_AUTO_TEST_CASE(documents_that_are_none) {
  std::string const good = R"({"issuer":"https://a.example","jwks_uri":"https://a.example/k"})";
  BOOST_TEST(refusal(good) == error_code());
  for (std::size_t size = 0; size != good.size(); ++size)
    BOOST_TEST(refusal(good.substr(0, size)) == code(auth_errc::bad_discovery_document));
  std::string many = "{";
  for (int i = 0; i != 300; ++i) many += "\"m" + std::to_string(i) + "\":1,";
  for (
      std::string const& bad :
      {std::string("[]"), std::string("\"x\""), std::string("<html>"), good + "x", good + good,
       std::string(
           R"({"issuer":"https://b.example","issuer":"https://a.example","jwks_uri":"https://a.example/k"})"),
       std::string(
           R"({"issuer":"https://a.example","jwks_uri":"https://a.example/k","jwks_uri":"https://b.example/k"})"),
       std::string(10'000, '['), R"({"x":)" + std::string(10'000, '[') + '}', many + "\"issuer\":1}"})
    BOOST_TEST(refusal(bad) == code(auth_errc::bad_discovery_document), bad.substr(0, 80));
}

BOOST_AUTO_TEST_SUITE_END()
