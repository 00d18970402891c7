// tests/unit/transport/address_key.cpp - by what anonymous callers are counted
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/transport/address_key.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

BOOST_AUTO_TEST_SUITE(transport_address_key)

std::string key_of(char const* address) {
  return std::string(mcpawl::detail::address_key(true, boost::asio::ip::make_address(address)).view());
}

BOOST_AUTO_TEST_CASE(an_address_is_a_caller_and_so_is_a_network_of_ipv6) {
  BOOST_TEST(key_of("192.0.2.1") != key_of("192.0.2.2"));
  BOOST_TEST(key_of("192.0.2.1") == key_of("::ffff:192.0.2.1"));
  BOOST_TEST(key_of("2001:db8:1:2::1") == key_of("2001:db8:1:2:ffff:ffff:ffff:ffff"));
  BOOST_TEST(key_of("2001:db8:1:2::1") != key_of("2001:db8:1:3::1"));
  // four bytes of one kind are not the beginning of eight of the other
  BOOST_TEST(key_of("32.1.13.184") != key_of("2001:db8::1").substr(0, 5));
}

BOOST_AUTO_TEST_CASE(who_has_a_name_is_not_counted_by_address) {
  auto const here = boost::asio::ip::make_address("192.0.2.1");
  BOOST_TEST(mcpawl::detail::address_key(false, here).view().empty());
}

BOOST_AUTO_TEST_CASE(a_proxy_on_this_machine_is_not_one_caller) {
  for (char const* here : {"127.0.0.1", "::1", "::ffff:127.0.0.1"}) BOOST_TEST(key_of(here).empty());
}

BOOST_AUTO_TEST_SUITE_END()
