// mcpawl/http/public_address.hpp - whether an IP address belongs to the public Internet
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <boost/asio/ip/address.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace mcpawl::unsafe {

/** Says that this machine may be asked as if it were a public host. For tests alone: in a server, strangers
    would choose what is asked of the services behind its firewall. */
struct loopback_is_public {
  explicit loopback_is_public() = default;
};

}  // namespace mcpawl::unsafe

namespace mcpawl::http {

/** Which addresses a fetch may connect to. */
enum class address_rule : unsigned char { any, only_public, public_or_loopback };

namespace detail {

/** A block of addresses: its first bytes, and how many bits of them count. */
template <std::size_t Size>
struct address_block {
  std::array<std::uint8_t, Size> bytes;
  unsigned bits;

  constexpr bool holds(std::span<std::uint8_t const> address) const noexcept {
    for (unsigned i = 0; i != bits; ++i) {
      unsigned const mask = 0x80u >> i % 8;
      if (((bytes[i / 8] ^ address[i / 8]) & mask) != 0) return false;
    }
    return true;
  }
};

/** What is not public in IPv4: the IANA registry of special-purpose addresses (RFC 6890), and multicast. */
inline constexpr address_block<4> special_v4[] = {
    {{0}, 8},              // this network
    {{10}, 8},             // private, RFC 1918
    {{100, 64}, 10},       // shared by carriers, RFC 6598
    {{127}, 8},            // loopback
    {{169, 254}, 16},      // link-local, and the metadata services of clouds
    {{172, 16}, 12},       // private
    {{192, 0, 0}, 24},     // protocol assignments
    {{192, 0, 2}, 24},     // documentation
    {{192, 88, 99}, 24},   // relays of 6to4, RFC 7526
    {{192, 168}, 16},      // private
    {{198, 18}, 15},       // benchmarks
    {{198, 51, 100}, 24},  // documentation
    {{203, 0, 113}, 24},   // documentation
    {{224}, 4},            // multicast
    {{240}, 4},            // reserved, and broadcast
};

inline constexpr address_block<4> global_v6{{0x20}, 3};  // all that has been given out so far, RFC 4291

/** What is not public in `global_v6`. */
inline constexpr address_block<4> special_v6[] = {
    {{0x20, 0x01, 0x00}, 23},        // protocol assignments: Teredo, ORCHID, benchmarks
    {{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    {{0x20, 0x02}, 16},              // 6to4, which leads to any IPv4 address
    {{0x3f, 0xff, 0x00}, 20},        // documentation, RFC 9637
};

/** NAT64, by which networks without IPv4 reach all of it (RFC 6052). */
inline constexpr address_block<12> nat64{{0x00, 0x64, 0xff, 0x9b}, 96};

constexpr bool is_public_v4(std::span<std::uint8_t const> address) noexcept {
  for (auto const& block : special_v4)
    if (block.holds(address)) return false;
  return true;
}

constexpr bool is_public_v6(std::span<std::uint8_t const> address) noexcept {
  if (nat64.holds(address)) return is_public_v4(address.last(4));
  if (!global_v6.holds(address)) return false;
  for (auto const& block : special_v6)
    if (block.holds(address)) return false;
  // ISATAP (RFC 5214): the last four bytes are an IPv4 address of a site
  bool const isatap =
      (address[8] & 0xfc) == 0 && address[9] == 0 && address[10] == 0x5e && address[11] == 0xfe;
  return !isatap;
}

}  // namespace detail

/** Tell whether an address is one that anybody on the Internet could reach as well: neither of this machine
    or its networks, nor of a kind that is translated into such a one, nor special in any other way.

    Of IPv6 only what has been given out (2000::/3) is public, without 6to4 and Teredo; IPv4 addresses written
    as IPv6 ones are not, but for NAT64, which counts as what it leads to.
*/
inline bool is_public(boost::asio::ip::address const& address) noexcept {
  if (address.is_v4()) {
    auto const bytes = address.to_v4().to_bytes();
    return detail::is_public_v4(bytes);
  }
  auto const bytes = address.to_v6().to_bytes();
  return detail::is_public_v6(bytes);
}

/** Tell whether a rule allows an address. */
inline bool allows(address_rule rule, boost::asio::ip::address const& address) noexcept {
  switch (rule) {
    case address_rule::any: return true;
    case address_rule::only_public: break;
    case address_rule::public_or_loopback:
      if (address.is_loopback()) return true;
  }
  return is_public(address);
}

}  // namespace mcpawl::http
