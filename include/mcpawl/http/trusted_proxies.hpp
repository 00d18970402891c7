// mcpawl/http/trusted_proxies.hpp - whose word about the address of a client counts, and how it is given
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <string>
#include <vector>

namespace mcpawl {

/** The header in which a proxy names the address of its client. */
enum class client_address_header : unsigned char {
  none,
  cf_connecting_ip,  ///< `CF-Connecting-IP`: one address, set by Cloudflare.
  x_forwarded_for,   ///< `X-Forwarded-For`: a list to which every proxy appends.
  forwarded,         ///< `Forwarded` (RFC 7239): the same, in a form of its own.
};

/** Who may say from which address a request comes, and how.

    The address is for bounds and for the log: it lets nobody in. Of a list the last address counts that is none of
    `peers`. A field that is missing, repeated or malformed says nothing, and the address of the connection counts.

    @code
    .proxies = {.peers = {"127.0.0.1", "10.0.0.0/8"}, .header = mcpawl::client_address_header::x_forwarded_for}
    @endcode
*/
struct trusted_proxies {
  /** Addresses and networks, such as `10.0.0.0/8`; `unix` for whoever reaches a Unix-domain socket. */
  std::vector<std::string> peers = {};
  client_address_header header = client_address_header::none;
  /** Every connection must begin with a header of the PROXY protocol, version 2; a connection of anybody but `peers` is
      closed. Without this such a header is refused. */
  bool proxy_protocol = false;
};

}  // namespace mcpawl
