// mcpawl/oauth/server/endpoint_answer.hpp - what the endpoints for programs read and answer
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/http/cors.hpp>
#include <mcpawl/http/fields.hpp>
#include <mcpawl/http/media_type.hpp>
#include <mcpawl/http/request_head.hpp>
#include <mcpawl/http/response.hpp>
#include <mcpawl/oauth/common/errc.hpp>
#include <mcpawl/oauth/server/token_response.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::oauth {

/** Whether the body has this media type, whatever its parameters. */
inline bool has_media_type(http::request_head const& head, std::string_view type) noexcept {
  if (head.count("content-type") != 1) return false;
  return http::iequals(http::bare_media_type(*head.find("content-type")), type);
}

/** What to tell about a body that is not of the type of a form. */
inline constexpr std::string_view form_needed =
    "the Content-Type must be application/x-www-form-urlencoded, and so must be the body";

/** What the log says about a redirect URI of a private-use scheme. */
inline constexpr std::string_view allow_schemes_by =
    "REDIRECT_SCHEMES or access_oauth_options::private_schemes would allow it";

/** What the log says about an error. */
inline std::string reason_of(error_code const& why, std::string_view detail) {
  std::string out = why.message();
  if (!detail.empty()) out.append(": ").append(detail);
  return out;
}

/** A response for programs: JSON that nobody keeps (RFC 6749 section 5.1) and every page may read. */
inline http::response json_answer(int status, std::string body) {
  http::response answer(status);
  allow_any_origin(answer);
  answer.field("Cache-Control", "no-store").field("Pragma", "no-cache");
  if (!body.empty()) answer.body("application/json", std::move(body));
  return answer;
}

/** An error for programs (RFC 6749 section 5.2); `detail` as `error_text` has it. */
inline http::response error_answer(error_code const& why, bool sent_authorization = false,
                                   std::string_view detail = {}) {
  int const status = why == oauth_errc::too_many_registrations ? 429 : error_status(why);
  http::response answer = json_answer(status, error_json(why, detail));
  // the scheme the client tried; without a try it has learned of the methods from the metadata
  if (status == 401 && sent_authorization) answer.field("WWW-Authenticate", "Basic realm=\"token\"");
  if (status == 503) answer.field("Retry-After", "5");
  return answer;
}

/** The Authorization field; an error if there are several. */
inline result<std::optional<std::string_view>> find_authorization(http::request_head const& head) noexcept {
  if (head.count("authorization") > 1) return oauth_errc::several_authentications;
  return head.find("authorization");
}

}  // namespace mcpawl::oauth
