// mcpawl/http/fetch.ipp - the body of fetch.hpp
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/separate.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/errc.hpp>
#include <mcpawl/http/fetch.hpp>
#include <mcpawl/http/fetch_connection.hpp>
#include <mcpawl/http/fetch_request.hpp>
#include <mcpawl/http/fetch_response.hpp>
#include <mcpawl/http/fields.hpp>
#include <mcpawl/http/tls.hpp>

#include <utility>

// GCC 12 sees one half of a coroutine's allocation inlined and the other not, and takes them for strangers.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

namespace mcpawl::http {

MCPAWL_DECL task<result<fetch_response>> fetch(fetch_request request, tls_trust trust) {
  if (!is_token(request.method())) co_return make_error_code(http_errc::bad_request);
  auto const until = detail::fetch_deadlines::from_now(request.timeout(), request.timeout());
  auto connection = co_await detail::open_connection(request, trust, until);
  if (!connection) co_return connection.error();
  detail::exchange_end end;
  co_return co_await detail::ask_over(**connection, request, until, detail::after_response::close, end);
}

}  // namespace mcpawl::http

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
