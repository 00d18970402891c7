// mcpawl/mcp/protocol/start_blocking.hpp - call a plain function on a thread that may block
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/value.hpp>

#include <mcpawl/core/pending_job.hpp>
#include <mcpawl/mcp/call/await_job.hpp>
#include <mcpawl/mcp/call/context.hpp>
#include <mcpawl/mcp/call/handler_result.hpp>
#include <mcpawl/mcp/call/reporter.hpp>
#include <mcpawl/mcp/offer/entry.hpp>

#include <atomic>
#include <memory>
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
inline invocation start_blocking(std::shared_ptr<void const> identity, std::shared_ptr<entry const> of,
                                 handler const& function, boost::json::value const& arguments, context& ctx) {
  using work_type = bound_job<handler_result, blocking_call>;
  job_site site = ctx.work_site();
  auto stop = std::make_shared<std::atomic<bool>>(false);
  auto inside = ctx.for_blocking(reporter(site.reports, stop));
  auto work = std::make_shared<work_type>(
      blocking_call(std::move(of), function, arguments, std::move(inside), std::move(identity)));
  return await_job<handler_result>(std::move(site), std::move(work), std::move(stop));
}

}  // namespace mcpawl::detail
