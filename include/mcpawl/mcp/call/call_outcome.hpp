// mcpawl/mcp/call/call_outcome.hpp - what became of a call of a tool, a resource or a prompt
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <mcpawl/mcp/call/handler_result.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace mcpawl {

namespace detail {
struct call_access;
struct response;
}  // namespace detail

/** How a call ended. */
enum class call_status {
  ok,      ///< With a result.
  failed,  ///< With a failure of its own: `isError`, `tool_error`, arguments that do not fit, no such resource.
  internal_error,  ///< The function or a hook threw something else; the log has its text.
  refused,    ///< Before the function: by a hook, `at_most`, `rate`, or because too much blocking work waits.
  timed_out,  ///< The function took longer than `timeout` or `limits::max_call_time`.
  cancelled,  ///< The client cancelled or left, or the server stops: nobody gets a response.
  input_required,  ///< It asked its client: the call ends, and is made again with the answers. Without sessions only.
};

/** The name of the enumerator. */
constexpr std::string_view to_string(call_status s) noexcept {
  switch (s) {
    case call_status::ok: return "ok";
    case call_status::failed: return "failed";
    case call_status::internal_error: return "internal_error";
    case call_status::refused: return "refused";
    case call_status::timed_out: return "timed_out";
    case call_status::cancelled: return "cancelled";
    case call_status::input_required: return "input_required";
  }
  return "ok";
}

/** What became of a call, with the response to it; a hook gets it of `next_call`, and returns it or another. */
class call_outcome {
public:
  /** For the framework; a hook has `next_call` and `call_info::refuse`. */
  call_outcome(call_status how, detail::handler_result result) : status_(how), result_(std::move(result)) {}

  call_status status() const noexcept { return status_; }
  bool ok() const noexcept { return status_ == call_status::ok; }

  /** Whether the response is a result of a tool that says `isError`. */
  bool is_error() const noexcept { return result_.is_error; }
  /** The code of the response that is an error of JSON-RPC, if it is one. */
  std::optional<int> error_code() const noexcept {
    if (!result_.fault) return std::nullopt;
    return static_cast<int>(result_.fault->code);
  }
  /** How long the function took, from its start to its end; its client's answers included. */
  std::chrono::nanoseconds duration() const noexcept { return took_; }

private:
  friend struct detail::call_access;

  call_status status_;
  detail::handler_result result_;
  std::shared_ptr<detail::response const> instead_;  // what the protocol says in place of the result
  std::chrono::nanoseconds took_{0};
};

}  // namespace mcpawl
