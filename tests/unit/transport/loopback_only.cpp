// tests/unit/transport/loopback_only.cpp - what is taken for a request of this machine
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/transport/loopback_only.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/test/unit_test.hpp>

#include <string_view>

BOOST_AUTO_TEST_SUITE(transport_loopback_only)

namespace {

using mcpawl::detail::not_from_this_machine;
using mcpawl::http::request_head;

auto const here = boost::asio::ip::make_address("127.0.0.1");

bool from(char const* peer) {
  auto const head = request_head::make("POST", "/mcp", {{"Host", "localhost"}});
  return !not_from_this_machine(boost::asio::ip::make_address(peer), head);
}
bool named(std::string_view host) {
  return !not_from_this_machine(here, request_head::make("POST", "/mcp", {{"Host", host}}));
}
bool with(std::string_view name) {
  auto const head = request_head::make("POST", "/mcp", {{"Host", "localhost"}, {name, "x"}});
  return !not_from_this_machine(here, head);
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_peer_is_of_this_machine) {
  for (auto const* peer : {"127.0.0.1", "127.8.8.8", "::1"}) BOOST_TEST(from(peer), peer);
  for (auto const* peer :
       {"192.168.1.7", "10.0.0.1", "0.0.0.0", "::", "fe80::1", "2001:db8::1", "::ffff:127.0.0.1"})
    BOOST_TEST(!from(peer), peer);
}

BOOST_AUTO_TEST_CASE(the_host_is_a_name_of_loopback_and_there_is_one) {
  for (auto const* host : {"localhost", "LOCALHOST:8080", "127.0.0.1:1", "[::1]", "[::1]:8080"})
    BOOST_TEST(named(host), host);
  for (auto const* host : {"", "mcp.example.com", "localhost.evil.example", "127.0.0.1.evil.example",
                           "127.0.0.2", "localhost:", "localhost, evil.example", "192.168.1.7:8080"})
    BOOST_TEST(!named(host), host);
  BOOST_TEST(not_from_this_machine(here, request_head::make("POST", "/mcp")).has_value());
  auto const twice = request_head::make("POST", "/mcp", {{"Host", "localhost"}, {"Host", "localhost"}});
  BOOST_TEST(not_from_this_machine(here, twice).has_value());
}

BOOST_AUTO_TEST_CASE(what_a_proxy_hands_on_is_not_of_this_machine) {
  for (auto const* name : {"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "x-forwarded-proto",
                           "X-Real-IP", "Via", "CF-Connecting-IP", "Cf-Ray", "Cf-Access-Jwt-Assertion"})
    BOOST_TEST(!with(name), name);
  BOOST_TEST(with("Authorization"));
  BOOST_TEST(with("X-Api-Key"));
  auto const absolute = request_head::make("POST", "http://localhost/mcp", {{"Host", "localhost"}});
  BOOST_TEST(not_from_this_machine(here, absolute).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
