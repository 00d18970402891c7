// mcpawl/observe/metric_families.hpp - the metrics that are counted: their names, types, labels and buckets
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace mcpawl::detail {

/** What is counted; the order is that of the page. */
enum class metric : std::uint8_t {
  operation_seconds,
  request_seconds,
  request_bytes,
  response_bytes,
  denials,
  refusals,
  connections,
  connections_shed,
  handshakes,
  sessions,
  key_fetches,
  token_cache,
  store_seconds,
  oauth_requests,
  grants,
  session_seconds,
  messages,
  call_wait_seconds,
  reloads,
  client_seconds,
};
inline constexpr std::size_t metric_count = 20;

/** OpenTelemetry's buckets for MCP, and four below for tools that compute. */
inline constexpr std::array<double, 18> operation_buckets{.0005, .001, .0025, .005, .01, .02, .05, .1,  .2,
                                                          .5,    1,    2,     5,    10,  30,  60,  120, 300};
/** OpenTelemetry's buckets for HTTP. */
inline constexpr std::array<double, 14> http_buckets{.005, .01, .025, .05, .075, .1,  .25,
                                                     .5,   .75, 1,    2.5, 5,    7.5, 10};
inline constexpr std::array<double, 8> size_buckets{256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304};
inline constexpr std::array<double, 12> store_buckets{.00001, .00005, .0001, .0005, .001, .005,
                                                      .01,    .05,    .1,    .5,    1,    5};

struct metric_family {
  std::string_view name, help;
  std::array<std::string_view, 4> labels;  ///< Empty behind the last.
  std::span<double const> buckets = {};    ///< Of a histogram; none of a counter.

  std::size_t label_count() const noexcept {
    std::size_t n = 0;
    while (n != labels.size() && !labels[n].empty()) ++n;
    return n;
  }
  /** Lines of one set of labels. */
  std::size_t lines() const noexcept { return buckets.empty() ? 1 : buckets.size() + 3; }
};

inline constexpr std::array<metric_family, metric_count> metric_families{{
    {"mcp_server_operation_duration_seconds",
     "Requests of MCP, from their arrival to their response.",
     {"mcp_method_name", "gen_ai_tool_name", "gen_ai_prompt_name", "error_type"},
     operation_buckets},
    {"http_server_request_duration_seconds",
     "HTTP requests, from their head to the end of the response.",
     {"http_route", "http_request_method", "http_response_status_code"},
     http_buckets},
    {"http_server_request_body_size_bytes", "Bodies of requests.", {"http_route"}, size_buckets},
    {"http_server_response_body_size_bytes", "Bodies of responses.", {"http_route"}, size_buckets},
    {"mcpawl_denials_total", "Callers whom the policy did not let in.", {"policy", "code"}},
    {"mcpawl_refusals_total", "What met a bound, by its field of limits.", {"bound"}},
    {"mcpawl_connections_total", "Connections that were accepted.", {"listener"}},
    {"mcpawl_connections_shed_total", "Idle connections that were closed for newcomers.", {"listener"}},
    {"mcpawl_tls_handshakes_total", "TLS handshakes that have ended.", {"listener", "result"}},
    {"mcpawl_sessions_total",
     "Sessions that were opened, and that ended.",
     {"event", "mcp_protocol_version"}},
    {"mcpawl_key_fetches_total", "Fetches of an issuer's keys.", {"issuer", "result"}},
    {"mcpawl_token_cache_total", "Tokens that were known again, or had to be verified.", {"result"}},
    {"mcpawl_store_operation_seconds", "Operations on a store.", {"operation", "result"}, store_buckets},
    {"mcpawl_oauth_requests_total", "Requests that the policy answered itself.", {"endpoint", "result"}},
    {"mcpawl_grants_total", "What the authorization server did.", {"event"}},
    {"mcp_server_session_duration_seconds",
     "Sessions that have ended, from their opening.",
     {"mcp_protocol_version", "error_type"},
     operation_buckets},
    {"mcpawl_messages_total", "Messages of JSON-RPC from clients.", {"mcp_protocol_version", "kind"}},
    {"mcpawl_call_wait_seconds", "How long blocking calls waited for a thread.", {}, store_buckets},
    {"mcpawl_reloads_total", "What was read anew.", {"what", "result"}},
    {"http_client_request_duration_seconds",
     "Requests of tools to other servers.",
     {"http_request_method", "server_address", "http_response_status_code", "error_type"},
     http_buckets},
}};

}  // namespace mcpawl::detail
