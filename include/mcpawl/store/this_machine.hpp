// mcpawl/store/this_machine.hpp - whether a host is this machine by its spelling
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>

#include <boost/asio/ip/address.hpp>

#include <string>
#include <string_view>

namespace mcpawl::detail {

/** Whether a host in a URL of a store is `localhost` or a loopback address: what goes there needs no TLS. */
inline bool is_this_machine(std::string_view host) {
  if (host == "localhost") return true;
  error_code not_an_address;
  auto const address = boost::asio::ip::make_address(std::string(host), not_an_address);
  return !not_an_address && address.is_loopback();
}

}  // namespace mcpawl::detail
