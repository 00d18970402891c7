// mcpawl/http/trace_headers.hpp - what a distributed trace is passed on by
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <concepts>
#include <string_view>

namespace mcpawl {

/** The headers of a distributed trace (W3C Trace Context), as `context::trace()` has them. */
template <class T>
concept trace_headers = requires(T const& trace) {
  { trace.traceparent } -> std::convertible_to<std::string_view>;
  { trace.tracestate } -> std::convertible_to<std::string_view>;
};

}  // namespace mcpawl
