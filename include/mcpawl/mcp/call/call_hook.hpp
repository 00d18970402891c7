// mcpawl/mcp/call/call_hook.hpp - what runs round every call: what it learns, and how it goes on
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/core/task.hpp>
#include <mcpawl/mcp/call/call_outcome.hpp>
#include <mcpawl/mcp/call/handler_result.hpp>
#include <mcpawl/mcp/types/revision.hpp>
#include <mcpawl/mcp/types/trace_context.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl {

/** A call that a hook is round: what is called, and with what.

    @par Lifetime
    Ends with the call; a hook takes it by const reference. */
class call_info {
public:
  using failure = detail::handler_result (*)(std::string_view words, revision r);

  /** For the framework. */
  call_info(std::string_view method, std::string name, boost::json::value arguments, revision protocol,
            trace_context trace, failure failed)
      : method_(method),
        name_(std::move(name)),
        arguments_(std::move(arguments)),
        protocol_(protocol),
        trace_(std::move(trace)),
        failed_(failed) {}
  call_info(call_info const&) = delete;
  call_info& operator=(call_info const&) = delete;

  /** `tools/call`, `resources/read` or `prompts/get`. */
  std::string_view method() const noexcept { return method_; }
  /** The name of the tool or prompt, or the URI of the resource. */
  std::string const& name() const noexcept { return name_; }
  /** The arguments as they came, before they are decoded; of a resource the variables of its template. They may hold what
      no log should. */
  boost::json::object const& arguments() const { return arguments_.get_object(); }
  /** The same as a value; for the framework. */
  boost::json::value const& arguments_value() const noexcept { return arguments_; }
  mcpawl::revision protocol() const noexcept { return protocol_; }
  /** The trace that the call is part of. */
  trace_context const& trace() const noexcept { return trace_; }

  /** The outcome of a call that may not be made: `why` is told to the client, of a tool as a result with `isError`, which the
      model reads, else as an error of JSON-RPC. */
  call_outcome refuse(std::string_view why) const { return {call_status::refused, failed_(why, protocol_)}; }

private:
  std::string_view method_;
  std::string name_;
  boost::json::value arguments_;
  mcpawl::revision protocol_;
  trace_context trace_;
  failure failed_;
};

namespace detail {

/** The hooks of one call and the function inside. */
class call_chain {
public:
  /** Run what is inside of the first `passed` hooks. */
  virtual task<call_outcome> go_on(std::size_t passed) = 0;

protected:
  ~call_chain() = default;
};

}  // namespace detail

/** What a hook is round: `co_await next()` runs the hooks inside and the function.

    A hook that does not call it returns `call_info::refuse`. It may be called again when it has ended: the function then runs again.

    @par Errors
    Does not throw what the function threw: that is an outcome. When the client has cancelled the outcome is `cancelled`, and
    what the hook awaits afterwards ends with `operation_aborted`.
    @par Lifetime
    Ends with the hook.
*/
class next_call {
public:
  /** For the framework. */
  next_call(detail::call_chain& chain, std::size_t passed) noexcept : chain_(&chain), passed_(passed) {}

  task<call_outcome> operator()() const { return chain_->go_on(passed_); }

private:
  detail::call_chain* chain_;
  std::size_t passed_;
};

namespace detail {

/** A hook, the type of the identity erased. */
using call_hook = std::function<task<call_outcome>(call_info const&, void const* identity, next_call)>;

}  // namespace detail

}  // namespace mcpawl
