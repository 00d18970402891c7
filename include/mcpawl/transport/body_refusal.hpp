// mcpawl/transport/body_refusal.hpp - what somebody is told whose message could not be read
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/http/errc.hpp>

#include <optional>
#include <string_view>

namespace mcpawl::detail {

/** A status, words for the sender, and a field. */
struct body_refusal {
  int status;
  std::string_view words;
  std::string_view field = {}, value = {};
};

/** What to say of an error of a body; nothing where nobody is there to hear it. */
inline std::optional<body_refusal> refusal_of_body(error_code const& error) {
  if (error == condition::too_large) return body_refusal{413, "the message is too large"};
  // a body that would have to be decompressed (RFC 9110 section 15.5.16)
  if (error == make_error_code(http::http_errc::body_encoded))
    return body_refusal{415, "send the body without Content-Encoding", "Accept-Encoding", "identity"};
  if (error == condition::timed_out) return body_refusal{408, "the message took too long to arrive"};
  if (error == condition::malformed) return body_refusal{400, "the body is not framed correctly"};
  return std::nullopt;
}

}  // namespace mcpawl::detail
