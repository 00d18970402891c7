// tests/unit/http/proxy_protocol.cpp - headers of the PROXY protocol: whole, cut anywhere, and wrong
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/http/proxy_protocol.hpp>

#include <boost/test/unit_test.hpp>

#include <initializer_list>
#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(http_proxy_protocol)

namespace {

using mcpawl::http::detail::proxy_header;
using state = proxy_header::state;

std::string bytes(std::initializer_list<int> values) {
  std::string out;
  for (int v : values) out += static_cast<char>(v);
  return out;
}

std::string header(int command, int family, std::string const& rest) {
  using namespace std::string_literals;
  auto const size = static_cast<int>(rest.size());
  return "\r\n\r\n\0\r\nQUIT\n"s + bytes({command, family, size >> 8, size & 255}) + rest;
}

std::string const v4 = bytes({192, 0, 2, 7, 10, 0, 0, 1, 0x1f, 0x90, 0, 80});
std::string v6() {
  std::string out = bytes({0x20, 0x01, 0x0d, 0xb8}) + std::string(11, '\0') + bytes({9});
  return out + std::string(16, '\1') + bytes({0x01, 0xbb, 0, 80});
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_address_and_port_of_the_client_are_read) {
  auto const four = proxy_header::read(header(0x21, 0x11, v4));
  BOOST_TEST((four.what == state::complete));
  BOOST_TEST(four.size == 28U);
  BOOST_TEST(four.source.value().address().to_string() == "192.0.2.7");
  BOOST_TEST(four.source.value().port() == 8080);
  auto const six = proxy_header::read(header(0x21, 0x21, v6()));
  BOOST_TEST(six.source.value().address().to_string() == "2001:db8::9");
  BOOST_TEST(six.source.value().port() == 443);
}

BOOST_AUTO_TEST_CASE(what_is_behind_the_addresses_belongs_to_the_header_and_what_follows_does_not) {
  auto const got = proxy_header::read(header(0x21, 0x11, v4 + "more of it") + "GET / HTTP/1.1");
  BOOST_TEST((got.what == state::complete));
  BOOST_TEST(got.size == 38U);
  BOOST_TEST(got.source.has_value());
}

BOOST_AUTO_TEST_CASE(a_proxy_may_speak_for_itself_or_for_a_client_without_an_address) {
  for (auto const& text : {header(0x20, 0x00, ""), header(0x20, 0x11, v4), header(0x21, 0x00, ""),
                           header(0x21, 0x31, std::string(216, 'u'))}) {
    auto const got = proxy_header::read(text);
    BOOST_TEST((got.what == state::complete));
    BOOST_TEST(!got.source.has_value());
  }
}

BOOST_AUTO_TEST_CASE(a_header_that_is_cut_anywhere_is_waited_for_and_no_byte_more) {
  for (auto const& text :
       {header(0x21, 0x11, v4), header(0x21, 0x21, v6() + "tlv"), header(0x20, 0x00, "")}) {
    for (std::size_t cut = 0; cut != text.size(); ++cut) {
      auto const got = proxy_header::read(std::string_view(text).substr(0, cut));
      BOOST_TEST((got.what == state::incomplete), cut);
      BOOST_TEST(got.size == (cut < 16 ? 16 : text.size()), cut);
    }
    BOOST_TEST((proxy_header::read(text).what == state::complete));
  }
}

BOOST_AUTO_TEST_CASE(anything_else_is_refused_at_its_first_wrong_byte) {
  std::string const good = header(0x21, 0x11, v4);
  for (std::size_t at = 0; at != 12; ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x40);
    BOOST_TEST((proxy_header::read(std::string_view(bad).substr(0, at + 1)).what == state::malformed), at);
  }
  BOOST_TEST((proxy_header::read("G").what == state::malformed));
  BOOST_TEST((proxy_header::read("PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n").what == state::malformed));
  for (auto const& bad :
       {header(0x11, 0x11, v4), header(0x22, 0x11, v4), header(0x21, 0x12, v4), header(0x21, 0x22, v6()),
        header(0x21, 0x11, v4.substr(1)), header(0x21, 0x21, v4), header(0x21, 0x41, v4)})
    BOOST_TEST((proxy_header::read(bad).what == state::malformed));
}

BOOST_AUTO_TEST_CASE(a_header_is_no_longer_than_its_bound) {
  std::size_t const most = proxy_header::max_size - 16 - v4.size();
  BOOST_TEST((proxy_header::read(header(0x21, 0x11, v4 + std::string(most, 't'))).what == state::complete));
  auto const over = header(0x21, 0x11, v4 + std::string(most + 1, 't'));
  BOOST_TEST((proxy_header::read(std::string_view(over).substr(0, 16)).what == state::malformed));
}

BOOST_AUTO_TEST_SUITE_END()
