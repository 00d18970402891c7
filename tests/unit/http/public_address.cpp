// tests/unit/http/public_address.cpp - no address of this machine or its networks passes for a public one
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/http/public_address.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

BOOST_AUTO_TEST_SUITE(http_public_address)

using namespace mcpawl;
using boost::asio::ip::make_address;

BOOST_AUTO_TEST_CASE(public_addresses_are_public) {
  for (std::string const text :
       {"1.1.1.1",         "8.8.8.8",         "9.255.255.255",   "11.0.0.0",        "100.63.255.255",
        "100.128.0.0",     "126.255.255.255", "128.0.0.0",       "169.253.255.255", "169.255.0.0",
        "172.15.255.255",  "172.32.0.0",      "191.255.255.255", "192.0.1.0",       "192.0.3.0",
        "192.88.98.255",   "192.88.100.0",    "192.167.255.255", "192.169.0.0",     "198.17.255.255",
        "198.20.0.0",      "198.51.99.255",   "198.51.101.0",    "203.0.112.255",   "203.0.114.0",
        "223.255.255.255", "2606:4700::1111", "2001:4860::8888", "2a00::1",         "2001:200::1",
        "2001:db7::1",     "2001:db9::1",     "2003::1",         "3ffe::1",         "3fff:1000::1",
        "64:ff9b::808:808"})
    BOOST_TEST(http::is_public(make_address(text)), text);
}

BOOST_AUTO_TEST_CASE(attack_no_private_address_passes) {
  for (std::string const text :
       {"0.0.0.0",         "0.255.255.255",  "10.0.0.0",        "10.255.255.255",  "100.64.0.0",
        "100.127.255.255", "127.0.0.1",      "127.255.255.255", "169.254.169.254", "169.254.0.0",
        "172.16.0.0",      "172.31.255.255", "192.0.0.1",       "192.0.0.170",     "192.0.2.1",
        "192.88.99.1",     "192.168.0.1",    "192.168.255.255", "198.18.0.1",      "198.19.255.255",
        "198.51.100.7",    "203.0.113.9",    "224.0.0.1",       "239.255.255.255", "240.0.0.1",
        "255.255.255.255"})
    BOOST_TEST(!http::is_public(make_address(text)), text);
}

BOOST_AUTO_TEST_CASE(attack_no_special_address_of_ipv6_passes) {
  for (std::string const text :
       {"::",         "::1",     "::2",         "100::1",  "fc00::1",     "fd12:3456::1", "fe80::1",
        "febf::1",    "fec0::1", "ff02::1",     "ff0e::1", "2001:db8::1", "2001:2::1",    "2001:10::1",
        "2001:20::1", "3fff::1", "3fff:fff::1", "5f00::1", "4000::1",     "64:ff9b:1::1", "fe80::1%1"})
    BOOST_TEST(!http::is_public(make_address(text)), text);
}

BOOST_AUTO_TEST_CASE(attack_no_private_address_hides_in_another) {
  for (std::string const text :
       {"::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "::8.8.8.8",
        "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b::a9fe:a9fe",
        "64:ff9b::192.168.1.1",                                                    // NAT64
        "2002:7f00:1::1", "2002:a00:1::", "2002:a9fe:a9fe::1", "2002:808:808::1",  // 6to4
        "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001::1",                         // Teredo
        "2606:4700::5efe:10.0.0.1", "2606:4700::200:5efe:7f00:1"})                 // ISATAP
    BOOST_TEST(!http::is_public(make_address(text)), text);
}

BOOST_AUTO_TEST_CASE(a_rule_allows_what_it_says) {
  auto const loopback = make_address("127.0.0.1"), own = make_address("::1"), home = make_address("10.0.0.1"),
             world = make_address("1.1.1.1");
  using http::address_rule;
  for (auto const& each : {loopback, own, home, world}) BOOST_TEST(http::allows(address_rule::any, each));
  BOOST_TEST(http::allows(address_rule::only_public, world));
  BOOST_TEST(!http::allows(address_rule::only_public, loopback));
  BOOST_TEST(!http::allows(address_rule::only_public, own));
  BOOST_TEST(!http::allows(address_rule::only_public, home));
  BOOST_TEST(http::allows(address_rule::public_or_loopback, world));
  BOOST_TEST(http::allows(address_rule::public_or_loopback, loopback));
  BOOST_TEST(http::allows(address_rule::public_or_loopback, own));
  BOOST_TEST(!http::allows(address_rule::public_or_loopback, home));
}

BOOST_AUTO_TEST_SUITE_END()
