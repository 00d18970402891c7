// mcpawl/http_client.hpp - asks HTTP APIs: TLS, time-outs, connections that are kept, bounded responses
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/separate.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/client_options.hpp>
#include <mcpawl/http/client_path.hpp>
#include <mcpawl/http/client_request.hpp>
#include <mcpawl/http/client_response.hpp>
#include <mcpawl/http/url.hpp>

#include <memory>
#include <string_view>

namespace mcpawl {

/** Asks an HTTP API, or several, from tools. Made before the server runs, and copied into the tools that use it.

    @code
    mcpawl::http_client const api({.base_url = "https://api.example.com"});
    ...
    auto const request = api.get("/v1/forecast").query("city", city);
    auto const response = co_await api.send(request);
    if (!response) throw mcpawl::tool_error("the forecast cannot be asked: " + response.error().message());
    if (response->status == 404) throw mcpawl::tool_error("no such city");
    auto const forecast = response->json();
    @endcode

    HTTP/1.1 over TLS 1.2 or later, and over plain http to this machine. A redirect is a response like any other and never followed.
    Compressed responses are not asked for and are refused. Requests of one client to one origin share connections, in each I/O thread
    its own; there are as many at once as requests. Nothing is logged.

    @par Lifetime
    Copies share the connections. Requests under way keep what they need, so the client may be destroyed before they end.
    @par Thread safety
    All functions may be called from any thread at once.
*/
class http_client {
public:
  /** @par Errors
      Throws `configuration_error` with everything that is wrong. */
  explicit http_client(http_client_options options = {});

  /** Make a request to `base_url` and a path behind it, which is a literal.

      @par Errors
      `send` returns `http_errc::bad_url` where there is no `base_url`. */
  http_request request(std::string_view method, http_path path) const;
  /** Make a request to a URL that was parsed before.

      @par Errors
      `send` returns `http_errc::origin_refused` if there is a `base_url` of another origin, and for plain http beyond this machine. */
  http_request request(std::string_view method, http::origin_url const& url) const;

  /** A request whose path is a literal, or which goes to an `http::origin_url`. */
  http_request get(http_path path) const { return request("GET", path); }
  http_request head(http_path path) const { return request("HEAD", path); }
  http_request post(http_path path) const { return request("POST", path); }
  http_request put(http_path path) const { return request("PUT", path); }
  http_request patch(http_path path) const { return request("PATCH", path); }
  http_request remove(http_path path) const { return request("DELETE", path); }  ///< `delete` is a keyword.
  http_request get(http::origin_url const& url) const { return request("GET", url); }
  http_request post(http::origin_url const& url) const { return request("POST", url); }

  /** Send a request and wait for the whole response. Whatever its status is, it is no error.

      A request with an idempotent method (RFC 9110 section 9.2.2) is sent once more if a connection that was kept turns out to be
      closed. With another method, such as POST, that is `answer_cut_short`: whether it was acted on is not known.

      @par Errors
      Of `http::http_errc`. Before anything is sent: `bad_url`, `origin_refused`, `segment_refused`, `field_refused`, `bad_request` for
      a method that is no token, or CONNECT. Of the connection: `resolve_failed`, `resolver_busy`, `address_refused`, `connect_failed`,
      `connect_timed_out`, `tls_failed`, `certificate_refused`. Of the response: `fetch_timed_out`, `bad_answer`, `answer_too_large`,
      `answer_cut_short`, and `answer_encoded` for a compressed one.
      @par Lifetime
      The request is copied.
      @par Cancellation
      Ends the request and its connection. */
  task<result<http_response>> send(http_request const& request) const;

private:
  struct state;
  static task<result<http_response>> run(std::shared_ptr<state const> with, http_request request);

  std::shared_ptr<state const> state_;
};

}  // namespace mcpawl

#ifndef MCPAWL_SEPARATE_COMPILATION
#include <mcpawl/http_client.ipp>
#endif
