// mcpawl/mcp/offer/bind_completion.hpp - make a completer of a typed function
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/mcp/call/completion.hpp>
#include <mcpawl/mcp/call/context.hpp>
#include <mcpawl/mcp/call/copyable_callable.hpp>
#include <mcpawl/mcp/call/handler_result.hpp>
#include <mcpawl/mcp/call/parameters.hpp>
#include <mcpawl/mcp/call/signature.hpp>
#include <mcpawl/mcp/offer/bind_handler.hpp>
#include <mcpawl/mcp/offer/entry.hpp>

#include <concepts>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace mcpawl::detail {

inline handler_result to_handler_result(completion const& found) {
  handler_result out;
  found.append_member(out.members);
  return out;
}

struct completion_kind {
  template <class R>
  static handler_result wrap(R value, context const&, entry const&) {
    return to_handler_result(std::move(value));
  }
};

/** Complete from a fixed list of words, such as the names of an enumeration. */
inline completer word_completer(std::vector<std::string> words) {
  completer out;
  out.invoke = [words = std::move(words)](completion_request asked, context&, void const*) -> invocation {
    return to_handler_result(completion::of(words, asked.value));
  };
  return out;
}

template <class Identity, class F, class R, class... P>
completer completer_as(entry const& of, F f, parameter_list<P...> list) {
  static_assert((... && (is_text<P> || std::same_as<std::remove_cvref_t<P>, completion_request> ||
                         is_context<P> || is_identity<P, Identity>)),
                "mcpawl: a completer takes the text typed so far or a mcpawl::completion_request, "
                "mcpawl::context&, and the identity that the server's policy verifies");
  static_assert(std::convertible_to<typename awaited<R>::type, completion>,
                "mcpawl: a completer must return a std::vector<std::string> or a mcpawl::completion; or a "
                "mcpawl::task of one of these");
  completer out;
  out.coroutine = awaited<R>::coroutine;
  out.can_log = out.coroutine && (is_context<P> || ...);
  out.invoke = [f = copyable_callable(std::move(f)), list, of = &of](completion_request asked, context& ctx,
                                                                     void const* who) {
    return call_handler<Identity, completion_kind, R>(list, f, std::move(asked), ctx,
                                                      *static_cast<Identity const*>(who), *of);
  };
  return out;
}

template <class Identity, class F>
completer bind_completer(entry const& of, F f) {
  if constexpr (std::convertible_to<F, std::vector<std::string>>) {
    return word_completer(std::move(f));
  } else {
    explain_callable<F>();
    static_assert(has_signature<F> || is_explained<F>,
                  "mcpawl: a completer must be a list of strings, a function, or a function object with one "
                  "operator() const");
    if constexpr (has_signature<F>) {
      using signature = signature_of<std::decay_t<F>>;
      return completer_as<Identity, F, typename signature::result>(of, std::move(f),
                                                                   typename signature::parameters{});
    } else {
      return {};
    }
  }
}

}  // namespace mcpawl::detail
