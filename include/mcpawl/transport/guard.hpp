// mcpawl/transport/guard.hpp - which hosts and origins a request may name, against DNS rebinding and foreign
// pages
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/http/fields.hpp>
#include <mcpawl/http/request_head.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** A host and the port behind it, if one is named. */
struct authority {
  std::string_view host;
  std::string_view port;
};

/** Split `host[:port]` or `[v6][:port]`; nothing if anything else is in it. */
inline std::optional<authority> split_authority(std::string_view text) noexcept {
  std::size_t end = 0;
  if (text.starts_with('[')) {
    end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    ++end;
  } else {
    end = std::min(text.find(':'), text.size());
  }
  authority found{text.substr(0, end), {}};
  constexpr std::string_view forbidden = "/@?#\\ \t,;";
  if (found.host.empty() || found.host.find_first_of(forbidden) != std::string_view::npos)
    return std::nullopt;
  if (end == text.size()) return found;
  if (text[end] != ':') return std::nullopt;
  found.port = text.substr(end + 1);
  if (found.port.empty() || found.port.size() > 5 ||
      found.port.find_first_not_of("0123456789") != std::string_view::npos)
    return std::nullopt;
  return found;
}

inline bool is_loopback_name(std::string_view host) noexcept {
  return http::iequals(host, "localhost") || host == "127.0.0.1" || host == "[::1]";
}

/** Decides by `Host` and `Origin` whether a request may come in at all.

    A page in a browser can be made to send requests here: by a name that is rebound to our address, or
    simply across sites, with credentials that something in front adds. So the host must be one of ours,
    and a page must come from the same host or from an origin that was allowed (MCP "Transports", "Security
    Warning": origins MUST be validated).

    @par Thread safety
    Only read after construction.
*/
class guard {
public:
  /** @param allowed_hosts    `name` (any port) or `name:port`, besides the names of loopback.
      @param allowed_origins  `scheme://host[:port]`, as browsers send them.
      @param any_host         accept every `Host`: for servers that others reach by names we do not know. */
  guard(std::vector<std::string> allowed_hosts, std::vector<std::string> allowed_origins, bool any_host)
      : hosts_(std::move(allowed_hosts)), origins_(std::move(allowed_origins)), any_host_(any_host) {}

  /** Why a request is refused, in words for its sender; nothing if it may come in.

      @param any_origin  check the host alone: for paths that every page may use. */
  std::optional<std::string_view> refusal(http::request_head const& head, bool any_origin = false) const {
    auto const host = head.find("host");
    auto const named = host ? split_authority(*host) : std::nullopt;
    if (!named || !(any_host_ || allowed_host(*named)))
      return "this host name is not allowed: add it to the allowed hosts of the server";
    auto const origin = head.find("origin");
    if (!origin || any_origin) return std::nullopt;
    if (head.count("origin") != 1) return "Origin is repeated";
    if (allowed_origin(*origin, *host, *named)) return std::nullopt;
    if (*origin == "null")
      return "a page without an origin is not allowed: serve it by HTTP, not from a file or a sandbox";
    return "this origin is not allowed: add it to the allowed origins of the server";
  }

  /** Whether a text may be given as an allowed origin: `scheme://host[:port]`, or, for the schemes of apps,
      a `*` in place of the host; among web sites a wildcard would let in what nobody thought of. */
  static bool is_origin(std::string_view text) {
    auto const colon = text.find("://");
    if (colon == std::string_view::npos || colon == 0) return false;
    std::string_view const rest = text.substr(colon + 3);
    if (rest == "*") return !is_web_scheme(text.substr(0, colon));
    return rest.find('*') == std::string_view::npos && split_authority(rest);
  }

private:
  static bool is_web_scheme(std::string_view scheme) noexcept {
    return http::iequals(scheme, "http") || http::iequals(scheme, "https");
  }

  /** Whether an entry of the allowed origins names this one; browsers leave out the usual port of a scheme.
   */
  static bool names(std::string_view allowed, std::string_view origin) noexcept {
    for (auto const& [scheme, port] : {std::pair("https://", ":443"), std::pair("http://", ":80")})
      if (http::iequals(allowed.substr(0, std::string_view(scheme).size()), scheme) &&
          allowed.ends_with(port))
        allowed.remove_suffix(std::string_view(port).size());
    if (http::iequals(allowed, origin)) return true;
    constexpr std::string_view any = "://*";
    if (!allowed.ends_with(any)) return false;
    std::string_view const scheme = allowed.substr(0, allowed.size() - 1);
    return origin.size() > scheme.size() && http::iequals(origin.substr(0, scheme.size()), scheme);
  }

  bool allowed_host(authority const& named) const {
    if (is_loopback_name(named.host)) return true;
    return std::any_of(hosts_.begin(), hosts_.end(), [&](std::string const& entry) {
      auto const allowed = split_authority(entry);
      return allowed && http::iequals(allowed->host, named.host) &&
             (allowed->port.empty() || allowed->port == named.port);
    });
  }

  bool allowed_origin(std::string_view origin, std::string_view host, authority const& named) const {
    for (auto const& allowed : origins_)
      if (names(allowed, origin)) return true;
    auto const colon = origin.find("://");
    if (colon == std::string_view::npos) return false;  // "null" among others
    std::string_view const scheme = origin.substr(0, colon);
    if (!is_web_scheme(scheme)) return false;
    std::string_view const rest = origin.substr(colon + 3);
    auto const from = split_authority(rest);
    if (!from) return false;
    if (http::iequals(rest, host)) return true;
    return is_loopback_name(from->host) && is_loopback_name(named.host);
  }

  std::vector<std::string> hosts_;
  std::vector<std::string> origins_;
  bool any_host_;
};

}  // namespace mcpawl::detail
