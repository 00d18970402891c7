// mcpawl/mcp/protocol/run_entry.hpp - call the function of an entry, on a thread that may block if it asks for one
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/value.hpp>

#include <mcpawl/core/pending_job.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/mcp/call/await_job.hpp>
#include <mcpawl/mcp/call/call_details.hpp>
#include <mcpawl/mcp/call/context.hpp>
#include <mcpawl/mcp/call/handler_result.hpp>
#include <mcpawl/mcp/call/reporter.hpp>
#include <mcpawl/mcp/offer/entry.hpp>
#include <mcpawl/mcp/protocol/method_call.hpp>
#include <mcpawl/mcp/protocol/response.hpp>
#include <mcpawl/mcp/protocol/run_handler.hpp>

#include <atomic>
#include <memory>
#include <string_view>
#include <utility>
#include <variant>

namespace mcpawl::detail {

/** A call of a plain function with all that it touches, so that it may outlive its server. */
class blocking_call {
public:
  blocking_call(std::shared_ptr<entry const> of, handler const& function, boost::json::value const& arguments,
                std::unique_ptr<context> ctx, std::shared_ptr<void const> identity)
      : of_(std::move(of)),
        function_(&function),
        arguments_(arguments, boost::json::storage_ptr()),
        ctx_(std::move(ctx)),
        identity_(std::move(identity)) {}

  handler_result operator()() const {
    return std::get<handler_result>(function_->invoke({arguments_, *ctx_, identity_.get()}));
  }

private:
  std::shared_ptr<entry const> of_;  // which the function is a part of
  handler const* function_;
  boost::json::value arguments_;
  std::unique_ptr<context> ctx_;
  std::shared_ptr<void const> identity_;
};

/** Call a plain function on a thread that may block. */
template <class Entry>
dispatch_result run_blocking(method_call const& call, call_target const& target, Entry const& of,
                             boost::json::value const& arguments, std::string_view uri) {
  using work_type = bound_job<handler_result, blocking_call>;
  call_details details;
  details.trace = trace_context::from(call.meta());
  details.uri = uri;
  try {
    auto ctx = open_context(call);
    describe_running(*ctx, call, std::move(details));
    job_site site = ctx->work_site();
    auto stop = std::make_shared<std::atomic<bool>>(false);
    auto inside = ctx->for_blocking(reporter(site.reports, stop));
    auto work = std::make_shared<work_type>(
        blocking_call(of.shared_from_this(), of, arguments, std::move(inside), call.who.kept_identity()));
    task<handler_result> result =
        await_job<handler_result>(std::move(site), std::move(work), std::move(stop));
    return pending_response{
        run_to_end(call.server, call.log, call.id, call.protocol, std::move(ctx), target, std::move(result)),
        is_stateless(call.protocol)};
  } catch (...) {
    if (auto early = interrupted_response(call.server, call.protocol, call.id)) return std::move(*early);
    return response_of(call.server, call.protocol, call.id, failed_call(call.log, target, call.protocol));
  }
}

/** Call the function of an entry and answer with what comes of it.

    @param uri  of the resource being read; empty for other calls. */
template <class Entry>
dispatch_result run_entry(method_call const& call, call_target const& target, Entry const& of,
                          boost::json::value const& arguments, std::string_view uri = {}) {
  if (of.blocking) return run_blocking(call, target, of, arguments, uri);
  return run_handler(
      call, target, of.coroutine,
      [&](context& ctx) { return of.invoke({arguments, ctx, call.who.identity}); }, uri);
}

}  // namespace mcpawl::detail
