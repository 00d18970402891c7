// tests/unit/oauth/upstream/login_record.cpp - a login upstream as the props of a grant, and back
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/upstream/login_record.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(oauth_login_record)

using namespace mcpawl;
using namespace mcpawl::oauth;

namespace {

upstream_login alice() {
  upstream_login login;
  login.who.issuer = "https://id.example.com";
  login.who.subject = "subject";
  login.who.reader = "staff";
  login.who.profile.label = "Alice";
  login.who.profile.bytes = std::string("\0\xff{}", 4);
  login.who.issued_at = 5;
  login.who.expires_at = -7;
  login.access_token = secret{std::string("access")};
  login.access_expires = 99;
  login.refresh_token = secret{std::string("refresh")};
  return login;
}

}  // namespace

BOOST_AUTO_TEST_CASE(everything_comes_back) {
  auto const back = login_of(props_of(alice())).value();
  BOOST_TEST(back.who.issuer == "https://id.example.com");
  BOOST_TEST(back.who.subject == "subject");
  BOOST_TEST(back.who.reader == "staff");
  BOOST_TEST(back.who.profile.label == "Alice");
  BOOST_TEST(back.who.profile.bytes == std::string("\0\xff{}", 4));
  BOOST_TEST(back.who.issued_at == 5);
  BOOST_TEST(back.who.expires_at == -7);
  BOOST_TEST(back.access_token.reveal() == "access");
  BOOST_TEST(back.access_expires == 99);
  BOOST_TEST(back.refresh_token.reveal() == "refresh");
}

BOOST_AUTO_TEST_CASE(what_was_cut_or_names_nobody_is_damaged) {
  secret const whole = props_of(alice());
  for (std::size_t size = 0; size != whole.reveal().size(); ++size)
    BOOST_CHECK(login_of(secret{std::string(whole.reveal().substr(0, size))}).error() ==
                oauth_errc::damaged_record);
  BOOST_CHECK(login_of(secret{std::string(whole.reveal()) + 'x'}).error() == oauth_errc::damaged_record);
  upstream_login nobody = alice();
  nobody.who.subject.clear();
  BOOST_CHECK(login_of(props_of(nobody)).error() == oauth_errc::damaged_record);
}

BOOST_AUTO_TEST_CASE(what_another_version_wrote_is_no_token_of_this_one) {
  std::string older(props_of(alice()).reveal());
  older.front() = 1;
  BOOST_CHECK(login_of(secret{older}).error() == oauth_errc::bad_token);
  older.resize(1);
  BOOST_CHECK(login_of(secret{older}).error() == oauth_errc::bad_token);
}

BOOST_AUTO_TEST_SUITE_END()
