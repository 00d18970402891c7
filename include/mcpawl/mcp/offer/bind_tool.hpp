// mcpawl/mcp/offer/bind_tool.hpp - make a registered tool of a typed function
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/mcp/call/context.hpp>
#include <mcpawl/mcp/call/handler_result.hpp>
#include <mcpawl/mcp/call/parameters.hpp>
#include <mcpawl/mcp/call/returns.hpp>
#include <mcpawl/mcp/call/signature.hpp>
#include <mcpawl/mcp/offer/bind_handler.hpp>
#include <mcpawl/mcp/offer/entry.hpp>
#include <mcpawl/mcp/offer/tool.hpp>
#include <mcpawl/mcp/types/meta.hpp>
#include <mcpawl/mcp/types/tool_result.hpp>
#include <mcpawl/reflect/decode.hpp>
#include <mcpawl/reflect/schema.hpp>

#include <concepts>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace mcpawl::detail {

/** The result of a tool as text. */
inline handler_result to_handler_result(tool_result const& result, context const& ctx) {
  handler_result out;
  result.append_members(out.members, ctx.protocol());
  append_meta_members(out.meta, result.meta(), server_info_key);
  out.is_error = result.is_error();
  return out;
}

/** Hold a result against the schema that was promised by hand; throws what the log is to say. */
inline void check_output(tool const& of, tool_result& result) {
  if (!of.output_problem) return;
  auto const problem = of.output_problem(result.structured_json());
  // clients hold what failed against the schema, too, and would hide its words behind a complaint of their
  // own
  if (problem && result.is_error())
    result.structured_json({});
  else if (problem)
    throw std::logic_error("the output schema does not allow the result: " + *problem);
}

struct tool_kind {
  template <class R>
  static handler_result wrap(R value, context const& ctx, [[maybe_unused]] entry const& of) {
    if constexpr (returns_structured<R>) {
      handler_result out;
      std::string const json = returns<R>::text(value);
      if (!returns<R>::object && wants_objects(ctx.protocol()))
        append_structured_result(out.members, json, wrapped_result(json), ctx.protocol());
      else
        append_structured_result(out.members, json, json, ctx.protocol());
      return out;
    } else {
      tool_result result = returns<R>::wrap(std::move(value));
      check_output(static_cast<tool const&>(of), result);
      return to_handler_result(result, ctx);
    }
  }
  static handler_result nothing(context const& ctx, entry const& of) { return wrap(tool_result{}, ctx, of); }
  /** Arguments that do not fit are the tool's failure, so that the model can mend them. */
  static handler_result refused(decode_problems const& problems, context const& ctx) {
    return to_handler_result(tool_result::failure(problems.text("invalid arguments")), ctx);
  }
  template <class Arguments>
  static decode_problems read(boost::json::value const& from, Arguments& to, decode_options lets_pass) {
    return decode_all(from, to, lets_pass);
  }
};

/** Fill in what follows from the type of `f`: the schemas and how to call it. */
template <class Identity, class F, class R, class... P>
void bind_tool_as(tool& to, F f, parameter_list<P...> list) {
  using found = parameters<Identity, P...>;
  using arguments = typename found::arguments;
  using output = typename awaited<R>::type;
  static_assert(returnable<output>,
                "mcpawl: a tool must return void, text, content, a tool_result, JSON, or a value that JSON "
                "Schema can describe; or a mcpawl::task of one of these");
  if constexpr (found::usable && returnable<output>) {
    if constexpr (std::same_as<arguments, no_arguments>) {
      // without `properties` some model APIs refuse the request that lists the tool
      to.input_schema = R"({"type":"object","properties":{},"additionalProperties":false})";
    } else if constexpr (!std::same_as<arguments, boost::json::object>) {
      to.input_schema = schema_of<arguments>();
    }
    if constexpr (returns_structured<output>) {
      to.output_schema = schema_of<output>();
      to.output_is_object = returns<output>::object;
      if (!to.output_is_object) to.wrapped_output_schema = wrapped_result_schema(to.output_schema);
    }
    bind_handler<Identity, tool_kind, arguments, R>(to, std::move(f), list);
  }
}

template <class Identity, class F>
void bind_tool(tool& to, F f) {
  explain_callable<F>();
  static_assert(has_signature<F> || is_explained<F>,
                "mcpawl: a tool must be a function or a function object with one operator() const; generic "
                "lambdas (auto parameters), overloads and mutable lambdas cannot be registered");
  if constexpr (has_signature<F>) {
    using signature = signature_of<std::decay_t<F>>;
    bind_tool_as<Identity, F, typename signature::result>(to, std::move(f), typename signature::parameters{});
  }
}

}  // namespace mcpawl::detail
