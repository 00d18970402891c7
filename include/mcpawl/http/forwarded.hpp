// mcpawl/http/forwarded.hpp - reads in the header of a trusted proxy from which address a request came
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/http/address_range.hpp>
#include <mcpawl/http/fields.hpp>
#include <mcpawl/http/request_head.hpp>
#include <mcpawl/http/trusted_proxies.hpp>

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::http::detail {

/** The rules of `trusted_proxies`, read once. */
struct proxy_rules {
  std::vector<address_range> peers = {};
  bool unix_peers = false;
  client_address_header header = client_address_header::none;
  bool proxy_protocol = false;

  /** @par Errors
      Appends a sentence to `errors` for each thing that is wrong. */
  static proxy_rules read(trusted_proxies const& from, std::vector<std::string>& errors) {
    proxy_rules made;
    made.header = from.header;
    made.proxy_protocol = from.proxy_protocol;
    for (auto const& each : from.peers) {
      if (each == "unix") {
        made.unix_peers = true;
      } else if (auto const range = address_range::parse(each)) {
        made.peers.push_back(*range);
      } else {
        errors.push_back("trusted proxy \"" + each +
                         "\" is no IP address, no network such as 10.0.0.0/8 and not \"unix\"");
      }
    }
    bool const used = from.header != client_address_header::none || from.proxy_protocol;
    if (used && from.peers.empty())
      errors.emplace_back("proxies.peers is empty: it must name whose word counts");
    if (!used && !from.peers.empty())
      errors.emplace_back("proxies has peers, but neither a header nor proxy_protocol");
    if (from.header != client_address_header::none && from.proxy_protocol)
      errors.emplace_back("proxies has a header and proxy_protocol: one of them must tell the address");
    return made;
  }

  bool trusts(boost::asio::ip::address const& peer, bool unix_socket) const noexcept {
    if (unix_socket) return unix_peers;
    return names(peer);
  }
  bool names(boost::asio::ip::address const& address) const noexcept {
    return std::any_of(peers.begin(), peers.end(),
                       [&](address_range const& r) { return r.contains(address); });
  }
};

/** Read an address with or without a port: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]:80`. */
inline std::optional<boost::asio::ip::address> address_of_node(std::string_view text) {
  std::string_view port;
  if (text.starts_with('[')) {
    std::size_t const end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    port = text.substr(end + 1);
    text = text.substr(1, end - 1);
    if (text.find(':') == std::string_view::npos) return std::nullopt;
  } else if (std::size_t const colon = text.find(':');
             colon != std::string_view::npos && colon == text.rfind(':')) {
    port = text.substr(colon);
    text = text.substr(0, colon);
  }
  bool const good_port = port.empty() || (port.front() == ':' && port.size() >= 2 && port.size() <= 6 &&
                                          port.find_first_not_of("0123456789", 1) == std::string_view::npos);
  return good_port ? address_range::parse_address(text) : std::nullopt;
}

/** Cuts a list of RFC 7239 at its commas and semicolons, which may stand in quoted strings. */
class forwarded_reader {
public:
  explicit forwarded_reader(std::string_view text) noexcept : rest_(text) {}

  /** The value of `for` of each element, from the left; nothing if the list is malformed. An element without a `for` has
      an empty value. */
  std::optional<std::vector<std::string>> nodes() {
    std::vector<std::string> out(1);
    bool named = false;
    for (;;) {
      skip_space();
      std::size_t const equals = rest_.find('=');
      if (equals == std::string_view::npos || !is_token(rest_.substr(0, equals))) return std::nullopt;
      bool const is_for = iequals(rest_.substr(0, equals), "for");
      rest_.remove_prefix(equals + 1);
      auto value = take_value();
      if (!value || (is_for && named)) return std::nullopt;
      if (is_for) {
        out.back() = std::move(*value);
        named = true;
      }
      skip_space();
      if (rest_.empty()) return out;
      char const mark = rest_.front();
      rest_.remove_prefix(1);
      if (mark == ',') {
        out.emplace_back();
        named = false;
      } else if (mark != ';') {
        return std::nullopt;
      }
    }
  }

private:
  void skip_space() noexcept {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t')) rest_.remove_prefix(1);
  }

  std::optional<std::string> take_value() {
    if (!rest_.starts_with('"')) {
      std::string_view const token = rest_.substr(0, rest_.find_first_of(",; \t"));
      rest_.remove_prefix(token.size());
      return is_token(token) ? std::optional(std::string(token)) : std::nullopt;
    }
    std::string value;
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '"') {
        rest_.remove_prefix(i + 1);
        return value;
      }
      if (rest_[i] == '\\' && ++i == rest_.size()) break;
      value += rest_[i];
    }
    return std::nullopt;
  }

  std::string_view rest_;
};

/** The last address of a list that is none of the proxies; nothing if one is malformed before that is found. */
template <class Items>
std::optional<boost::asio::ip::address> last_foreign(Items const& items, proxy_rules const& rules) {
  std::optional<boost::asio::ip::address> found;
  for (auto it = items.rbegin(); it != items.rend(); ++it) {
    found = address_of_node(trim(*it));
    if (!found || !rules.names(*found)) return found;
  }
  return found;
}

/** From which address a request came, by the header of a peer that is trusted; nothing if that does not say. */
inline std::optional<boost::asio::ip::address> forwarded_client(request_head const& head,
                                                                proxy_rules const& rules) {
  std::string_view const name = rules.header == client_address_header::cf_connecting_ip  ? "CF-Connecting-IP"
                                : rules.header == client_address_header::x_forwarded_for ? "X-Forwarded-For"
                                                                                         : "Forwarded";
  if (rules.header == client_address_header::none || head.count(name) != 1) return std::nullopt;
  std::string_view const value = *head.find(name);
  if (rules.header == client_address_header::cf_connecting_ip) return address_range::parse_address(value);
  constexpr std::size_t longest = 2048;  // no chain of proxies is longer, and each address is read
  if (value.size() > longest) return std::nullopt;
  if (rules.header == client_address_header::forwarded) {
    auto const nodes = forwarded_reader(value).nodes();
    return nodes ? last_foreign(*nodes, rules) : std::nullopt;
  }
  std::vector<std::string_view> items;
  for (std::string_view rest = value;;) {
    std::size_t const comma = rest.find(',');
    items.push_back(rest.substr(0, comma));
    if (comma == std::string_view::npos) return last_foreign(items, rules);
    rest.remove_prefix(comma + 1);
  }
}

}  // namespace mcpawl::http::detail
