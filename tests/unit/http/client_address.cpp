// tests/unit/http/client_address.cpp - from which address a request came
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/http/client_address.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

BOOST_AUTO_TEST_SUITE(http_client_address)

using namespace mcpawl::http;

std::string caller(std::string const& peer, std::string_view field,
                   std::initializer_list<field_view> fields = {}) {
  auto const head = request_head::make("GET", "/", fields);
  return client_address(head, boost::asio::ip::make_address(peer), field);
}

BOOST_AUTO_TEST_CASE(without_a_field_a_public_address_counts_and_a_private_one_may_be_a_proxy) {
  field_view const claimed{"X-Forwarded-For", "9.9.9.9"};
  BOOST_TEST(caller("8.8.8.8", "", {claimed}) == "8.8.8.8");
  for (auto const* peer : {"127.0.0.1", "10.1.2.3", "192.168.1.1", "172.17.0.1", "::1", "fd00::1", "fe80::1"})
    BOOST_TEST(caller(peer, "", {claimed}) == "", peer);
}

BOOST_AUTO_TEST_CASE(an_ipv6_network_is_one_caller_and_a_mapped_address_is_the_ipv4_one) {
  BOOST_TEST(caller("2a00:1450:4001:81b::200e", "") == "2a00:1450:4001:81b::/64");
  BOOST_TEST(caller("2a00:1450:4001:81b:ffff::1", "") == "2a00:1450:4001:81b::/64");
  BOOST_TEST(caller("2a00:1450:4001:81c::200e", "") == "2a00:1450:4001:81c::/64");
  BOOST_TEST(caller("127.0.0.1", "X-Real-IP", {{"x-real-ip", "::ffff:8.8.8.8"}}) == "8.8.8.8");
}

BOOST_AUTO_TEST_CASE(the_last_address_is_the_one_that_the_proxy_has_seen) {
  constexpr char const* name = "X-Forwarded-For";
  BOOST_TEST(caller("127.0.0.1", name, {{"x-forwarded-for", "8.8.8.8"}}) == "8.8.8.8");
  BOOST_TEST(caller("127.0.0.1", name, {{"X-Forwarded-For", "1.1.1.1, 8.8.4.4 ,\t9.9.9.9 "}}) == "9.9.9.9");
  BOOST_TEST(caller("127.0.0.1", name, {{"X-Forwarded-For", "1.1.1.1"}, {"X-Forwarded-For", "9.9.9.9"}}) ==
             "9.9.9.9");
  BOOST_TEST(caller("127.0.0.1", name, {{"X-Forwarded-For", "10.1.2.3"}}) == "10.1.2.3");
}

BOOST_AUTO_TEST_CASE(without_a_word_of_the_proxy_the_connection_counts) {
  std::string const long_one(4000, '1');
  BOOST_TEST(caller("127.0.0.1", "CF-Connecting-IP") == "127.0.0.1");
  for (std::string const& strange : {std::string(), std::string("unknown"), std::string("1.1.1.1,"),
                                     std::string("1.1.1.1:80"), std::string("[::1]"), long_one})
    BOOST_TEST(caller("8.8.8.8", "CF-Connecting-IP", {{"CF-Connecting-IP", strange}}) == "8.8.8.8", strange);
}

BOOST_AUTO_TEST_SUITE_END()
