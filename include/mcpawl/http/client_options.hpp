// mcpawl/http/client_options.hpp - what an HTTP client asks, whom it trusts, and what bounds it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/configuration_error.hpp>
#include <mcpawl/core/settings.hpp>
#include <mcpawl/http/fields.hpp>
#include <mcpawl/http/url.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl {

class observer;

namespace unsafe {

/** Says that requests may go over plain http beyond this machine: whoever is in between reads and changes them. */
struct plain_http {
  explicit plain_http() = default;
};

}  // namespace unsafe

/** The options of an `http_client`; docs/outbound_http.md has the reasons for the defaults. */
struct http_client_options {
  /** Scheme, host, perhaps port and path, such as `https://api.example.com/v1`: the one origin that is asked. Empty: each request has a
      whole URL. */
  std::string base_url = {};

  /** For looking the name up, the connection and the handshake of TLS. */
  std::chrono::milliseconds connect_timeout{5'000};
  /** For everything, with `connect_timeout` in it. */
  std::chrono::milliseconds timeout{30'000};
  std::size_t max_response_bytes = 1024 * 1024;  ///< Of the body of a response.
  std::size_t max_header_bytes = 64 * 1024;      ///< Of its status line and header fields.

  std::size_t max_idle_per_origin = 8;  ///< Connections that wait for another request; 0 makes one for each.
  std::size_t max_idle = 32;            ///< The same of all origins. Both count for each I/O thread.
  std::chrono::milliseconds max_idle_time{30'000};

  std::string user_agent = "mcpawl";  ///< Empty: none is sent.
  std::string ca_file = {};           ///< Certificates of authorities in PEM; empty: those of the system.

  /** Refuse hosts of which any address is not public: for URLs that strangers choose. */
  bool only_public_addresses = false;
  /** Take http:// for other machines, too. */
  std::optional<unsafe::plain_http> plain_http = {};

  /** Who is told of each request when it has ended: metrics, spans. None may be null, and all must outlive the requests. */
  std::vector<observer*> observers = {};

  /** Everything that is wrong, in sentences; empty if nothing is. */
  std::vector<std::string> validate() const {
    detail::option_errors errors;
    if (!base_url.empty()) errors.note("base_url", wrong_base());
    auto const positive = [&errors](std::string_view name, std::chrono::milliseconds time) {
      if (time <= std::chrono::milliseconds::zero()) errors.note(name, "must be more than 0");
    };
    positive("connect_timeout", connect_timeout);
    positive("timeout", timeout);
    positive("max_idle_time", max_idle_time);
    if (max_response_bytes == 0) errors.note("max_response_bytes", "must be more than 0");
    if (max_header_bytes == 0) errors.note("max_header_bytes", "must be more than 0");
    if (std::find(observers.begin(), observers.end(), nullptr) != observers.end())
      errors.note("observers", "must not hold a null pointer");
    if (std::any_of(user_agent.begin(), user_agent.end(), &http::detail::is_control))
      errors.note("user_agent", "must have no control characters");
    return std::move(errors.all);
  }

private:
  std::string wrong_base() const {
    if (is_placeholder(base_url)) return "is still a placeholder";
    auto const url = http::origin_url::parse(base_url);
    if (!url) return "is not a URL that begins with https:// or http://";
    if (!url->is_secure() && !url->is_loopback() && !plain_http)
      return "must begin with https:// (http:// is for loopback addresses, or set plain_http)";
    return url->target().find('?') == std::string::npos ? "" : "must have no query";
  }
};

}  // namespace mcpawl
