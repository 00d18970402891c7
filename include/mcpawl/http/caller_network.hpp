// mcpawl/http/caller_network.hpp - the addresses that one caller has
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/ip/address.hpp>

#include <algorithm>

namespace mcpawl::http {

/** The address by which a caller is counted: of IPv6 the first 64 bits, the rest being zero, since one customer
    gets a network of that size; an IPv4 address mapped into IPv6 is that IPv4 address. */
inline boost::asio::ip::address caller_network(boost::asio::ip::address const& from) {
  namespace ip = boost::asio::ip;
  if (from.is_v4()) return from;
  auto const v6 = from.to_v6();
  if (v6.is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, v6);
  auto bytes = v6.to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
  return ip::address_v6(bytes);
}

}  // namespace mcpawl::http
