// mcpawl/mcp/protocol/hooked_call.hpp - a call with hooks round it: it runs as a coroutine, whatever its function is
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/core/log.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/mcp/call/call_channel.hpp>
#include <mcpawl/mcp/call/call_hook.hpp>
#include <mcpawl/mcp/call/call_outcome.hpp>
#include <mcpawl/mcp/call/call_rules.hpp>
#include <mcpawl/mcp/call/context.hpp>
#include <mcpawl/mcp/call/handler_result.hpp>
#include <mcpawl/mcp/offer/entry.hpp>
#include <mcpawl/mcp/offer/server_state.hpp>
#include <mcpawl/mcp/protocol/admit_call.hpp>
#include <mcpawl/mcp/protocol/failed_call.hpp>
#include <mcpawl/mcp/protocol/method_call.hpp>
#include <mcpawl/mcp/protocol/response.hpp>
#include <mcpawl/mcp/protocol/start_blocking.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace mcpawl::detail {

/** One call, with all that it needs of its request.

    What `at_most`, `rate` and `timeout` say is inside of the hooks, so that these see it as an outcome, and so that a hook which
    refuses a call uses nothing up. */
class hooked_call final : public call_chain {
public:
  hooked_call(method_call const& call, call_target target, std::shared_ptr<entry const> of,
              handler const& function, boost::json::value const& arguments, std::string_view uri,
              std::chrono::milliseconds most, std::unique_ptr<context> ctx)
      : server_(call.server),
        log_(call.log),
        id_(call.id),
        target_(target),
        of_(std::move(of)),
        function_(&function),
        account_(call.who.account()),
        identity_(call.who.kept_identity()),
        most_(most),
        ctx_(std::move(ctx)),
        info_(method_of(target.kind), std::string(uri.empty() ? target.name : uri),
              boost::json::value(arguments, boost::json::storage_ptr()), call.protocol, ctx_->trace(),
              target.failed) {}

  /** Run it to its end. */
  static task<response> run(std::unique_ptr<hooked_call> self) {
    call_outcome const done = co_await self->go_on(0);
    self->ctx_.reset();
    co_return response_of(self->server_, self->info_.protocol(), self->id_, done);
  }

  task<call_outcome> go_on(std::size_t passed) override {
    return passed < server_.hooks.size() ? run_hook(passed) : run_function();
  }

private:
  static constexpr std::string_view method_of(std::string_view kind) noexcept {
    return kind == "tool" ? "tools/call" : kind == "prompt" ? "prompts/get" : "resources/read";
  }

  call_frame frame() const noexcept { return {server_, log_, target_, info_.protocol(), id_}; }

  task<call_outcome> run_hook(std::size_t which) {
    std::optional<call_outcome> out;
    try {
      task<call_outcome> work = server_.hooks[which](info_, identity_.get(), next_call(*this, which + 1));
      call_outcome done = co_await std::move(work);
      out.emplace(std::move(done));
    } catch (...) {
      out.emplace(failed_call(frame()));
    }
    co_return *std::move(out);
  }

  task<call_outcome> run_function() {
    auto const& time = *server_.options.time;
    auto const begun = time.steady();
    std::optional<call_outcome> out;
    try {
      std::shared_ptr<void const> slot;
      auto const refused =
          function_->rules ? refusal_of(*function_->rules, target_, account_, begun, slot) : std::nullopt;
      if (refused) {
        out.emplace(info_.refuse(*refused));
      } else {
        ctx_->keep(std::move(slot));
        invocation started = start();
        if (auto* returned = std::get_if<handler_result>(&started)) {
          out.emplace(returned_call(std::move(*returned)));
        } else {
          task<handler_result> work = std::get<task<handler_result>>(std::move(started));
          timed_section const section(ctx_->channel(), most_);
          handler_result done = co_await std::move(work);
          out.emplace(returned_call(std::move(done)));
        }
      }
    } catch (...) {
      out.emplace(failed_call(frame(), {most_, ctx_->channel()}));
    }
    ctx_->keep(nullptr);
    if (out->status() == call_status::timed_out) {
      // the function was stopped, not the call: hooks may go on
      co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::enable_terminal_cancellation());
    }
    call_access::took(*out, time.steady() - begun);
    co_return *std::move(out);
  }

  invocation start() {
    boost::json::value const& arguments = info_.arguments_value();
    if (function_->blocking) return start_blocking(identity_, of_, *function_, arguments, *ctx_);
    return function_->invoke({arguments, *ctx_, identity_.get()});
  }

  server_state const& server_;
  logger const log_;
  request_id const id_;
  call_target const target_;
  std::shared_ptr<entry const> of_;  // which the function is a part of
  handler const* function_;
  std::string const account_;
  std::shared_ptr<void const> identity_;
  std::chrono::milliseconds const most_;
  std::unique_ptr<context> ctx_;
  call_info info_;
};

}  // namespace mcpawl::detail
