// mcpawl/mcp/protocol/run_entry.hpp - call the function of an entry, on a thread that may block or inside of hooks
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/value.hpp>

#include <mcpawl/mcp/call/context.hpp>
#include <mcpawl/mcp/call/handler_result.hpp>
#include <mcpawl/mcp/protocol/failed_call.hpp>
#include <mcpawl/mcp/protocol/hooked_call.hpp>
#include <mcpawl/mcp/protocol/method_call.hpp>
#include <mcpawl/mcp/protocol/response.hpp>
#include <mcpawl/mcp/protocol/run_handler.hpp>
#include <mcpawl/mcp/protocol/start_blocking.hpp>

#include <memory>
#include <string_view>
#include <utility>

namespace mcpawl::detail {

/** Begin a call that has hooks round it. */
inline dispatch_result run_hooked(method_call const& call, call_target const& target,
                                  std::shared_ptr<entry const> of, handler const& function,
                                  boost::json::value const& arguments, std::string_view uri) {
  try {
    auto ctx = open_context(call);
    ctx->describe(details_of(call, uri));
    auto made = std::make_unique<hooked_call>(call, target, std::move(of), function, arguments, uri,
                                              time_of(call, function.rules.get()), std::move(ctx));
    return pending_response{hooked_call::run(std::move(made)), is_stateless(call.protocol)};
  } catch (...) {
    return response_of(call.server, call.protocol, call.id,
                       failed_call({call.server, call.log, target, call.protocol, call.id}));
  }
}

/** Call the function of an entry and answer with what comes of it.

    @param uri  of the resource being read; empty for other calls. */
template <class Entry>
dispatch_result run_entry(method_call const& call, call_target const& target, Entry const& of,
                          boost::json::value const& arguments, std::string_view uri = {}) {
  if (!call.server.hooks.empty()) return run_hooked(call, target, of.shared_from_this(), of, arguments, uri);
  return run_handler(
      call, target, of.coroutine || of.blocking,
      [&](context& ctx) {
        if (of.blocking)
          return start_blocking(call.who.kept_identity(), of.shared_from_this(), of, arguments, ctx);
        return of.invoke({arguments, ctx, call.who.identity});
      },
      uri, of.rules.get());
}

}  // namespace mcpawl::detail
