// mcpawl/handles.hpp - what refines a tool, a prompt or a resource that has just been registered
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <boost/json/object.hpp>

#include <mcpawl/auth/no_auth.hpp>
#include <mcpawl/auth/policy.hpp>
#include <mcpawl/mcp/call/call_rules.hpp>
#include <mcpawl/mcp/call/copyable_callable.hpp>
#include <mcpawl/mcp/offer/bind_completion.hpp>
#include <mcpawl/mcp/offer/prompt.hpp>
#include <mcpawl/mcp/offer/resource.hpp>
#include <mcpawl/mcp/offer/resource_template.hpp>
#include <mcpawl/mcp/offer/server_state.hpp>
#include <mcpawl/mcp/offer/tool.hpp>
#include <mcpawl/mcp/types/annotations.hpp>
#include <mcpawl/mcp/types/cache_hint.hpp>
#include <mcpawl/mcp/types/icon.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl {

namespace detail {
template <class T>
struct schema_by_hand;  // raw_tool.hpp

/** What can be said of everything that is registered; every function returns the handle again.

    @par Lifetime
    Ends with the server.
*/
template <class Self, class Identity, class Entry>
class entry_handle {
public:
  entry_handle(Entry& e, server_state& s) noexcept : entry_(&e), state_(&s) {}

  /** A name for people. */
  Self& title(std::string text) {
    entry_->title = std::move(text);
    return self();
  }
  /** Add a picture that clients may show; since 2025-11-25. */
  Self& icon(mcpawl::icon picture) {
    entry_->icons.push_back(std::move(picture));
    return self();
  }
  /** Set the `_meta` of the entry, where extensions find what is theirs. */
  Self& meta(boost::json::object members) {
    entry_->meta = std::move(members);
    return self();
  }

  /** Let only some callers see and use it: `allowed(identity)` says who.

      For the others it does not exist, neither in a list nor by its name. The predicate runs on every list
      and call, on several threads at once, and must be quick; if it throws, the answer is no.
  */
  template <class Predicate>
  Self& allow(Predicate allowed) {
    constexpr bool told_apart = !std::same_as<Identity, anonymous>;
    static_assert(told_apart,
                  "mcpawl: allow() needs callers that can be told apart; give the server a policy");
    // not a constraint of the template: the body of a generic lambda would be compiled before the sentence
    if constexpr (told_apart) {
      constexpr bool callable = std::predicate<Predicate const&, Identity const&>;
      static_assert(callable,
                    "mcpawl: allow() takes a function of the identity that the server's policy verifies, by "
                    "const reference, which returns a bool");
      if constexpr (callable)
        entry_->allowed = [allowed = copyable_callable(std::move(allowed))](void const* identity) {
          try {
            return static_cast<bool>(allowed(*static_cast<Identity const*>(identity)));
          } catch (...) {
            return false;
          }
        };
    }
    return self();
  }

  /** Let only callers use it whose token was granted these scopes, all of them; further calls add more.

      Everybody sees it in lists. A call without one of them is answered with 403 and a challenge (MCP "Authorization", "Scope Challenge
      Handling"), before anything is done, so that clients ask their user for more: the step-up. Over HTTP+SSE the POST is answered so, and
      of a batch nothing is done. With `allow` it does not exist for whom that says no, whatever their scopes.

      @code
      srv.tool("adjust", "Change what is in stock.", adjust).requires_scope("stock:write");
      @endcode

      @par Errors
      A scope that the policy does not offer to clients is reported when the server starts. */
  template <std::convertible_to<std::string>... Scopes>
  requires(sizeof...(Scopes) != 0)
  Self& requires_scope(Scopes... scopes) {
    static_assert(has_scopes<Identity>,
                  "mcpawl: requires_scope() needs callers with tokens that have scopes; give the server a "
                  "policy whose identity has them, such as jwt_bearer or access_oauth");
    if constexpr (has_scopes<Identity>) {
      (entry_->scopes.push_back(std::move(scopes)), ...);
      state_->granted_scopes = [](void const* identity) -> std::vector<std::string> const& {
        return mcpawl::granted_scopes(*static_cast<Identity const*>(identity));
      };
    }
    return self();
  }

  /** Run its function on a thread of its own, since it blocks: calls of others go on meanwhile.

      For plain functions; a coroutine hands what blocks to `context::offload`. The function may report progress
      and ask whether it is still wanted: `context::report_progress`, `report_log`, `cancelled`. How many threads
      there are, and how many calls may wait for one, is in `limits::max_work_threads` and `max_queued_work`.

      @par Errors
      A coroutine is reported when the server starts. */
  Self& blocking() {
    if (entry_->coroutine) {
      state_->errors.push_back("\"" + std::string(entry_->key()) +
                               "\" is a coroutine: blocking() is for plain functions; co_await "
                               "ctx.offload(...) what blocks");
    } else {
      entry_->blocking = true;
      entry_->can_log = entry_->takes_context;
      state_->can_log = state_->can_log || entry_->can_log;
    }
    return self();
  }

