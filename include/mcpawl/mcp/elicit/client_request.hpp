// mcpawl/mcp/elicit/client_request.hpp - a request to the client during a call, and how it gets its response
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/value.hpp>

#include <mcpawl/core/task.hpp>
#include <mcpawl/jsonrpc/fault.hpp>
#include <mcpawl/mcp/types/client_profile.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** One request to the client, before it is known how it travels. */
struct client_request {
  client_request(std::string key_, std::string_view method_, std::string params_, client_capability needs_)
      : key(std::move(key_)), method(method_), params(std::move(params_)), needs(needs_) {}

  std::string key;          ///< Names it among the requests of one call.
  std::string_view method;  ///< A literal, such as `elicitation/create`.
  std::string params;       ///< JSON text of an object.
  client_capability needs;
  std::string visit;  ///< Of a page: what `notifications/elicitation/complete` calls the visit; else empty.
};

/** What came back: a result of the right shape, or the client's refusal. */
struct client_response {
  boost::json::value result;
  std::optional<rpc_error> refusal;
};

/** How the requests of one call reach its client; one implementation per kind of protocol.

    @par Thread safety
    Belongs to the thread of its call.
*/
class client_requester {
public:
  virtual ~client_requester() = default;
  /** Send all at once and wait for all responses, which come in the order of the requests.

      @par Errors
      Throws `tool_error` if the client cannot be asked or does not respond in time, `operation_aborted` if
      its session ended, and what `interruption.hpp` has. */
  virtual task<std::vector<client_response>> ask(std::vector<client_request> requests) = 0;
  /** Give up because a response does not fit its request. */
  [[noreturn]] virtual void reject(std::string_view key, std::string_view why) const = 0;
  /** The result of a step of this call that was taken already; null if it was not. */
  virtual boost::json::value const* recall(std::string_view key) const = 0;
  virtual void keep(std::string_view key, std::string_view json) = 0;
  /** End the round, to be called again at once with what was kept; nothing where a call is run once. */
  virtual void end_round() = 0;
};

/** Whether a result has the shape its method promises; what is inside is for who asked. */
inline bool is_result_of(std::string_view method, boost::json::value const& result) {
  auto const* object = result.if_object();
  if (!object) return false;
  auto const text = [object](char const* name) -> std::string_view {
    auto const* found = object->if_contains(name);
    auto const* string = found ? found->if_string() : nullptr;
    return string ? view_of(*string) : std::string_view();
  };
  if (method == "elicitation/create") {
    auto const action = text("action");
    auto const* content = object->if_contains("content");
    return (action == "accept" || action == "decline" || action == "cancel") &&
           (!content || content->is_object() || content->is_null());
  }
  if (method == "sampling/createMessage") {
    auto const* content = object->if_contains("content");
    return content && (content->is_object() || content->is_array()) && !text("role").empty();
  }
  if (method == "roots/list") {
    auto const* roots = object->if_contains("roots");
    return roots && roots->is_array();
  }
  return true;
}

}  // namespace mcpawl::detail
