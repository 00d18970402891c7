// tests/unit/oauth/client/client_fetch_lifetime.cpp - how long documents say they last, and what we make of it
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/client/client_fetch_lifetime.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(oauth_client_fetch_lifetime)

using namespace mcpawl;

namespace {

long lifetime(std::vector<std::pair<std::string, std::string>> const& fields) {
  http::fetch_response answer;
  for (auto const& [name, value] : fields) answer.fields.push_back({name, value});
  return static_cast<long>(oauth::document_lifetime(answer).count());
}
long cache_control(std::string const& value) { return lifetime({{"Cache-Control", value}}); }

}  // namespace

BOOST_AUTO_TEST_CASE(a_document_lasts_as_long_as_it_says_within_bounds) {
  BOOST_TEST(cache_control("max-age=1000") == 1000);
  BOOST_TEST(cache_control("public, Max-Age=1000 , immutable") == 1000);
  BOOST_TEST(cache_control("max-age=\"1000\"") == 1000);
  BOOST_TEST(cache_control("max-age=10") == 60);
  BOOST_TEST(cache_control("max-age=0") == 60);
  BOOST_TEST(cache_control("max-age=31536000") == 86400);
  BOOST_TEST(cache_control("max-age=1000, s-maxage=2000") == 2000);
  BOOST_TEST(cache_control("s-maxage=2000, max-age=1000") == 2000);
}

BOOST_AUTO_TEST_CASE(what_must_not_be_stored_lasts_for_one_flow) {
  BOOST_TEST(cache_control("no-store") == 60);
  BOOST_TEST(cache_control("No-Cache, max-age=1000") == 60);
  BOOST_TEST(lifetime({{"cache-control", "max-age=1000"}, {"CACHE-CONTROL", "no-store"}}) == 60);
}

BOOST_AUTO_TEST_CASE(time_in_other_caches_counts) {
  BOOST_TEST(lifetime({{"Cache-Control", "max-age=1000"}, {"Age", "400"}}) == 600);
  BOOST_TEST(lifetime({{"Age", "5000"}, {"Cache-Control", "max-age=1000"}}) == 60);
  BOOST_TEST(lifetime({{"Age", "99999999999999999999"}, {"Cache-Control", "max-age=1000"}}) == 60);
  BOOST_TEST(lifetime({{"Age", "400"}}) == 300);
}

BOOST_AUTO_TEST_CASE(nonsense_says_nothing) {
  for (std::string const value : {"", ",,,", "=", "max-age", "max-age=", "max-age=-1", "max-age=1e3",
                                  "max-age= 5", "max-age=\"", "x-max-age=1000", "max-age=0x10"})
    BOOST_TEST(cache_control(value) == 300, value);
  BOOST_TEST(cache_control("max-age=99999999999999999999999") == 86400);
  BOOST_TEST(lifetime({}) == 300);
}

BOOST_AUTO_TEST_SUITE_END()
