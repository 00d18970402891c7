// mcpawl/server.hpp - the server: a name, a policy, and what it offers
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/auth/no_auth.hpp>
#include <mcpawl/auth/policy.hpp>
#include <mcpawl/core/configuration_error.hpp>
#include <mcpawl/handles.hpp>
#include <mcpawl/mcp/call/call_hook.hpp>
#include <mcpawl/mcp/call/copyable_callable.hpp>
#include <mcpawl/mcp/offer/bind_prompt.hpp>
#include <mcpawl/mcp/offer/bind_resource.hpp>
#include <mcpawl/mcp/offer/bind_tool.hpp>
#include <mcpawl/mcp/offer/registration.hpp>
#include <mcpawl/mcp/offer/server_state.hpp>
#include <mcpawl/mcp/types/implementation.hpp>
#include <mcpawl/mcp/types/resource_uri.hpp>
#include <mcpawl/mcp/types/tool_name.hpp>

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace mcpawl {

/** A server: what it is called, who may come in, and what it offers.

    @code
    mcpawl::server srv{{"adder", "1.0"}, mcpawl::access_jwt::from_env()};
    srv.tool("add", "Add two integers.", add);
    mcpawl::serve_http(srv, {.address = "127.0.0.1", .port = 8080});
    @endcode

    @tparam Auth  the policy; its identity type is what tools may take as a parameter.

    @par Errors
    What is wrong with a registration (a name or URI that is taken or malformed, a schema that is none) is
    noted and thrown as one `configuration_error` by `check`, `serve_http`, `serve_stdio` and `http_server`.
    What a function cannot have as a parameter or a result does not compile.
    @par Lifetime
    Must outlive `serve_http`.
    @par Thread safety
    Register everything before serving; while it is served the server is only read. Tools run on all of
    the server's threads at once. A plain function runs to its end on an I/O thread, so it must be quick;
    what waits is written as a coroutine, and what blocks goes to other threads: `blocking()` of the handle,
    `context::offload`.
*/
template <auth_policy Auth = no_auth>
class server {
public:
  using identity_type = typename Auth::identity_type;

  explicit server(implementation info, Auth auth = Auth(), server_options options = {})
      : auth_(std::move(auth)),
        state_(std::make_unique<detail::server_state>(std::move(info), std::move(options))) {}

  /** Register a function as a tool.

      @param f  a function or function object that takes, in any order and each at most once: a struct of
                arguments, `context&`, the identity; it returns a value, nothing, or a task of these.

      Schemas, decoding and errors come from the types; what cannot work is refused by the compiler.

      @par Errors
      Arguments that do not fit become an `isError` result that says what is wrong, and `f` is not called. Of
      what `f` throws, the text of a `tool_error` reaches the model; any other exception becomes an internal
      error with an id, its text only in the log (MCP "Tools", "Error Handling").
  */
  template <class F>
  tool_handle<identity_type> tool(tool_name name, std::string description, F f) {
    return typed_tool(name.view(), std::move(description), std::move(f));
  }
  template <class F>
  tool_handle<identity_type> tool(runtime_tool_name const& name, std::string description, F f) {
    return typed_tool(name.view(), std::move(description), std::move(f));
  }
  template <detail::runtime_text Text, class F>  // refused in a sentence, as below
  tool_handle<identity_type> tool(Text const& name, std::string description, F f) {
    detail::explain_runtime_name<Text>();
    return tool(runtime_tool_name(std::string(name)), std::move(description), std::move(f));
  }

  /** Register a tool of the raw level: JSON in, JSON or content out, with a schema written by hand.

      Needs `#include <mcpawl/raw_tool.hpp>`, which costs compile time that other servers are spared.

      @param input_schema  JSON text of an object schema (JSON Schema 2020-12); it is shown to clients as it
                stands, on one line and with empty `properties` if it has none. What is wrong with it is
                reported when the server starts. Model APIs refuse `oneOf`, `anyOf` and `allOf` at its root,
                and names of properties other than up to 64 of `A-Z a-z 0-9 _ . -`.
      @param f  takes `boost::json::object` (the arguments, which the schema allows), `context&` and the
                identity, in any order.
  */
  template <class F>
  tool_handle<identity_type> raw_tool(tool_name name, std::string description, std::string input_schema,
                                      F f) {
    return tool_by_hand(name.view(), std::move(description), input_schema, std::move(f));
  }
  template <class F>
  tool_handle<identity_type> raw_tool(runtime_tool_name const& name, std::string description,
                                      std::string input_schema, F f) {
    return tool_by_hand(name.view(), std::move(description), input_schema, std::move(f));
  }
  template <detail::runtime_text Text, class F>
  tool_handle<identity_type> raw_tool(Text const& name, std::string description, std::string input_schema,
                                      F f) {
    detail::explain_runtime_name<Text>();
    return tool_by_hand(std::string(name), std::move(description), input_schema, std::move(f));
  }

  /** Register a prompt: messages that a user can put at the beginning of a conversation.

      @param f  takes what a tool takes, but the members of its struct are texts: `std::string`, an
                enumeration, or a `std::optional` of one. It returns the user's message as text or content, or
                several messages as a `prompt_result`.

      @par Errors
      Arguments that do not fit are answered with the error -32602, and `f` is not called; what `f` throws
      ends as with a tool, but as an error of JSON-RPC.
  */
  template <class F>
  prompt_handle<identity_type> prompt(tool_name name, std::string description, F f) {
    mcpawl::detail::prompt& added = bound_prompt(name.view(), std::move(description), std::move(f));
    return {added, *state_};
  }
  template <class F>
  prompt_handle<identity_type> prompt(runtime_tool_name const& name, std::string description, F f) {
    mcpawl::detail::prompt& added = bound_prompt(name.view(), std::move(description), std::move(f));
    return {added, *state_};
  }
  template <detail::runtime_text Text, class F>
  prompt_handle<identity_type> prompt(Text const& name, std::string description, F f) {
    detail::explain_runtime_name<Text>();
    return prompt(runtime_tool_name(std::string(name)), std::move(description), std::move(f));
  }
  /** Register a prompt of the raw level: its arguments are told by hand, and `f` takes a
      `boost::json::object` of strings, in which all that are required are there and none is unknown. */
  template <class F>
  prompt_handle<identity_type> raw_prompt(tool_name name, std::string description,
                                          std::vector<detail::prompt_argument> arguments, F f) {
    return prompt_by_hand(name.view(), std::move(description), std::move(arguments), std::move(f));
  }
  template <class F>
  prompt_handle<identity_type> raw_prompt(runtime_tool_name const& name, std::string description,
                                          std::vector<detail::prompt_argument> arguments, F f) {
    return prompt_by_hand(name.view(), std::move(description), std::move(arguments), std::move(f));
  }

  /** Register a resource with a URI of its own.

      @param name  for programs and people; the handle has `title` and `description`.
      @param f  text or `resource_contents` that never change, or a function that takes `context&` and the
                identity, in any order, and returns text, bytes, `resource_contents`, several of them, JSON or
                a struct; a `std::optional` without a value says that it does not exist.
  */
  template <class F>
  resource_handle<identity_type> resource(resource_uri uri, std::string name, F f) {
    return bound_resource(uri.view(), std::move(name), std::move(f));
  }
  template <class F>
  resource_handle<identity_type> resource(runtime_uri const& uri, std::string name, F f) {
    return bound_resource(uri.view(), std::move(name), std::move(f));
  }

  /** Register a family of resources.

      @param uri_template  of RFC 6570, such as `notes://{owner}/{id}`; where several fit, the first wins.
      @param f  takes besides what a resource takes a struct with a member for each variable; a number is
                read from its digits. A URI whose variables do not fit names nothing.

      Variables were percent-decoded: one that becomes part of a path may hold `..` and `/`.

      @par Errors
      A URI that nothing fits, or whose function returns no value, is answered with "resource not found" in
      the revision's own code (MCP "Resources", "Error Handling").
  */
  template <class F>
  resource_template_handle<identity_type> resource_template(std::string uri_template, std::string name, F f) {
    mcpawl::detail::resource_template& added =
        detail::add_template(*state_, std::move(uri_template), std::move(name));
    detail::bind_template<identity_type>(added, std::move(f), state_->errors);
    return {noted(added), *state_};
  }

  /** Advertise an extension of the protocol (MCP 2026-07-28, "Extensions"), such as
      `io.modelcontextprotocol/ui`. */
  server& extension(std::string_view id, boost::json::object settings = {}) {
    state_->extensions[{id.data(), id.size()}] = std::move(settings);
    return *this;
  }
  /** Advertise something experimental, in all revisions. */
  server& experimental(std::string_view name, boost::json::object settings = {}) {
    state_->experimental[{name.data(), name.size()}] = std::move(settings);
    return *this;
  }

  /** Run `f` round every call of a tool, every read of a resource, every get of a prompt.

      @code
      srv.around_calls([](mcpawl::call_info const& c, auto const& who, mcpawl::next_call next) -> mcpawl::task<mcpawl::call_outcome> {
        if (frozen(c.name())) co_return c.refuse("frozen until Monday");
        co_return co_await next();
      });
      @endcode

      @param f  takes `call_info const&`, the identity by const reference, `next_call`, and returns a `task<call_outcome>`: what `next`
                gave, or `call_info::refuse`.

      The first that is added is the outermost. What a policy, `allow` or `requires_scope` keeps away, what names nothing that is offered,
      and wrong arguments of a prompt never come so far. A tool that asks its client runs once in each round where there are no sessions,
      and the hook with it. With a hook each call runs as a coroutine beside its connection; without, nothing is spent.

      @par Errors
      What `f` throws ends its call as what a function throws: an outcome to the hooks outside. */
  template <class Hook>
  server& around_calls(Hook f) {
    constexpr bool callable = std::is_invocable_r_v<task<call_outcome>, Hook const&, call_info const&,
                                                    identity_type const&, next_call>;
    static_assert(
        callable,
        "mcpawl: around_calls() takes a function of mcpawl::call_info const&, the identity that the server's policy "
        "verifies, by const reference, and mcpawl::next_call, which returns a mcpawl::task<mcpawl::call_outcome>");
    if constexpr (callable)
      state_->hooks.push_back([f = detail::copyable_callable(std::move(f))](call_info const& call,
                                                                            void const* who, next_call next) {
        return f(call, *static_cast<identity_type const*>(who), next);
      });
    return *this;
  }

  /** Tell the clients that listen that a list has changed: what `allow` lets them see, for instance. Any
      thread. */
  void notify_tools_changed() const { state_->changes->tell({detail::change::kind::tools}); }
  void notify_prompts_changed() const { state_->changes->tell({detail::change::kind::prompts}); }
  void notify_resources_changed() const { state_->changes->tell({detail::change::kind::resources}); }
  /** Tell the clients that subscribed to a resource that it, or a part of it, has changed. Any thread, holding no
      lock that a predicate of `allow` takes.

      A part is what lies below and is no resource of its own: `config://app/log` below `config://app`. Only
      callers are told whom `allow` lets see it at that moment. Who owns which URI of a template is known to you
      alone: the other overload takes that into account. */
  void notify_resource_updated(std::string_view uri) const { state_->tell_updated(uri); }

  /** The same for those callers only of whom `allowed(identity)` is true; if it throws, the answer is no. Clients of other
      instances (`server_options::shared_store`) are not told, since the function is not there. */
  template <class Predicate>
  void notify_resource_updated(std::string_view uri, Predicate allowed) const {
    constexpr bool told_apart = !std::same_as<identity_type, anonymous>;
    static_assert(
        told_apart,
        "mcpawl: notify_resource_updated() for some callers needs callers that can be told apart; give "
        "the server a policy");
    if constexpr (told_apart) {
      static_assert(std::predicate<Predicate&, identity_type const&>,
                    "mcpawl: notify_resource_updated() takes a function of the identity that the server's "
                    "policy verifies, by const reference, which returns a bool");
      state_->tell_updated(uri, [&allowed](void const* identity) {
        try {
          return static_cast<bool>(allowed(*static_cast<identity_type const*>(identity)));
        } catch (...) {
          return false;
        }
      });
    }
  }

  /** Tell the client that was sent to a page that its user has done what the page was for (MCP 2025-11-25
      "Elicitation"). Nobody else is told, nor are clients of other revisions. Any thread.

      @param visit  what the tool named the visit by, in `context::elicit_url`. */
  void notify_elicitation_complete(std::string_view visit) const {
    state_->changes->tell({detail::change::kind::visit, visit});
  }

  Auth const& auth() const noexcept { return auth_; }
  detail::server_state const& protocol() const noexcept { return *state_; }

  /** Check the registrations; what serves the server does so first.

      @par Errors
      Throws `configuration_error` with everything that is wrong with them. */
  void check() const {
    auto errors = detail::registration_errors(*state_);
    if (state_->granted_scopes != nullptr) {
      std::optional<std::vector<std::string>> known(std::in_place);
      if constexpr (asks_for_scopes<Auth>) known = auth_.known_scopes();
      if (known) detail::note_unknown_scopes(*state_, *known, errors);
    }
    if (!errors.empty()) throw configuration_error(std::move(errors), detail::offer_place);
  }

private:
  void report(std::string error) { state_->errors.push_back(std::move(error)); }

  template <class Entry>
  Entry& noted(Entry& added) noexcept {
    state_->can_log = state_->can_log || added.can_log;
    return added;
  }

  template <class F>
  mcpawl::detail::tool& bound_tool(std::string_view name, std::string description, F f) {
    mcpawl::detail::tool& added = detail::add_tool(*state_, name);
    added.description = std::move(description);
    detail::bind_tool<identity_type>(added, std::move(f));
    return noted(added);
  }
  template <class F>
  tool_handle<identity_type> typed_tool(std::string_view name, std::string description, F f) {
    mcpawl::detail::tool& added = bound_tool(name, std::move(description), std::move(f));
    if (added.input_schema.empty())
      report("tool \"" + added.name + "\" takes JSON: register it with raw_tool and a schema");
    detail::note_mirrored_arguments(*state_, added);
    return {added, *state_};
  }
  template <class F>
  tool_handle<identity_type> tool_by_hand(std::string_view name, std::string description,
                                          std::string_view input_schema, F f) {
    constexpr bool included = requires { sizeof(detail::schema_by_hand<F>); };
    static_assert(included, "mcpawl: raw_tool needs #include <mcpawl/raw_tool.hpp>, which checks the schema");
    mcpawl::detail::tool& added = bound_tool(name, std::move(description), std::move(f));
    if constexpr (included) detail::schema_by_hand<F>::enforce(*state_, added, input_schema);
    return {added, *state_};
  }
  template <class F>
  mcpawl::detail::prompt& bound_prompt(std::string_view name, std::string description, F f) {
    mcpawl::detail::prompt& added = detail::add_prompt(*state_, name);
    added.description = std::move(description);
    detail::bind_prompt<identity_type>(added, std::move(f));
    return noted(added);
  }
  template <class F>
  prompt_handle<identity_type> prompt_by_hand(std::string_view name, std::string description,
                                              std::vector<detail::prompt_argument> arguments, F f) {
    mcpawl::detail::prompt& added = bound_prompt(name, std::move(description), std::move(f));
    added.arguments = std::move(arguments);
    return {added, *state_};
  }
  template <class F>
  resource_handle<identity_type> bound_resource(std::string_view uri, std::string name, F f) {
    mcpawl::detail::resource& added = detail::add_resource(*state_, uri, std::move(name));
    detail::bind_resource<identity_type>(added, std::move(f));
    return {noted(added), *state_};
  }

  Auth auth_;
  std::unique_ptr<detail::server_state> state_;  // its address must stay when the server moves
};

}  // namespace mcpawl
