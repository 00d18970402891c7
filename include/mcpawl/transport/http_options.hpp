// mcpawl/transport/http_options.hpp - where and how a server listens
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/limits.hpp>
#include <mcpawl/core/log.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace mcpawl {

/** Where and how a server listens. */
struct http_options {
  std::string address = "127.0.0.1";  ///< A literal IPv4 or IPv6 address.
  std::uint16_t port = 8080;          ///< 0 for any that is free.
  unsigned threads = 1;
  std::string path = "/mcp";

  /** The names this server is reached by from outside, such as `mcp.example.com`; those of loopback are
      always allowed. Needed when something in front passes on the name it was reached by. */
  std::vector<std::string> allowed_hosts = {};
  /** Origins of web pages that may call, such as `https://app.example.com`, besides our own. Apps have
      schemes of their own: with `*` for a host all pages of one are allowed, such as those of
      `vscode-webview`. */
  std::vector<std::string> allowed_origins = {};
  /** Headers that pages of allowed origins may send besides those of the protocol, such as `X-Api-Key`. */
  std::vector<std::string> allowed_headers = {};

  /** Where clients of 2024-11-05 open their event stream, `/sse` for instance; empty: they are not served.
      They post to `/messages` below it. */
  std::string sse_path = {};
  /** How long clients of 2025-11-25 wait before they come back to a stream that ended. */
  std::chrono::milliseconds retry{1'000};

  limits bounds = {};
  logger log = {};
  /** Called once when connections are accepted, with the URL of the endpoint. */
  std::function<void(std::string const& url)> on_ready = {};
};

}  // namespace mcpawl
