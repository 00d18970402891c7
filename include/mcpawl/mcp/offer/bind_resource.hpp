// mcpawl/mcp/offer/bind_resource.hpp - make a registered resource of a typed function
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
#include <mcpawl/mcp/offer/resource.hpp>
#include <mcpawl/mcp/offer/resource_template.hpp>
#include <mcpawl/mcp/offer/resource_variables.hpp>
#include <mcpawl/mcp/types/not_found.hpp>
#include <mcpawl/mcp/types/resource_contents.hpp>
#include <mcpawl/reflect/decode.hpp>
#include <mcpawl/reflect/encode.hpp>
#include <mcpawl/reflect/model.hpp>
#include <mcpawl/reflect/type_kinds.hpp>
#include <mcpawl/text/json_text.hpp>

#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace mcpawl::detail {

template <class R>
concept bytes_like = std::same_as<R, std::vector<std::byte>> || std::same_as<R, std::vector<unsigned char>>;
template <class R>
concept json_like = std::same_as<R, boost::json::value> || std::same_as<R, boost::json::object>;
template <class R>
concept contents_like =
    text_like<R> || bytes_like<R> || json_like<R> || std::same_as<R, resource_contents> ||
    std::same_as<R, std::vector<resource_contents>> || (!content_like<R> && schema_type<R>);
template <class R>
concept readable_result = contents_like<without_optional_t<R>>;

/** The result of reading; without any contents there is no such resource. */
inline handler_result to_handler_result(std::vector<resource_contents> const& all, context const& ctx,
                                        readable const& of, std::string_view usual_type) {
  if (all.empty()) return handler_result::refused(resource_not_found(ctx.protocol(), ctx.uri()));
  if (!of.mime_type.empty()) usual_type = of.mime_type;
  handler_result out;
  char const* separator = R"("contents":[)";
  for (auto const& contents : all) {
    out.members += separator;
    separator = ",";
    contents.append(out.members, ctx.protocol(), ctx.uri(), usual_type);
  }
  out.members += ']';
  of.cache.append_members(out.members, ctx.protocol());
  return out;
}

/** A value as the contents of a resource. */
template <class R>
std::vector<resource_contents> contents_of(R value) {
  std::vector<resource_contents> out;
  if constexpr (std::same_as<R, std::vector<resource_contents>>) {
    out = std::move(value);
  } else if constexpr (std::same_as<R, resource_contents>) {
    out.push_back(std::move(value));
  } else if constexpr (text_like<R>) {
    out.push_back(resource_contents::text(std::string(std::string_view(value))));
  } else if constexpr (bytes_like<R>) {
    out.push_back(
        resource_contents::binary(std::string(reinterpret_cast<char const*>(value.data()), value.size())));
  } else {
    std::string json;
    if constexpr (json_like<R>)
      append_json(json, value);
    else
      encode_or_throw(value, json, "the contents");
    out.push_back(resource_contents::text(std::move(json)));
  }
  return out;
}

template <class R>
inline constexpr std::string_view usual_type_of =
    text_like<R> || bytes_like<R> || std::same_as<R, resource_contents> ||
            std::same_as<R, std::vector<resource_contents>>
        ? std::string_view()
        : std::string_view("application/json");

struct readable_kind {
  template <class R>
  static handler_result wrap(R value, context const& ctx, entry const& of) {
    auto const& from = static_cast<readable const&>(of);
    if constexpr (is_optional<R>) {
      if (!value) return to_handler_result({}, ctx, from, {});
      return wrap(std::move(*value), ctx, of);
    } else {
      return to_handler_result(contents_of(std::move(value)), ctx, from, usual_type_of<R>);
    }
  }
  /** A URI whose variables are not what the function takes names nothing. */
  static handler_result refused(std::optional<decode_problem> const&, context const& ctx) {
    return handler_result::refused(resource_not_found(ctx.protocol(), ctx.uri()));
  }
  template <class Arguments>
  static std::optional<decode_problem> read(boost::json::value const& from, Arguments& to, decode_options) {
    if constexpr (std::same_as<Arguments, no_arguments>)
      return std::nullopt;
    else
      return decode(typed_variables(descriptor_of<known_t<Arguments>>, from), to);
  }
};

template <class Identity, class F, class R, class... P>
void bind_resource_as(resource& to, F f, parameter_list<P...> list) {
  using found = parameters<Identity, P...>;
  using output = typename awaited<R>::type;
  static_assert(found::argument_count == 0,
                "mcpawl: a resource has one URI and so no arguments; register a resource_template to have "
                "the variables of many");
  static_assert(
      readable_result<output>,
      "mcpawl: a resource must return text, bytes, resource_contents, a std::vector of these, JSON, "
      "or a value that JSON Schema can describe; or a std::optional or a mcpawl::task of one of these");
  if constexpr (found::usable && found::argument_count == 0 && readable_result<output>)
    bind_handler<Identity, readable_kind, no_arguments, R>(to, std::move(f), list);
}

template <class Identity, class F, class R, class... P>
void bind_template_as(resource_template& to, F f, parameter_list<P...> list,
                      std::vector<std::string>& errors) {
  using found = parameters<Identity, P...>;
  using arguments = typename found::arguments;
  using output = typename awaited<R>::type;
  static_assert(
      readable_result<output>,
      "mcpawl: a resource must return text, bytes, resource_contents, a std::vector of these, JSON, "
      "or a value that JSON Schema can describe; or a std::optional or a mcpawl::task of one of these");
  if constexpr (found::usable && readable_result<output>) {
    if constexpr (!std::same_as<arguments, boost::json::object> && !std::same_as<arguments, no_arguments>)
      if (to.parsed) check_variables(to, descriptor_of<known_t<arguments>>, errors);
    bind_handler<Identity, readable_kind, arguments, R>(to, std::move(f), list);
  }
}

template <class F>
constexpr void explain_resource_function() {
  explain_callable<F>();
  static_assert(
      has_signature<F> || is_explained<F>,
      "mcpawl: a resource must be text, resource_contents, a function, or a function object with one "
      "operator() const; generic lambdas (auto parameters), overloads and mutable lambdas cannot be "
      "registered");
}

/** Bind a function, or contents that never change. */
template <class Identity, class F>
void bind_resource(resource& to, F f) {
  if constexpr (text_like<F>) {
    bind_resource<Identity>(to, resource_contents::text(std::string(std::string_view(f))));
  } else if constexpr (std::same_as<F, resource_contents>) {
    to.size = f.data.size();
    to.mime_type = f.mime_type;
    bind_resource<Identity>(to, [contents = std::move(f)] { return contents; });
  } else {
    explain_resource_function<F>();
    if constexpr (has_signature<F>) {
      using signature = signature_of<std::decay_t<F>>;
      bind_resource_as<Identity, F, typename signature::result>(to, std::move(f),
                                                                typename signature::parameters{});
    }
  }
}

template <class Identity, class F>
void bind_template(resource_template& to, F f, std::vector<std::string>& errors) {
  explain_resource_function<F>();
  if constexpr (has_signature<F>) {
    using signature = signature_of<std::decay_t<F>>;
    bind_template_as<Identity, F, typename signature::result>(to, std::move(f),
                                                              typename signature::parameters{}, errors);
  }
}

}  // namespace mcpawl::detail
