// tests/unit/text/format.cpp - formats of strings, on both sides of each border
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/text/format.hpp>

#include <boost/test/unit_test.hpp>

#include <initializer_list>
#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(reflect_format)

namespace {

void good(std::string_view format, std::initializer_list<std::string_view> texts) {
  for (auto text : texts) BOOST_TEST(mcpawl::detail::has_format(format, text), format << " takes " << text);
}
void bad(std::string_view format, std::initializer_list<std::string_view> texts) {
  for (auto text : texts)
    BOOST_TEST(!mcpawl::detail::has_format(format, text), format << " refuses " << text);
}

}  // namespace

BOOST_AUTO_TEST_CASE(dates_exist_in_the_calendar) {
  good("date", {"2026-11-23", "2024-02-29", "2000-02-29", "0000-01-01", "9999-12-31"});
  bad("date",
      {"", "2026-11-2", "2026-11-233", "2026/11/23", "2023-02-29", "1900-02-29", "2026-04-31", "2026-00-10",
       "2026-13-10", "2026-01-00", "26-01-01", "2026-1-011", "+026-01-01", "2026-01-0x"});
}

BOOST_AUTO_TEST_CASE(date_times_are_those_of_rfc_3339) {
  // the examples of RFC 3339 section 5.8
  good("date-time", {"1985-04-12T23:20:50.52Z", "1996-12-19T16:39:57-08:00", "1990-12-31T23:59:60Z",
                     "1990-12-31T15:59:60-08:00", "1937-01-01T12:00:27.87+00:20", "2026-11-23t00:00:00z"});
  bad("date-time",
      {"", "2026-11-23", "2026-11-23 00:00:00Z", "2026-11-23T00:00:00", "2026-11-23T24:00:00Z",
       "2026-11-23T00:60:00Z", "2026-11-23T00:00:61Z", "2026-11-23T00:00:00.Z", "2026-11-23T00:00:00+0100",
       "2026-11-23T00:00:00+24:00", "2026-11-23T00:00:00Zx", "2026-11-23T22:59:60Z",
       "1990-12-31T23:59:60-08:00", "2026-02-30T00:00:00Z", "2026-11-23T00:00:00+01:0"});
  good("time", {"23:20:50.52Z", "00:00:00+01:00", "00:29:60+00:30"});
  bad("time", {"", "23:20", "23:20:50", "23-20-50Z", "00:29:60Z"});
}

BOOST_AUTO_TEST_CASE(uuids_have_their_dashes) {
  good("uuid", {"123e4567-e89b-12d3-a456-426614174000", "123E4567-E89B-12D3-A456-426614174000"});
  bad("uuid", {"", "123e4567e89b12d3a456426614174000", "123e4567-e89b-12d3-a456-42661417400",
               "{23e4567-e89b-12d3-a456-426614174000", "123e4567-e89b-12d3-a456-4266141740000",
               "123e4567-e89b-12d3-a4564-26614174000", "123e4567-e89b-12d3-a456-42661417400g"});
}

BOOST_AUTO_TEST_CASE(ipv4_has_four_plain_numbers) {
  good("ipv4", {"0.0.0.0", "255.255.255.255", "192.0.2.1"});
  bad("ipv4", {"", "1.2.3", "1.2.3.4.5", "1.2.3.4.", ".1.2.3.4", "256.0.0.1", "01.2.3.4", "1..2.3",
               "1.2.3.4 ", "0x1.2.3.4", "1111.2.3.4"});
}

BOOST_AUTO_TEST_CASE(ipv6_has_eight_groups_or_a_gap) {
  good("ipv6", {"::", "::1", "1::", "2001:db8::8:800:200c:417a", "1:2:3:4:5:6:7:8", "::ffff:192.0.2.1",
                "1:2:3:4:5:6:1.2.3.4", "1::3:4:5:6:7:8", "FE80::A"});
  bad("ipv6", {"", ":", ":::", "1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "1:2:3:4:5:6:7:8::",
               "::1:2:3:4:5:6:7:8", "12345::", "::g", "fe80::1%eth0", "1:2:3:4:5:6:7:", ":1:2:3:4:5:6:7",
               "1.2.3.4", "::1.2.3", "::1.2.3.4:1", "1:2:3:4:5:6:7:1.2.3.4", "[::1]"});
}

BOOST_AUTO_TEST_CASE(emails_are_plain_addresses) {
  good("email",
       {"alice@example.com", "a.b+c@example", "x@xn--e1afmkfd.example", "!#$%&'*+-/=?^_`{|}~@example.com"});
  bad("email",
      {"", "@", "alice", "alice@", "@example.com", "alice@@example.com", ".a@example.com", "a.@example.com",
       "a..b@example.com", "a b@example.com", "\"a\"@example.com", "a@[192.0.2.1]", "a@example..com",
       "a@-example.com", "a@example-.com", "a@example.com.", "a\n@example.com", "\xc3\xa4@example.com"});
  bad("email", {std::string(65, 'a') + "@example.com"});
  good("email", {std::string(64, 'a') + "@example.com"});
}

BOOST_AUTO_TEST_CASE(host_names_have_labels_of_letters_digits_and_dashes) {
  good("hostname", {"localhost", "example.com", "1.example", std::string(63, 'a')});
  bad("hostname", {"", ".", "a..b", "-a", "a-", "a.-b", "a-.b", "a_b", "a.", std::string(64, 'a'),
                   std::string(254, 'a')});
}

BOOST_AUTO_TEST_CASE(uris_are_absolute) {
  // the examples of RFC 3986 section 1.1.2
  good("uri", {"ftp://ftp.is.co.za/rfc/rfc1808.txt", "http://www.ietf.org/rfc/rfc2396.txt",
               "ldap://[2001:db8::7]/c=GB?objectClass?one", "mailto:John.Doe@example.com",
               "news:comp.infosystems.www.servers.unix", "tel:+1-816-555-1212", "telnet://192.0.2.16:80/",
               "urn:oasis:names:specification:docbook:dtd:xml:4.1.2"});
  good("uri",
       {"https://user:pw@example.com:8443/a%20b?q=1#f", "file:///etc/hosts", "https://example.com:/", "a:"});
  bad("uri", {"", "example.com", "/path", "//example.com/", "1http://a/", "http//a", ":a", "http://a b/",
              "http://a/%2", "http://a/%zz", "http://a/<b>", "http://a/#b#c", "http://[::1/", "http://[::g]/",
              "http://a:8x/", "http://[::1]x/", "http://a/\xc3\xa4", "http://a/[", "http://a@b@c/"});
}

BOOST_AUTO_TEST_CASE(unknown_formats_say_nothing) {
  good("", {"", "anything"});
  good("color", {"red"});
}

BOOST_AUTO_TEST_SUITE_END()
