// tests/unit/http/forwarded.cpp - whose address a trusted proxy names, in each form, doubled and malformed
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/http/forwarded.hpp>

#include <boost/test/unit_test.hpp>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

BOOST_AUTO_TEST_SUITE(http_forwarded)

namespace {

using namespace mcpawl;
using http::address_range;
using http::field_view;

http::detail::proxy_rules rules(client_address_header header) {
  std::vector<std::string> errors;
  auto made =
      http::detail::proxy_rules::read({{"10.0.0.0/8", "127.0.0.1", "fd00::/8"}, header, false}, errors);
  BOOST_TEST(errors.empty());
  return made;
}

std::string client(client_address_header header, std::initializer_list<field_view> fields) {
  auto const head = http::request_head::make("GET", "/", fields);
  auto const found = http::detail::forwarded_client(head, rules(header));
  return found ? found->to_string() : "nobody";
}

std::string by_list(std::string_view value) {
  return client(client_address_header::x_forwarded_for, {{"X-Forwarded-For", value}});
}
std::string by_rfc(std::string_view value) {
  return client(client_address_header::forwarded, {{"Forwarded", value}});
}

bool holds(std::string_view range, char const* address) {
  return address_range::parse(range).value().contains(boost::asio::ip::make_address(address));
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_range_holds_its_addresses_and_no_others) {
  BOOST_TEST(holds("192.0.2.0/24", "192.0.2.255"));
  BOOST_TEST(!holds("192.0.2.0/24", "192.0.3.0"));
  BOOST_TEST(holds("192.0.2.0/24", "::ffff:192.0.2.1"));
  BOOST_TEST(holds("192.0.2.1", "192.0.2.1"));
  BOOST_TEST(!holds("192.0.2.1", "192.0.2.2"));
  BOOST_TEST(holds("0.0.0.0/0", "8.8.8.8"));
  BOOST_TEST(!holds("0.0.0.0/0", "2001:db8::1"));
  BOOST_TEST(holds("::/0", "8.8.8.8"));
  BOOST_TEST(holds("2001:db8::/33", "2001:db8:7fff::1"));
  BOOST_TEST(!holds("2001:db8::/33", "2001:db8:8000::1"));
  for (auto const* bad :
       {"", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.1/8", "10.0.0.0/8/8", "10.0.0.0/-1", "10.0.0.0/ 8",
        "10.0.0/8", "2001:db8::/129", "fe80::1%eth0", "localhost", "[::1]", "10.0.0.0/8x"})
    BOOST_TEST(!address_range::parse(bad).has_value(), bad);
}

BOOST_AUTO_TEST_CASE(cloudflare_names_one_address) {
  auto const by = [](std::initializer_list<field_view> fields) {
    return client(client_address_header::cf_connecting_ip, fields);
  };
  BOOST_TEST(by({{"cf-connecting-ip", " 192.0.2.1 "}}) == "192.0.2.1");
  BOOST_TEST(by({{"CF-Connecting-IP", "2001:db8::1"}}) == "2001:db8::1");
  BOOST_TEST(by({}) == "nobody");
  BOOST_TEST(by({{"CF-Connecting-IP", "192.0.2.1"}, {"Cf-Connecting-Ip", "192.0.2.1"}}) == "nobody");
  BOOST_TEST(by({{"X-Forwarded-For", "192.0.2.1"}, {"Forwarded", "for=192.0.2.1"}}) == "nobody");
  std::string const long_one(4000, '1');
  for (std::string const& bad : {std::string(), std::string("unknown"), std::string("192.0.2.1, 192.0.2.2"),
                                 std::string("192.0.2.1:80"), std::string("[2001:db8::1]"),
                                 std::string("192.0.2.256"), std::string("fe80::1%1"), long_one})
    BOOST_TEST(by({{"CF-Connecting-IP", bad}}) == "nobody", bad);
}

BOOST_AUTO_TEST_CASE(a_list_is_read_from_the_right_past_the_proxies_that_are_known) {
  BOOST_TEST(by_list("192.0.2.1") == "192.0.2.1");
  BOOST_TEST(by_list("1.1.1.1, 192.0.2.1") == "192.0.2.1");
  BOOST_TEST(by_list("1.1.1.1,192.0.2.1 ,\t10.0.0.3, 127.0.0.1") == "192.0.2.1");
  BOOST_TEST(by_list("1.1.1.1, 192.0.2.1, 8.8.8.8") == "8.8.8.8");
  // what is left of the answer is a stranger's word, and is not read
  BOOST_TEST(by_list("garbage, 192.0.2.1, 10.0.0.3") == "192.0.2.1");
  BOOST_TEST(by_list("10.0.0.2, 10.0.0.3") == "10.0.0.2");
  BOOST_TEST(by_list("192.0.2.1:4711") == "192.0.2.1");
  BOOST_TEST(by_list("[2001:db8::1]:4711, fd00::7") == "2001:db8::1");
  BOOST_TEST(by_list("::ffff:10.1.1.1") == "::ffff:10.1.1.1");
}

BOOST_AUTO_TEST_CASE(a_list_that_is_malformed_or_doubled_names_nobody) {
  for (auto const* bad : {"", ",", "192.0.2.1,", "192.0.2.1, , 10.0.0.1", "unknown", "192.0.2.1, garbage",
                          "192.0.2.1:", "192.0.2.1:port", "192.0.2.1:123456", "[192.0.2.1]", "[2001:db8::1",
                          "2001:db8::1]", "\"192.0.2.1\"", "192.0.2.1;10.0.0.1"})
    BOOST_TEST(by_list(bad) == "nobody", bad);
  BOOST_TEST(client(client_address_header::x_forwarded_for,
                    {{"X-Forwarded-For", "192.0.2.1"}, {"x-forwarded-for", "192.0.2.1"}}) == "nobody");
  std::string const endless(3000, ',');
  BOOST_TEST(by_list(endless) == "nobody");
}

BOOST_AUTO_TEST_CASE(the_standard_header_has_quotes_ports_and_parameters) {
  BOOST_TEST(by_rfc("for=192.0.2.1") == "192.0.2.1");
  BOOST_TEST(by_rfc("For=\"192.0.2.1:80\";proto=https;by=203.0.113.43") == "192.0.2.1");
  BOOST_TEST(by_rfc("proto=http; for=\"[2001:db8::1]:4711\"") == "2001:db8::1");
  BOOST_TEST(by_rfc("for=1.1.1.1, for=192.0.2.1, for=10.0.0.3") == "192.0.2.1");
  BOOST_TEST(by_rfc("for=1.1.1.1;host=\"a,b;c\\\"\", for=\"192.0.2.\\1\"") == "192.0.2.1");
  BOOST_TEST(by_rfc("for=unknown, for=192.0.2.1") == "192.0.2.1");
}

BOOST_AUTO_TEST_CASE(a_standard_header_that_is_malformed_hidden_or_doubled_names_nobody) {
  for (auto const* bad :
       {"", "for", "for=", "for=unknown", "for=_hidden", "for=192.0.2.1,", "for=192.0.2.1;",
        "for=\"192.0.2.1", "for=\"192.0.2.1\\", "for=192.0.2.1;for=8.8.8.8", "by=192.0.2.1",
        "for=192.0.2.1, proto=http", "for=192.0.2.1 x", "=192.0.2.1", "for=192.0.2.1:80", "for = 192.0.2.1"})
    BOOST_TEST(by_rfc(bad) == "nobody", bad);
  BOOST_TEST(client(client_address_header::forwarded,
                    {{"Forwarded", "for=192.0.2.1"}, {"Forwarded", "for=192.0.2.1"}}) == "nobody");
}

BOOST_AUTO_TEST_CASE(rules_that_make_no_sense_are_listed) {
  auto const wrong = [](trusted_proxies const& from) {
    std::vector<std::string> errors;
    http::detail::proxy_rules::read(from, errors);
    return errors.size();
  };
  auto const xff = client_address_header::x_forwarded_for;
  BOOST_TEST(wrong({}) == 0U);
  BOOST_TEST(wrong({{"unix", "10.0.0.0/8"}, xff, false}) == 0U);
  BOOST_TEST(wrong({{"127.0.0.1"}, client_address_header::none, true}) == 0U);
  BOOST_TEST(wrong({{"10.0.0.0/33", "localhost"}, xff, false}) == 2U);
  BOOST_TEST(wrong({{}, xff, false}) == 1U);
  BOOST_TEST(wrong({{"127.0.0.1"}, client_address_header::none, false}) == 1U);
  BOOST_TEST(wrong({{"127.0.0.1"}, xff, true}) == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
