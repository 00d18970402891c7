// mcpawl/jsonrpc/message.hpp - one JSON-RPC 2.0 message, its shape checked
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/jsonrpc/fault.hpp>
#include <mcpawl/jsonrpc/id.hpp>

#include <optional>
#include <string_view>
#include <utility>
#include <variant>

namespace mcpawl::detail {

/** A request, a notification or a response; the views point into the parsed value, which must outlive it. */
struct rpc_message {
  enum class kind { request, notification, response };

  kind what;
  std::optional<request_id> id;                 ///< Of a request, or of a response that has one.
  std::string_view method;                      ///< Empty in a response.
  boost::json::object const* params = nullptr;  ///< Null if the message has none.
  boost::json::object const* meta = nullptr;    ///< The member `_meta` of `params`; null if it is no object.
  boost::json::value const* result = nullptr;   ///< Of a response; null if it has none.
  boost::json::value const* error = nullptr;    ///< Likewise.
};

/** A message that is none, with the id to answer to if one could be read. */
struct rpc_rejection {
  rpc_error fault;
  std::optional<request_id> id;
};

/** True for a member such as `Method` or `id\0`, which a sloppier parser behind a filter would take for the
    real one. */
inline bool resembles_envelope_member(std::string_view name) noexcept {
  name = name.substr(0, name.find('\0'));
  for (std::string_view known : {"jsonrpc", "id", "method", "params", "result", "error"}) {
    if (name.size() != known.size()) continue;
    bool same = true;
    for (std::size_t i = 0; i != name.size(); ++i) same = same && (name[i] | 0x20) == known[i];
    if (same) return true;
  }
  return false;
}

inline std::string_view view_of(boost::json::string const& s) noexcept { return {s.data(), s.size()}; }

/** Check the shape of a message (JSON-RPC 2.0 section 4; MCP allows objects only as `params`).

    A member that is null counts as absent, but for `id`: a null there is no id and no notification either.

    The response to a message without a readable id must omit the member, so the rejection tells.
*/
inline std::variant<rpc_message, rpc_rejection> read_message(boost::json::value const& root) {
  auto const* object = root.if_object();
  if (!object) return rpc_rejection{{rpc_code::invalid_request, "a message must be a JSON object"}, {}};

  boost::json::value const* version = nullptr;
  boost::json::value const* id = nullptr;
  boost::json::value const* method = nullptr;
  boost::json::value const* params = nullptr;
  boost::json::value const* result = nullptr;
  boost::json::value const* error = nullptr;
  bool lookalike = false;
  for (auto const& member : *object) {
    std::string_view const name{member.key().data(), member.key().size()};
    if (name == "jsonrpc")
      version = &member.value();
    else if (name == "id")
      id = &member.value();
    else if (name == "method")
      method = &member.value();
    else if (name == "params")
      params = &member.value();
    else if (name == "result")
      result = &member.value();
    else if (name == "error")
      error = &member.value();
    else
      lookalike = lookalike || resembles_envelope_member(name);
  }
  // some clients write down every member they know, null for those that a message does not have
  auto const is_null = [](boost::json::value const* v) { return v && v->is_null(); };
  if (is_null(params)) params = nullptr;
  if (is_null(method)) method = nullptr;
  if (is_null(result) && (method || (error && !error->is_null()))) result = nullptr;
  if (is_null(error) && (method || result)) error = nullptr;

  rpc_message message{};
  if (id) message.id = (result || error) && !method ? request_id::echoed(*id) : request_id::from(*id);
  auto const reject = [&](rpc_code code, char const* why) { return rpc_rejection{{code, why}, message.id}; };
  if (lookalike) return reject(rpc_code::invalid_request, "a member name resembles one of JSON-RPC");
  if (!version || !version->is_string() || version->get_string() != "2.0")
    return reject(rpc_code::invalid_request, "jsonrpc must be \"2.0\"");
  if (id && !message.id) return reject(rpc_code::invalid_request, "id must be a string or an integer");
  if (result || error) {
    if (method) return reject(rpc_code::invalid_request, "a message is a request or a response, not both");
    message.what = rpc_message::kind::response;
    message.result = result;
    message.error = error;
    return message;
  }
  if (!method || !method->is_string() || method->get_string().empty())
    return reject(rpc_code::invalid_request, "method must be a non-empty string");
  // no parameters by position are no parameters; some languages cannot tell an empty object from an empty
  // array
  if (auto const* by_position = params ? params->if_array() : nullptr; by_position && by_position->empty())
    params = nullptr;
  if (params) {
    message.params = params->if_object();
    if (!message.params) return reject(rpc_code::invalid_request, "params must be an object");
    if (auto const* meta = message.params->if_contains("_meta")) message.meta = meta->if_object();
  }
  message.method = view_of(method->get_string());
  message.what = message.id ? rpc_message::kind::request : rpc_message::kind::notification;
  return message;
}

}  // namespace mcpawl::detail
