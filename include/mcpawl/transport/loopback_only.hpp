// mcpawl/transport/loopback_only.hpp - whether a request comes from a program of this machine, and straight from it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/http/request_head.hpp>
#include <mcpawl/transport/guard.hpp>

#include <boost/asio/ip/address.hpp>

#include <optional>
#include <string_view>

namespace mcpawl::detail {

/** Why a request is not taken for one of this machine, in words for its sender; nothing if it is.

    Listening on loopback is not enough: a tunnel or a reverse proxy on this machine hands on what others
    send, and a page of a browser here may have a name that was rebound to our address. What a proxy adds
    tells the first, `Host` the second. A proxy that hides itself altogether is not noticed.
*/
inline std::optional<std::string_view> not_from_this_machine(boost::asio::ip::address const& peer,
                                                             http::request_head const& head) {
  if (!peer.is_loopback()) return "only programs on the machine of this server may call it now";
  auto const host = head.find("host");
  auto const named = host ? split_authority(*host) : std::nullopt;
  if (!named || head.count("host") != 1 || !is_loopback_name(named->host))
    return "this server may be called now by the names localhost, 127.0.0.1 and [::1] alone";
  if (!head.target().starts_with('/')) return "this server may not be called through a proxy now";
  // `Cf-Access-Jwt-Assertion`: Access, or a stand-in for it, says who is calling, and would not be heard
  for (auto const* const added :
       {"forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via",
        "cf-connecting-ip", "cf-ray", "cf-access-jwt-assertion"})
    if (head.count(added) != 0) return "this server may not be called through a proxy now";
  return std::nullopt;
}

}  // namespace mcpawl::detail
