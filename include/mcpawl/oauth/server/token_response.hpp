// mcpawl/oauth/server/token_response.hpp - the JSON that token endpoints answer with
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/oauth/common/errc.hpp>
#include <mcpawl/oauth/grant/token_types.hpp>
#include <mcpawl/text/json_text.hpp>

#include <string>
#include <string_view>

namespace mcpawl::oauth {

/** The body of a successful response (RFC 6749 section 5.1); it goes with `Cache-Control: no-store`. Without
    any scope it has no `scope`, which cannot be empty (RFC 6749 section 3.3). */
inline std::string token_json(issued_tokens const& tokens) {
  std::string out = "{\"access_token\":";
  append_json_string(out, tokens.access_token.reveal());
  out += ",\"token_type\":\"Bearer\",\"expires_in\":";
  append_json_number(out, tokens.expires_in);
  if (!tokens.refresh_token.empty()) {
    out += ",\"refresh_token\":";
    append_json_string(out, tokens.refresh_token.reveal());
  }
  if (!tokens.scope.empty()) {
    out += ",\"scope\":";
    append_json_string(out, tokens.scope.text());
  }
  out += '}';
  return out;
}

/** The body of an error (RFC 6749 section 5.2, RFC 7591 section 3.2.2); `detail` as `error_text` has it. */
inline std::string error_json(error_code const& why, std::string_view detail = {}) {
  std::string out = "{\"error\":";
  append_json_string(out, error_name(why));
  if (auto const text = error_text(why, detail); !text.empty()) {
    out += ",\"error_description\":";
    append_json_string(out, text);
  }
  out += '}';
  return out;
}

/** The status of that error: 401 for a client that did not authenticate, 503 for what may work later, 500 for
    what is our own fault, 400 for the rest. */
inline int error_status(error_code const& why) noexcept {
  auto const name = error_name(why);
  if (name == "invalid_client") return 401;
  if (name == "temporarily_unavailable") return 503;
  if (name == "server_error") return 500;
  return why == oauth_errc::registration_too_large ? 413 : 400;
}

}  // namespace mcpawl::oauth
