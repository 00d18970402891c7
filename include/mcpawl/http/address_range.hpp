// mcpawl/http/address_range.hpp - an IP address, or a network of them in the notation of CIDR
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace mcpawl::http {

/** Addresses that begin with the same bits, such as `192.0.2.0/24` and `2001:db8::/32`, or a single one.

    An IPv4 address mapped into IPv6 counts as that IPv4 address.
*/
class address_range {
public:
  /** Read one; nothing if it is malformed, or has bits set behind those that count. */
  static std::optional<address_range> parse(std::string_view text) {
    std::size_t const slash = text.find('/');
    auto const address = parse_address(text.substr(0, slash));
    if (!address) return std::nullopt;
    address_range made;
    made.bytes_ = bytes_of(*address);
    unsigned const size = address->is_v4() ? 32 : 128;
    unsigned bits = size;
    if (slash != std::string_view::npos) {
      std::string_view const number = text.substr(slash + 1);
      auto const end = number.data() + number.size();
      auto const read = std::from_chars(number.data(), end, bits);
      if (number.empty() || read.ec != std::errc() || read.ptr != end || bits > size) return std::nullopt;
    }
    made.bits_ = bits + 128 - size;
    for (unsigned i = made.bits_; i != 128; ++i)
      if (made.bit(made.bytes_, i)) return std::nullopt;
    return made;
  }

  bool contains(boost::asio::ip::address const& address) const noexcept {
    auto const bytes = bytes_of(address);
    for (unsigned i = 0; i != bits_; ++i)
      if (bit(bytes, i) != bit(bytes_, i)) return false;
    return true;
  }

  /** Read an address, with no port or brackets. */
  static std::optional<boost::asio::ip::address> parse_address(std::string_view text) {
    constexpr std::size_t longest = 45;  // of an IPv6 address with an IPv4 one in it
    if (text.empty() || text.size() > longest || text.find('%') != std::string_view::npos)
      return std::nullopt;
    boost::system::error_code bad;
    auto const address = boost::asio::ip::make_address(std::string(text), bad);
    if (bad) return std::nullopt;
    return address;
  }

private:
  using raw_address = std::array<unsigned char, 16>;

  /** All addresses as IPv6 ones. */
  static raw_address bytes_of(boost::asio::ip::address const& address) noexcept {
    if (address.is_v6()) return address.to_v6().to_bytes();
    raw_address out{};
    out[10] = out[11] = 0xff;
    auto const v4 = address.to_v4().to_bytes();
    std::copy(v4.begin(), v4.end(), out.begin() + 12);
    return out;
  }
  static bool bit(raw_address const& of, unsigned i) noexcept { return (of[i / 8] & (0x80u >> i % 8)) != 0; }

  raw_address bytes_{};
  unsigned bits_ = 0;
};

}  // namespace mcpawl::http