  /** Let a call work so long, then stop it: of a tool the model reads that it took too long and, unless the tool is `read_only`,
      that the outcome is unknown; other calls end with an error of JSON-RPC. In place of `limits::max_call_time`.

      For coroutines, whose pending `co_await` ends with `operation_aborted`, and for functions that are `blocking()`, which learn of
      it by `context::cancelled` and keep their thread until they return. While a client has to answer a question (`context::elicit`) the
      time stands still, and each round of a call without sessions has its own.

      @par Errors
      A time that is not above zero, and a function that nobody can stop, are reported when the server starts. */
  Self& timeout(std::chrono::milliseconds most) {
    if (most.count() > 0)
      rules().timeout = most;
    else
      refuse("timeout() must be longer than zero");
    return self();
  }

  /** Let only so many calls of it run at once, whoever calls; a call beyond is answered at once: of a tool with `isError` and "busy", else
      with an error of JSON-RPC. Blocking work counts until it has returned, also when its client has left.

      @par Errors
      Fewer than one is reported when the server starts. */
  Self& at_most(int calls) {
    if (calls > 0)
      rules().slots = std::make_shared<call_slots>(static_cast<std::size_t>(calls));
    else
      refuse("at_most() must be 1 or more");
    return self();
  }

  /** Let each caller call it so often: `calls` at once, then one more each `period / calls`. A call beyond is answered at once, of a tool
      with `isError` and when to try again, else with an error of JSON-RPC.

      A caller is who has the principal, without a policy who has the network address (of IPv6 the first 64 bits). On stdio, and from a
      loopback address, all have the rate of one together. Up to 65 536 callers are told apart, others share one rate. Instances that
      have a `server_options::shared_store` have one rate together, but for what is called within a moment.

      @code
      srv.tool("report", "Make the report.", report).blocking().timeout(30s).at_most(4).rate(60, 1min);
      @endcode

      @par Errors
      Numbers that are not above zero, more than a call each nanosecond, or a period of more than a year, are reported when the server
      starts. */
  Self& rate(int calls, std::chrono::nanoseconds period) {
    constexpr std::chrono::hours year(24 * 366);
    if (calls > 0 && period.count() >= calls && period <= year)
      rules().rate = std::make_shared<rate_table>(static_cast<std::uint32_t>(calls), period);
    else
      refuse("rate() must be 1 call or more in a period that is longer than zero and at most a year");
    return self();
  }

protected:
  Self& self() noexcept { return static_cast<Self&>(*this); }

  call_rules& rules() {
    if (!entry_->rules) entry_->rules = std::make_shared<call_rules>();
    return *entry_->rules;
  }
  void refuse(std::string_view why) {
    state_->errors.push_back("\"" + std::string(entry_->key()) + "\": " + std::string(why));
  }

  template <class F>
  Self& add_completer(std::string name, F f) {
    completer made = detail::bind_completer<Identity>(*entry_, std::move(f));
    state_->can_log = state_->can_log || made.can_log;
    entry_->completers.insert_or_assign(std::move(name), std::move(made));
    return self();
  }

  Entry* entry_;
  server_state* state_;
};

/** Refines what takes arguments. */
template <class Self, class Identity, class Entry>
class called_handle : public entry_handle<Self, Identity, Entry> {
public:
  using entry_handle<Self, Identity, Entry>::entry_handle;

  /** Pass over arguments that nobody declared instead of refusing them: some clients add their own. */
  Self& ignore_unknown_arguments(bool ignore = true) {
    this->entry_->lets_pass.ignore_unknown = ignore;
    return this->self();
  }
  /** Take a null for an argument that may be left out as if it had been left out: some models have to send
      every argument. */
  Self& ignore_null_arguments(bool ignore = true) {
    this->entry_->lets_pass.ignore_null = ignore;
    return this->self();
  }
};

}  // namespace detail

/** Refines a tool. */
template <class Identity>
class tool_handle : public detail::called_handle<tool_handle<Identity>, Identity, detail::tool> {
public:
  using detail::called_handle<tool_handle, Identity, detail::tool>::called_handle;

