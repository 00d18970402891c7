// tests/unit/oauth/upstream/upstream_endpoints.cpp - a provider's metadata is believed about itself alone
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/upstream/upstream_endpoints.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

BOOST_AUTO_TEST_SUITE(oauth_upstream_endpoints)

namespace {

using namespace mcpawl;
using namespace mcpawl::detail;
using namespace std::chrono_literals;

constexpr char const* issuer = "https://a.example/x";

std::string document(std::string const& from, std::string const& authorization, std::string const& token,
                     std::string const& more = {}) {
  return R"({"issuer":")" + from + R"(","authorization_endpoint":")" + authorization +
         R"(","token_endpoint":")" + token + '"' + more + '}';
}
error_code error_of(std::string const& text, char const* of = issuer) {
  auto const read = oauth::read_upstream_endpoints(text, of);
  return read ? error_code() : read.error();
}

}  // namespace

BOOST_AUTO_TEST_CASE(good_metadata_is_read) {
  auto const found = oauth::read_upstream_endpoints(
      document(issuer, "https://login.example/go?x=1", "https://a.example/token"), issuer);
  BOOST_TEST(found.value().authorization.origin() == "https://login.example");
  BOOST_TEST(found.value().authorization.target() == "/go?x=1");
  BOOST_TEST(found.value().token.target() == "/token");
  BOOST_TEST(!found.value().names_itself);
  BOOST_TEST(!error_of("\xef\xbb\xbf" + document(issuer, "https://a.example/a", "https://a.example/t")));
  std::string const says = R"(,"authorization_response_iss_parameter_supported":)";
  auto const names = [&](char const* value) {
    return oauth::read_upstream_endpoints(
               document(issuer, "https://a.example/a", "https://a.example/t", says + value), issuer)
        .value()
        .names_itself;
  };
  BOOST_TEST(names("true"));
  BOOST_TEST(!names("false"));
  BOOST_TEST(!names("null"));
}

BOOST_AUTO_TEST_CASE(bad_metadata_is_refused) {
  std::string const a = "https://a.example/a", t = "https://a.example/t";
  for (char const* other : {"https://a.example/x/", "https://a.example", "https://b.example/x", ""})
    BOOST_TEST((error_of(document(other, a, t)) == auth_errc::discovery_of_another_issuer), other);
  for (char const* bad :
       {"", "nonsense", "http://a.example/a", "http://127.0.0.1/a", "https://me@a.example/a", "/a"}) {
    BOOST_TEST((error_of(document(issuer, bad, t)) == auth_errc::no_endpoint_address), bad);
    BOOST_TEST((error_of(document(issuer, a, bad)) == auth_errc::no_endpoint_address), bad);
  }
  BOOST_TEST((error_of(R"({"issuer":"https://a.example/x"})") == auth_errc::no_endpoint_address));
  for (std::string const& bad :
       {std::string(), std::string("[]"), std::string("<html>"), document(issuer, a, t) + "x",
        document(issuer, a, t, R"(,"issuer":"https://a.example/x")"), std::string(10'000, '{')})
    BOOST_TEST((error_of(bad) == auth_errc::bad_discovery_document), bad.substr(0, 40));
  std::string many;
  for (int i = 0; i != 100; ++i) many += ",\"m" + std::to_string(i) + "\":1";
  BOOST_TEST((error_of(document(issuer, a, t, many)) == auth_errc::bad_discovery_document));
  char const* const here = "http://127.0.0.1:1/x";
  BOOST_TEST(!error_of(document(here, "http://127.0.0.1:1/a", "http://localhost:2/t"), here));
}

BOOST_AUTO_TEST_CASE(what_was_discovered_is_asked_for_again_after_a_while) {
  oauth::upstream_directory all;
  clock::steady_time now{};
  BOOST_TEST(!all.fresh(now));
  BOOST_TEST(!all.last());
  all.found(
      oauth::read_upstream_endpoints(document(issuer, "https://a.example/a", "https://a.example/t"), issuer)
          .value(),
      now);
  BOOST_TEST(all.fresh(now + 59min).has_value());
  BOOST_TEST(!all.fresh(now + 60min));
  BOOST_TEST(all.last().has_value());
  now += 2h;
  all.not_found(now);
  BOOST_TEST(all.fresh(now + 59s).has_value());
  BOOST_TEST(!all.fresh(now + 60s));
}

BOOST_AUTO_TEST_SUITE_END()
