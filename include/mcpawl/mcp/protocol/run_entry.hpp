// mcpawl/mcp/protocol/run_entry.hpp - call the function of an entry, on a thread that may block if it asks for one
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/value.hpp>

#include <mcpawl/core/pending_job.hpp>
#include <mcpawl/mcp/call/await_job.hpp>
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

/** Begin a call of a plain function on a thread that may block.

    @param of  whose function it is; kept alive until it has returned. */
inline invocation start_blocking(method_call const& call, std::shared_ptr<entry const> of,
                                 handler const& function, boost::json::value const& arguments, context& ctx) {
  using work_type = bound_job<handler_result, blocking_call>;
  job_site site = ctx.work_site();
  auto stop = std::make_shared<std::atomic<bool>>(false);
  auto inside = ctx.for_blocking(reporter(site.reports, stop));
  auto work = std::make_shared<work_type>(
      blocking_call(std::move(of), function, arguments, std::move(inside), call.who.kept_identity()));
  return await_job<handler_result>(std::move(site), std::move(work), std::move(stop));
}

/** Call the function of an entry and answer with what comes of it.

    @param uri  of the resource being read; empty for other calls. */
template <class Entry>
dispatch_result run_entry(method_call const& call, call_target const& target, Entry const& of,
                          boost::json::value const& arguments, std::string_view uri = {}) {
  return run_handler(
      call, target, of.coroutine || of.blocking,
      [&](context& ctx) {
        if (of.blocking) return start_blocking(call, of.shared_from_this(), of, arguments, ctx);
        return of.invoke({arguments, ctx, call.who.identity});
      },
      uri);
}

}  // namespace mcpawl::detail