  /** Hint: it changes nothing. */
  tool_handle& read_only(bool hint = true) { return set(hints().read_only, hint); }
  /** Hint: it may destroy something. */
  tool_handle& destructive(bool hint = true) { return set(hints().destructive, hint); }
  /** Hint: calling it again with the same arguments changes nothing more. */
  tool_handle& idempotent(bool hint = true) { return set(hints().idempotent, hint); }
  /** Hint: it reaches systems beyond this server. */
  tool_handle& open_world(bool hint = true) { return set(hints().open_world, hint); }

  /** Take a text for a number or a boolean that it spells, `"5"` or `"true"`: some clients send all arguments
      as texts. `decode_options::coerce_text` has the rule. For tools whose arguments are a struct. */
  tool_handle& coerce_text_arguments(bool coerce = true) {
    this->entry_->lets_pass.coerce_text = coerce;
    return *this;
  }

  /** Promise what the structured content looks like, by a JSON Schema (2020-12) written by hand.

      For tools that return JSON or a `tool_result`; others promise it by their type. What the schema does not
      allow is a fault of the tool and does not leave the server: the caller gets an internal error, the log
      what was wrong. Needs `#include <mcpawl/raw_tool.hpp>`.

      @par Errors
      A schema that is none is reported when the server starts. */
  template <class Text = std::string>
  tool_handle& output_schema(Text const& text) {
    constexpr bool included = requires { sizeof(detail::schema_by_hand<Text>); };
    static_assert(included,
                  "mcpawl: output_schema needs #include <mcpawl/raw_tool.hpp>, which checks the schema");
    if constexpr (included) detail::schema_by_hand<Text>::promise(*this->state_, *this->entry_, text);
    return *this;
  }

private:
  detail::tool_annotations& hints() noexcept { return this->entry_->annotations; }
  tool_handle& set(std::optional<bool>& slot, bool hint) {
    slot = hint;
    return *this;
  }
};

/** Refines a prompt. */
template <class Identity>
class prompt_handle : public detail::called_handle<prompt_handle<Identity>, Identity, detail::prompt> {
public:
  using detail::called_handle<prompt_handle, Identity, detail::prompt>::called_handle;

  /** Suggest values for an argument: `f` is a list of words, or a function of the text typed so far that
      returns one. Those that are enumerations have their names without being told.

      @par Errors
      An argument that the prompt does not have is reported when the server starts. */
  template <class F>
  prompt_handle& complete(std::string argument, F f) {
    return this->add_completer(std::move(argument), std::move(f));
  }
};

namespace detail {

/** Refines what can be read. */
template <class Self, class Identity, class Entry>
class readable_handle : public entry_handle<Self, Identity, Entry> {
public:
  using entry_handle<Self, Identity, Entry>::entry_handle;

  /** What it is, for the model. */
  Self& description(std::string text) { return set(this->entry_->description, std::move(text)); }
  /** The type of contents that name none. */
  Self& mime_type(std::string type) { return set(this->entry_->mime_type, std::move(type)); }
  /** Hint: whom it is for. */
  Self& audience(std::vector<role> readers) { return set(hints().audience, std::move(readers)); }
  /** Hint: 0 for what may be left out, 1 for what must be read. */
  Self& priority(double from_0_to_1) { return set(hints().priority, from_0_to_1); }
  /** Hint: when it was changed, in ISO 8601. */
  Self& last_modified(std::string time) { return set(hints().last_modified, std::move(time)); }
  /** Hint: how long what was read may be kept, and for whom. */
  Self& cache(cache_hint hint) { return set(this->entry_->cache, hint); }

protected:
  annotations& hints() noexcept { return this->entry_->annotations; }
  template <class Slot, class Value>
  Self& set(Slot& slot, Value&& value) {
    slot = std::forward<Value>(value);
    return this->self();
  }
};

}  // namespace detail

/** Refines a resource. */
template <class Identity>
class resource_handle
    : public detail::readable_handle<resource_handle<Identity>, Identity, detail::resource> {
public:
  using detail::readable_handle<resource_handle, Identity, detail::resource>::readable_handle;

  /** Its size in bytes, before any encoding. */
  resource_handle& size(std::uint64_t bytes) { return this->set(this->entry_->size, bytes); }
};

/** Refines a template of resources. */
template <class Identity>
class resource_template_handle : public detail::readable_handle<resource_template_handle<Identity>, Identity,
                                                                detail::resource_template> {
public:
  using detail::readable_handle<resource_template_handle, Identity,
                                detail::resource_template>::readable_handle;

  /** Suggest values for a variable, as for the arguments of a prompt. */
  template <class F>
  resource_template_handle& complete(std::string variable, F f) {
    return this->add_completer(std::move(variable), std::move(f));
  }
};

}  // namespace mcpawl
