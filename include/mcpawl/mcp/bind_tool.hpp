// mcpawl/mcp/bind_tool.hpp - make a registered tool of a typed function
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/core/task.hpp>
#include <mcpawl/core/verified.hpp>
#include <mcpawl/mcp/context.hpp>
#include <mcpawl/mcp/returns.hpp>
#include <mcpawl/mcp/signature.hpp>
#include <mcpawl/mcp/tool.hpp>
#include <mcpawl/reflect/decode.hpp>
#include <mcpawl/reflect/schema.hpp>

#include <concepts>
#include <string>
#include <type_traits>
#include <utility>

namespace mcpawl::detail {

template <class T>
inline constexpr bool is_verified = false;
template <class Claims>
inline constexpr bool is_verified<verified<Claims>> = true;

/** Stands for "this tool takes no arguments". */
struct no_arguments {};

template <class P>
inline constexpr bool is_context = std::same_as<P, context&>;
template <class P>
inline constexpr bool is_raw = std::same_as<std::remove_cvref_t<P>, boost::json::object>;
template <class P, class Identity>
inline constexpr bool is_identity = std::same_as<std::remove_cvref_t<P>, Identity> &&
                                    (!std::is_reference_v<P> || std::is_const_v<std::remove_reference_t<P>>);
template <class P>
inline constexpr bool passes_by_value_or_const =
    !std::is_reference_v<P> || std::is_const_v<std::remove_reference_t<P>> || std::is_rvalue_reference_v<P>;
template <class P>
inline constexpr bool is_arguments = std::is_class_v<std::remove_cvref_t<P>>&&
    std::is_aggregate_v<std::remove_cvref_t<P>>&& passes_by_value_or_const<P>;

/** Finds the parameter that holds the arguments and refuses, in sentences, what cannot be called. */
template <class Identity, class... P>
struct parameters {
  template <class T>
  static constexpr bool check() {
    using value = std::remove_cvref_t<T>;
    if constexpr (is_context<T> || is_identity<T, Identity>) {
      return true;
    } else if constexpr (std::same_as<value, context>) {
      static_assert(is_context<T>, "mcpawl: take the context by reference: mcpawl::context&");
      return false;
    } else if constexpr (is_verified<value>) {
      static_assert(std::same_as<value, Identity>,
                    "mcpawl: this tool takes an identity that the server's policy does not verify; give the "
                    "server the policy that does");
      return false;
    } else {
      static_assert(is_raw<T> || is_arguments<T>,
                    "mcpawl: a tool parameter must be one struct of arguments, mcpawl::context&, or the "
                    "identity that the server's policy verifies");
      if constexpr (is_arguments<T>) {
        static_assert(schema_type<value>,
                      "mcpawl: the struct of arguments has a member that JSON Schema cannot describe");
        explain_unrepresentable<value>();
        return schema_type<value>;
      }
      return is_raw<T>;
    }
  }
  static constexpr bool valid = (check<P>() && ...);

  template <class T>
  static constexpr bool carries_arguments = !is_context<T> && !is_identity<T, Identity>;
  static constexpr int argument_count = (0 + ... + (carries_arguments<P> ? 1 : 0));
  static_assert(argument_count <= 1,
                "mcpawl: a tool takes its arguments as one struct, not as several parameters");

