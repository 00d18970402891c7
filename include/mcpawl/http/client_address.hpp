// mcpawl/http/client_address.hpp - from which address a request came, by the connection or by a proxy's word
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/http/caller_network.hpp>
#include <mcpawl/http/fields.hpp>
#include <mcpawl/http/public_address.hpp>
#include <mcpawl/http/request_head.hpp>

#include <boost/asio/ip/address.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace mcpawl::http {

namespace detail {

inline std::string caller_of(boost::asio::ip::address const& from) {
  auto const network = caller_network(from);
  return network.is_v4() ? network.to_string() : network.to_string() + "/64";
}

/** The address that the proxy next to us has written: the last one of the last such field. */
inline std::optional<boost::asio::ip::address> written_address(request_head const& head,
                                                               std::string_view field_name) {
  std::optional<std::string_view> last;
  for (auto const& field : head.fields())
    if (iequals(field.name, field_name)) last = field.value;
  if (!last) return std::nullopt;
  std::size_t const comma = last->rfind(',');
  std::string_view const text = trim(comma == std::string_view::npos ? *last : last->substr(comma + 1));
  constexpr std::size_t longest = 45;  // of an IPv6 address with an IPv4 one in it
  if (text.size() > longest) return std::nullopt;
  boost::system::error_code bad;
  auto const address = boost::asio::ip::make_address(std::string{text}, bad);
  if (bad) return std::nullopt;
  return address;
}

}  // namespace detail

/** Name the caller by address, to count what they use up; an IPv6 address by its network of 64 bits.

    With a field name such as `CF-Connecting-IP` or `X-Forwarded-For`, the last address in the last such field
    counts: the one that the proxy next to this server has seen, since all before it are the caller's word. Name
    a field only where every request comes by a proxy that sets it or appends to it; where several proxies append
    in a row, name one that the outermost sets. Where the field is missing or no address, the connection counts.

    Without a field name the address of the connection counts if it is a public one. A private one or loopback
    may be that of a proxy, behind which everybody is, so the result is empty: the caller is not known.

    @param named  what a trusted proxy of the listener has said (`exchange::named_client`): it counts before all else
*/
inline std::string client_address(request_head const& head, boost::asio::ip::address const& peer,
                                  std::string_view field_name,
                                  std::optional<boost::asio::ip::address> const& named = std::nullopt) {
  if (named) return detail::caller_of(*named);
  if (field_name.empty()) return is_public(peer) ? detail::caller_of(peer) : std::string();
  auto const written = detail::written_address(head, field_name);
  return detail::caller_of(written ? *written : peer);
}

}  // namespace mcpawl::http
