// mcpawl/mcp/offer/bind_prompt.hpp - make a registered prompt of a typed function
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/object.hpp>

#include <mcpawl/mcp/call/context.hpp>
#include <mcpawl/mcp/call/handler_result.hpp>
#include <mcpawl/mcp/call/parameters.hpp>
#include <mcpawl/mcp/call/returns.hpp>
#include <mcpawl/mcp/call/signature.hpp>
#include <mcpawl/mcp/offer/bind_completion.hpp>
#include <mcpawl/mcp/offer/bind_handler.hpp>
#include <mcpawl/mcp/offer/entry.hpp>
#include <mcpawl/mcp/offer/prompt.hpp>
#include <mcpawl/mcp/types/content.hpp>
#include <mcpawl/mcp/types/meta.hpp>
#include <mcpawl/mcp/types/prompt_result.hpp>
#include <mcpawl/reflect/decode.hpp>
#include <mcpawl/reflect/descriptor.hpp>
#include <mcpawl/reflect/model.hpp>
#include <mcpawl/reflect/type_kinds.hpp>

#include <concepts>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace mcpawl::detail {

template <class R>
concept prompt_returnable =
    text_like<R> || content_like<R> || std::same_as<R, prompt_result> || std::same_as<R, prompt_message> ||
    std::same_as<R, std::vector<prompt_message>> || std::same_as<R, std::vector<content_block>>;

inline handler_result to_handler_result(prompt_result const& result, context const& ctx) {
  handler_result out;
  result.append_members(out.members, ctx.protocol());
  append_meta_members(out.meta, result.meta(), server_info_key);
  return out;
}

struct prompt_kind {
  template <class R>
  static handler_result wrap(R value, context const& ctx, entry const&) {
    if constexpr (std::same_as<R, prompt_result>) {
      return to_handler_result(value, ctx);
    } else {
      prompt_result out;
      if constexpr (text_like<R>)
        out.user(std::string(std::string_view(value)));
      else if constexpr (std::same_as<R, prompt_message>)
        out.add(std::move(value));
      else if constexpr (content_like<R>)
        out.user(content_block(std::move(value)));
      else if constexpr (std::same_as<R, std::vector<prompt_message>>)
        for (auto& message : value) out.add(std::move(message));
      else
        for (auto& block : value) out.user(std::move(block));
      return to_handler_result(out, ctx);
    }
  }
  static handler_result refused(decode_problems const& problems, context const&) {
    return handler_result::refused({rpc_code::invalid_params, problems.text("invalid arguments")});
  }
  template <class Arguments>
  static decode_problems read(boost::json::value const& from, Arguments& to, decode_options lets_pass) {
    return decode_all(from, to, lets_pass);
  }
};

/** The list of arguments that a struct describes; names of enumerations complete by themselves. */
inline void describe_prompt_arguments(prompt& to, object_descriptor const& type) {
  auto const states = type.states();
  for (std::size_t i = 0; i != type.fields.size(); ++i) {
    auto const& field = type.fields[i];
    to.arguments.emplace_back(std::string(field.rules.name), std::string(field.rules.description),
                              states[i].required);
    auto const& bare = known_of(without_optional_of(*field.type));
    if (bare.kind != json_kind::enumeration) continue;
    auto const names = static_cast<enumeration_descriptor const&>(bare).names;
    to.completers.emplace(field.rules.name,
                          word_completer(std::vector<std::string>(names.begin(), names.end())));
  }
}

template <class T>
inline constexpr bool is_prompt_text = std::same_as<known_t<without_optional_t<T>>, std::string> ||
                                       std::is_enum_v<known_t<without_optional_t<T>>>;

template <class T>
consteval bool has_only_texts() {
  return []<class... Members>(type_list<Members...>) {
    return (is_prompt_text<Members> && ...);
  }(typename members_of<known_t<T>>::types{});
}

template <class Identity, class F, class R, class... P>
void bind_prompt_as(prompt& to, F f, parameter_list<P...> list) {
  using found = parameters<Identity, P...>;
  using arguments = typename found::arguments;
  using output = typename awaited<R>::type;
  static_assert(prompt_returnable<output>,
                "mcpawl: a prompt must return text, content, a prompt_message, a std::vector of messages or "
                "of content, or a prompt_result; or a mcpawl::task of one of these");
  if constexpr (found::usable && prompt_returnable<output>) {
    if constexpr (!std::same_as<arguments, boost::json::object> && !std::same_as<arguments, no_arguments>) {
      static_assert(has_only_texts<arguments>(),
                    "mcpawl: the arguments of a prompt are texts: each member of their struct must be a "
                    "std::string or an enumeration, or a std::optional of one");
      describe_prompt_arguments(to, descriptor_of<known_t<arguments>>);
    }
    bind_handler<Identity, prompt_kind, arguments, R>(to, std::move(f), list);
  }
}

template <class Identity, class F>
void bind_prompt(prompt& to, F f) {
  explain_callable<F>();
  static_assert(has_signature<F> || is_explained<F>,
                "mcpawl: a prompt must be a function or a function object with one operator() const; generic "
                "lambdas (auto parameters), overloads and mutable lambdas cannot be registered");
  if constexpr (has_signature<F>) {
    using signature = signature_of<std::decay_t<F>>;
    bind_prompt_as<Identity, F, typename signature::result>(to, std::move(f),
                                                            typename signature::parameters{});
  }
}

}  // namespace mcpawl::detail