  template <class Found, class... Rest>
  struct find {
    using type = Found;
  };
  template <class Found, class First, class... Rest>
  struct find<Found, First, Rest...>
      : find<std::conditional_t<carries_arguments<First>, std::remove_cvref_t<First>, Found>, Rest...> {};
  using arguments = typename find<no_arguments, P...>::type;
};

template <class Identity, class P, class Arguments>
decltype(auto) pick(Arguments& arguments, context& ctx, Identity const& who) {
  if constexpr (is_context<P>)
    return (ctx);
  else if constexpr (is_identity<P, Identity>)
    return (who);
  else if constexpr (std::is_lvalue_reference_v<P>)
    return std::as_const(arguments);
  else
    return std::move(arguments);
}

/** Runs a coroutine tool; its frame keeps alive what the tool may take by reference. */
template <class Identity, class R, class... P, class F, class Arguments>
task<tool_result> run_coroutine_tool(parameter_list<P...>, F const& f, Arguments arguments, context& ctx,
                                     Identity who) {
  task<R> work = f(pick<Identity, P>(arguments, ctx, who)...);
  if constexpr (std::is_void_v<R>) {
    co_await std::move(work);
    co_return tool_result{};
  } else {
    R value = co_await std::move(work);
    co_return returns<R>::wrap(std::move(value));
  }
}

template <class Identity, class R, class... P, class F, class Arguments>
tool_invocation call_tool(parameter_list<P...> list, F const& f, Arguments&& arguments, context& ctx,
                          Identity const& who) {
  using awaits = awaited<R>;
  if constexpr (awaits::coroutine) {
    return run_coroutine_tool<Identity, typename awaits::type>(list, f, std::move(arguments), ctx, who);
  } else if constexpr (std::is_void_v<R>) {
    f(pick<Identity, P>(arguments, ctx, who)...);
    return tool_result{};
  } else {
    return returns<std::remove_cvref_t<R>>::wrap(f(pick<Identity, P>(arguments, ctx, who)...));
  }
}

/** Decode the arguments of one call and make it. */
template <class Identity, class Arguments, class R, class... P, class F>
tool_invocation decode_and_call(parameter_list<P...> list, F const& f, boost::json::value const& arguments,
                                context& ctx, Identity const& who) {
  if constexpr (std::same_as<Arguments, boost::json::object>) {
    return call_tool<Identity, R>(list, f, boost::json::object{arguments.get_object(), {}}, ctx, who);
  } else {
    Arguments decoded{};
    if (auto const problem = decode(arguments, decoded)) {
      std::string text = "invalid arguments: ";
      if (!problem->pointer.empty()) text += problem->pointer + ": ";
      return tool_result::failure(text + problem->message);
    }
    return call_tool<Identity, R>(list, f, std::move(decoded), ctx, who);
  }
}

/** Fill in what follows from the type of `f`: the schemas and how to call it. */
template <class Identity, class F, class R, class... P>
void bind_as(tool& to, F f, parameter_list<P...> list) {
  using found = parameters<Identity, P...>;
  using arguments = typename found::arguments;
  using output = typename awaited<R>::type;
  static_assert(returnable<output>,
                "mcpawl: a tool must return void, text, content, a tool_result, JSON, or a value that JSON "
                "Schema can describe; or a mcpawl::task of one of these");
  if constexpr (found::valid && found::argument_count <= 1 && returnable<output>) {
    if constexpr (std::same_as<arguments, no_arguments>) {
      to.input_schema = R"({"type":"object","additionalProperties":false})";
    } else if constexpr (!std::same_as<arguments, boost::json::object>) {
      to.input_schema = schema_of<arguments>();
    }
    if constexpr (returns_structured<output>) {
      to.output_schema = schema_of<output>();
      to.output_is_object = returns<output>::object;
    }
    to.coroutine = awaited<R>::coroutine;
    to.invoke = [f = std::move(f), list](tool_call const& call) {
      auto const& who = *static_cast<Identity const*>(call.identity);
      return decode_and_call<Identity, arguments, R>(list, f, call.arguments, call.ctx, who);
    };
  }
}

template <class Identity, class F>
void bind_tool(tool& to, F f) {
  static_assert(has_signature<F>,
                "mcpawl: a tool must be a function or a function object with one operator() const; generic "
                "lambdas (auto parameters), overloads and mutable lambdas cannot be registered");
  if constexpr (has_signature<F>) {
    using signature = signature_of<std::decay_t<F>>;
    bind_as<Identity, F, typename signature::result>(to, std::move(f), typename signature::parameters{});
  }
}

}  // namespace mcpawl::detail
