// mcpawl/http/client_response.hpp - what an API has answered
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/http/fetch_response.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <utility>

namespace mcpawl {

/** A whole response: `status`, `body`, `fields`, `content_type`, and `find(name)` for a field in any case. A status of 4xx or 5xx is a
    response like any other. */
struct http_response : http::fetch_response {
  http_response() = default;
  explicit http_response(http::fetch_response&& other) : fetch_response(std::move(other)) {}

  /** Whether the status is 2xx. */
  bool ok() const noexcept { return status >= 200 && status < 300; }

  /** Read the body as JSON, nested 32 deep at most, whatever its type is said to be.

      @par Errors
      Those of Boost.JSON. */
  result<boost::json::value> json() const {
    boost::system::error_code error;
    auto value = boost::json::parse(body, error);
    if (error) return error;
    return value;
  }
};

}  // namespace mcpawl
