// mcpawl/mcp/offer/bind_handler.hpp - call a typed function with what it asks for, whatever kind of handler it is
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/core/task.hpp>
#include <mcpawl/mcp/call/context.hpp>
#include <mcpawl/mcp/call/copyable_callable.hpp>
#include <mcpawl/mcp/call/handler_result.hpp>
#include <mcpawl/mcp/call/parameters.hpp>
#include <mcpawl/mcp/call/signature.hpp>
#include <mcpawl/mcp/offer/entry.hpp>

#include <concepts>
#include <string>
#include <type_traits>
#include <utility>

namespace mcpawl::detail {

template <class Identity, class P, class Arguments>
decltype(auto) pick(Arguments& arguments, context& ctx, Identity const& who) {
  if constexpr (is_context<P>)
    return (ctx);
  else if constexpr (std::same_as<std::remove_cvref_t<P>, Identity>)
    return (who);
  else if constexpr (is_identity<P, Identity>)
    return who.template part<std::remove_cvref_t<P>>();
  else if constexpr (is_text<P>)
    return std::as_const(arguments.value);
  else if constexpr (std::is_lvalue_reference_v<P>)
    return std::as_const(arguments);
  else
    return std::move(arguments);
}

/** Runs a coroutine; its frame keeps alive what the function may take by reference.

    `Kind` says what results become: `wrap(value, ctx, entry)`, and `nothing(ctx, entry)` for none.
*/
template <class Identity, class Kind, class R, class... P, class F, class Arguments>
task<handler_result> run_coroutine(parameter_list<P...>, F const& f, Arguments arguments, context& ctx,
                                   Identity who, entry const& of) {
  task<R> work = f(pick<Identity, P>(arguments, ctx, who)...);
  if constexpr (std::is_void_v<R>) {
    co_await std::move(work);
    co_return Kind::nothing(ctx, of);
  } else {
    R value = co_await std::move(work);
    co_return Kind::wrap(std::move(value), ctx, of);
  }
}

template <class Identity, class Kind, class R, class... P, class F, class Arguments>
invocation call_handler(parameter_list<P...> list, F const& f, Arguments&& arguments, context& ctx,
                        Identity const& who, entry const& of) {
  using awaits = awaited<R>;
  if constexpr (awaits::coroutine) {
    return run_coroutine<Identity, Kind, typename awaits::type>(list, f, std::move(arguments), ctx, who, of);
  } else if constexpr (std::is_void_v<R>) {
    f(pick<Identity, P>(arguments, ctx, who)...);
    return Kind::nothing(ctx, of);
  } else {
    return Kind::wrap(std::remove_cvref_t<R>(f(pick<Identity, P>(arguments, ctx, who)...)), ctx, of);
  }
}

/** Make `to` call `f` with arguments of type `Arguments`, decoded from JSON.

    `Kind::read(json, arguments, lets_pass)` decodes; what it finds wrong becomes `Kind::refused(found, ctx)`.
*/
template <class Identity, class Kind, class Arguments, class R, class... P, class F, class Entry>
void bind_handler(Entry& to, F f, parameter_list<P...> list) {
  to.coroutine = awaited<R>::coroutine;
  to.takes_context = (is_context<P> || ...);
  to.can_log = to.coroutine && to.takes_context;
  // the entry keeps its address, and it owns this function
  to.invoke = [f = copyable_callable(std::move(f)), list,
               of = static_cast<Entry const*>(&to)](handler_call const& call) -> invocation {
    auto const& who = *static_cast<Identity const*>(call.identity);
    if constexpr (std::same_as<Arguments, boost::json::object>) {
      return call_handler<Identity, Kind, R>(list, f, boost::json::object{call.arguments.get_object(), {}},
                                             call.ctx, who, *of);
    } else {
      Arguments decoded{};
      if (auto const wrong = Kind::read(call.arguments, decoded, of->lets_pass))
        return Kind::refused(wrong, call.ctx);
      return call_handler<Identity, Kind, R>(list, f, std::move(decoded), call.ctx, who, *of);
    }
  };
}

}  // namespace mcpawl::detail
