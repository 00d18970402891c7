// mcpawl/mcp/types/trace_context.hpp - the caller's distributed trace, to be passed on to what a handler calls
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/text/traceparent.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace mcpawl {

/** The trace a request belongs to: the values of the three headers that carry it over HTTP
    (W3C Trace Context, W3C Baggage; MCP 2026-07-28 "_meta").

    A `traceparent` that is malformed is dropped, and `tracestate` with it, as the W3C demands; so what is
    here can be sent on as it is.
*/
struct trace_context {
  std::string traceparent;  ///< Empty if the request is part of no trace.
  std::string tracestate;
  std::string baggage;

  bool empty() const noexcept { return traceparent.empty() && baggage.empty(); }

  /** Read it from the `_meta` of a request; null for none. */
  static trace_context from(boost::json::object const* meta) {
    trace_context out;
    if (!meta) return out;
    out.traceparent = header_value(*meta, "traceparent", 256);
    if (!is_traceparent(out.traceparent)) out.traceparent.clear();
    if (!out.traceparent.empty()) out.tracestate = header_value(*meta, "tracestate", 4096);
    out.baggage = header_value(*meta, "baggage", 8192);
    return out;
  }

  /** True for `version-traceid-parentid-flags`; a version we do not know may have more behind it. */
  static bool is_traceparent(std::string_view text) noexcept { return detail::is_traceparent(text); }

private:
  /** A member that may stand in a header: one that may not, or that is too long, counts as not sent. */
  static std::string header_value(boost::json::object const& meta, char const* name, std::size_t most) {
    auto const* value = meta.if_contains(name);
    auto const* text = value ? value->if_string() : nullptr;
    if (!text || text->size() > most) return {};
    for (char c : *text)
      if (c < 0x20 || c > 0x7e) return {};
    return std::string(text->data(), text->size());
  }
};

}  // namespace mcpawl
