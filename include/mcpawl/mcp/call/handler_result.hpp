// mcpawl/mcp/call/handler_result.hpp - what came of a function the user registered, its types erased
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <boost/json/value.hpp>

#include <mcpawl/core/task.hpp>
#include <mcpawl/jsonrpc/fault.hpp>
#include <mcpawl/reflect/decode_options.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace mcpawl {
class context;
}  // namespace mcpawl

namespace mcpawl::detail {

struct call_rules;

/** The members of a result as JSON text in the revision of the call, or why there is none.

    One type for tools, prompts, resources and completion, so that one piece of code runs them all.
*/
struct handler_result {
  std::string members;             ///< Without braces, without `_meta`.
  std::string meta;                ///< The members of the result's `_meta` without braces; empty for none.
  std::optional<rpc_error> fault;  ///< If set, this is the response.
  bool is_error = false;           ///< Whether the members say `isError`.

  static handler_result refused(rpc_error why) {
    handler_result out;
    out.fault = std::move(why);
    return out;
  }
};

/** A plain function has returned already; a coroutine waits to be run. */
using invocation = std::variant<handler_result, task<handler_result>>;

/** The inputs of one call: `arguments` is an object, `identity` the caller as the server's policy verified
    it. */
struct handler_call {
  boost::json::value const& arguments;
  context& ctx;
  void const* identity;
};

/** A function the user registered, as the protocol calls it. */
struct handler {
  bool coroutine = false;                  ///< Whether `invoke` returns work that has to be awaited.
  bool blocking = false;                   ///< Whether it is a plain function for the threads that may block.
  bool takes_context = false;              ///< Whether it takes the context.
  bool can_log = false;                    ///< Whether it takes the context and may send by it.
  decode_options lets_pass = {};           ///< Of its arguments, if they are a struct.
  std::shared_ptr<call_rules> rules = {};  ///< What was said of its calls; null for nothing.
  std::function<invocation(handler_call const&)> invoke;
};

}  // namespace mcpawl::detail
