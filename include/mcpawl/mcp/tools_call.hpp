// mcpawl/mcp/tools_call.hpp - the method tools/call
#pragma once

#include <boost/asio/error.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <boost/system/system_error.hpp>

#include <mcpawl/crypto/random.hpp>
#include <mcpawl/mcp/answer.hpp>
#include <mcpawl/mcp/frame.hpp>
#include <mcpawl/mcp/method_call.hpp>
#include <mcpawl/mcp/tool.hpp>
#include <mcpawl/mcp/tool_error.hpp>

#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace mcpawl {

namespace detail {

/** What went wrong is for the log alone; the client gets an id to ask with. */
inline tool_result internal_failure(logger const& log, tool const& t, std::string_view what) {
  std::string const id = random_hex(8);
  log.error("tool failed", {{"tool", t.name}, {"id", id}, {"what", what}});
  return tool_result::failure("internal error, id " + id);
}

/** Turn what a tool threw into what the client may read; call it inside a `catch`. */
inline tool_result failed_result(logger const& log, tool const& t) {
  try {
    throw;
  } catch (tool_error const& e) {
    return tool_result::failure(e.what());
  } catch (boost::system::system_error const& e) {
    if (e.code() == boost::asio::error::operation_aborted) {
      // the client left, or the server stops: nobody is waiting for the answer
      log.debug("call cancelled", {{"tool", t.name}});
      return tool_result::failure("cancelled");
    }
    return internal_failure(log, t, e.what());
  } catch (std::exception const& e) {
    return internal_failure(log, t, e.what());
  } catch (...) {
    return internal_failure(log, t, "an exception of unknown type");
  }
}

inline answer call_answer(service const& s, revision r, request_id const& id, tool_result const& result) {
  std::string members;
  result.append_members(members, r);
  return frame_result(s, r, id, members);
}

/** Run a coroutine tool to its end; the frame owns what the call needs. */
inline task<answer> run_call(service const& s, logger log, request_id id, revision r,
                             std::unique_ptr<context> ctx, tool const& t, task<tool_result> work) {
  tool_result result;
  try {
    result = co_await std::move(work);
  } catch (...) {
    result = failed_result(log, t);
  }
  ctx.reset();
  co_return call_answer(s, r, id, result);
}

/** The progress token of a request as JSON text; empty if there is none. */
inline std::string progress_token(method_call const& call) {
  auto const* meta = call.param("_meta");
  auto const* object = meta ? meta->if_object() : nullptr;
  auto const* token = object ? object->if_contains("progressToken") : nullptr;
  if (!token || !(token->is_string() || token->is_int64() || token->is_uint64())) return {};
  std::string text;
  append_json(text, *token);
  return text;
}

}  // namespace detail

/** Answer `tools/call` (MCP "Tools", "Calling Tools").

    A tool the caller may not see is as unknown as one that does not exist. Arguments that do not fit the
    schema are the tool's failure (`isError`), so that the model can mend them.
*/
inline reply tools_call(method_call const& call) {
  auto const* name = call.param("name");
  if (!name || !name->is_string())
    return fault_answer(call.id, {rpc_code::invalid_params, "params.name must be a string"});
  static boost::json::value const none(boost::json::object_kind);
  auto const* arguments = call.param("arguments");
  if (!arguments) arguments = &none;
  if (!arguments->is_object())
    return fault_answer(call.id, {rpc_code::invalid_params, "params.arguments must be an object"});
  tool const* t = call.server.tools.find(detail::view_of(name->get_string()), call.who.identity);
  if (!t) return fault_answer(call.id, {rpc_code::invalid_params, "unknown tool"});

  try {
    if (!t->coroutine) {
      context ctx{call.protocol, {}, nullptr};
      tool_invocation done = t->invoke(tool_call{*arguments, ctx, call.who.identity});
      return detail::call_answer(call.server, call.protocol, call.id, std::get<tool_result>(done));
    }
    auto ctx = std::make_unique<context>(call.protocol, detail::progress_token(call), call.out.open());
    tool_invocation started = t->invoke(tool_call{*arguments, *ctx, call.who.identity});
    if (auto const* refused = std::get_if<tool_result>(&started))
      return detail::call_answer(call.server, call.protocol, call.id, *refused);
    return pending_answer{detail::run_call(call.server, call.log, call.id, call.protocol, std::move(ctx), *t,
                                           std::get<task<tool_result>>(std::move(started))),
                          is_stateless(call.protocol)};
  } catch (...) {
    return detail::call_answer(call.server, call.protocol, call.id, detail::failed_result(call.log, *t));
  }
}

}  // namespace mcpawl
