// mcpawl/http/cors.hpp - responses that the page of any site may read
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/http/response.hpp>

namespace mcpawl::http {

/** Let every page read a response (Fetch standard, "CORS protocol"). Only for what no cookie opens: metadata,
    registration, tokens. */
inline void allow_any_origin(http::response& answer) {
  answer.field("Access-Control-Allow-Origin", "*");
  answer.field("Access-Control-Expose-Headers", "WWW-Authenticate, Retry-After");
}

}  // namespace mcpawl::http
