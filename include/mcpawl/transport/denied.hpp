// mcpawl/transport/denied.hpp - the responses to requests that are refused before their message is read
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/auth/policy.hpp>
#include <mcpawl/http/response.hpp>
#include <mcpawl/jsonrpc/write.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::detail {

/** A refusal before any message was read, as a JSON-RPC error so that every client can show it. */
inline http::response refusal(int status, std::string_view why) {
  http::response response{status};
  response.body("application/json", write_error({}, {rpc_code::invalid_request, std::string(why)}));
  return response;
}

/** The head of a denial: what the client has to do next. */
inline http::response denial_head(denial const& d) {
  http::response response{d.status};
  if (!d.www_authenticate.empty()) response.field("WWW-Authenticate", d.www_authenticate);
  for (auto const& more : d.further_challenges) response.field("WWW-Authenticate", more);
  if (d.retry_after.count() > 0) response.field("Retry-After", std::to_string(d.retry_after.count()));
  response.field("Cache-Control", "no-store");
  return response;
}

/** A denial as its client sees it: a stable code and nothing to learn from. */
inline http::response denied(denial const& d) {
  http::response response = denial_head(d);
  std::string body = R"({"error":)";
  append_json_string(body, d.code);
  if (!d.description.empty()) {
    body += R"(,"error_description":)";
    append_json_string(body, d.description);
  }
  body += '}';
  response.body("application/json", std::move(body));
  return response;
}

}  // namespace mcpawl::detail
