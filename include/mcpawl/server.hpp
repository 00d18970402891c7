// mcpawl/server.hpp - the server: a name, a door, and the tools behind it
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/auth/no_auth.hpp>
#include <mcpawl/auth/policy.hpp>
#include <mcpawl/core/configuration_error.hpp>
#include <mcpawl/jsonrpc/strict_json.hpp>
#include <mcpawl/mcp/bind_tool.hpp>
#include <mcpawl/mcp/implementation.hpp>
#include <mcpawl/mcp/registry.hpp>
#include <mcpawl/mcp/service.hpp>
#include <mcpawl/mcp/tool_name.hpp>

#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl {

/** Refines a tool that has just been registered; every function returns the handle again. */
template <class Identity>
class tool_handle {
public:
  explicit tool_handle(tool& t) noexcept : tool_(&t) {}

  /** A name for people. */
  tool_handle& title(std::string text) {
    tool_->title = std::move(text);
    return *this;
  }
  /** Hint: it changes nothing. */
  tool_handle& read_only(bool hint = true) { return set(tool_->annotations.read_only, hint); }
  /** Hint: it may destroy something. */
  tool_handle& destructive(bool hint = true) { return set(tool_->annotations.destructive, hint); }
  /** Hint: calling it again with the same arguments changes nothing more. */
  tool_handle& idempotent(bool hint = true) { return set(tool_->annotations.idempotent, hint); }
  /** Hint: it reaches systems beyond this server. */
  tool_handle& open_world(bool hint = true) { return set(tool_->annotations.open_world, hint); }

  /** Let only some callers see and call it: `allowed(identity)` says who.

      For the others the tool does not exist, neither in the list nor in a call. The predicate runs on
      every list and call, on several threads at once, and must be quick; if it throws, the answer is no.
  */
  template <std::predicate<Identity const&> Predicate>
  tool_handle& allow(Predicate allowed) {
    static_assert(!std::same_as<Identity, anonymous>,
                  "mcpawl: allow() needs callers that can be told apart; give the server a policy");
    tool_->allowed = [allowed = std::move(allowed)](void const* identity) {
      try {
        return static_cast<bool>(allowed(*static_cast<Identity const*>(identity)));
      } catch (...) {
        return false;
      }
    };
    return *this;
  }

private:
  tool_handle& set(std::optional<bool>& slot, bool hint) {
    slot = hint;
    return *this;
  }
  tool* tool_;
};

/** A server: what it is called, who may come in, and what it offers.

    @code
    mcpawl::server srv{{"adder", "1.0"}, mcpawl::access_jwt::from_env()};
    srv.tool("add", "Add two integers.", add);
    mcpawl::serve_http(srv, {.address = "127.0.0.1", .port = 8080});
    @endcode

    @tparam Auth  the policy; its identity type is what tools may take as a parameter.
    @par Lifetime
    Must outlive `serve_http`.
    @par Thread safety
    Register everything before serving; while it is served the server is only read. Tools run on all of
    the server's threads at once. A plain function runs to its end on an I/O thread, so it must be quick;
    what waits is written as a coroutine.
*/
template <auth_policy Auth = no_auth>
class server {
public:
  using identity_type = typename Auth::identity_type;

  explicit server(implementation info, Auth auth = Auth(), server_options options = {})
      : auth_(std::move(auth)), service_(std::make_unique<service>(std::move(info), std::move(options))) {}

  /** Register a function as a tool.

      @param f  a function or function object that takes, in any order and each at most once: a struct of
                arguments, `context&`, the identity; it returns a value, nothing, or a task of these.
      Schemas, decoding and errors come from the types; what cannot work is refused by the compiler.
  */
  template <class F>
  tool_handle<identity_type> tool(tool_name name, std::string description, F f) {
    return add_typed(name.view(), std::move(description), std::move(f));
  }
  template <class F>
  tool_handle<identity_type> tool(runtime_tool_name const& name, std::string description, F f) {
    return add_typed(name.view(), std::move(description), std::move(f));
  }

  /** Register a tool of the raw level: JSON in, JSON or content out, with a schema written by hand.

      @param input_schema  JSON text of an object schema; it is shown to clients as it stands.
      @param f  takes `boost::json::object` (the arguments, which it must check itself), `context&` and the
                identity, in any order.
  */
  template <class F>
  tool_handle<identity_type> raw_tool(tool_name name, std::string description, std::string input_schema,
                                      F f) {
    mcpawl::tool& added = service_->tools.add(name.view());
    added.description = std::move(description);
    detail::bind_tool<identity_type>(added, std::move(f));
    auto const parsed = parse_strict_json(input_schema, 64);
    auto const* root = parsed ? parsed->if_object() : nullptr;
    auto const* type = root ? root->if_contains("type") : nullptr;
    if (!type || !type->is_string() || type->get_string() != "object")
      service_->tools.report("tool \"" + added.name +
                             "\": the input schema must be a JSON object with \"type\": \"object\"");
    added.input_schema = std::move(input_schema);
    return tool_handle<identity_type>{added};
  }

  Auth const& auth() const noexcept { return auth_; }
  service const& protocol() const noexcept { return *service_; }

  /** Throw `configuration_error` with everything that is wrong with the registrations. */
  void check() const {
    if (!service_->tools.mistakes().empty()) throw configuration_error(service_->tools.mistakes());
  }

private:
  template <class F>
  tool_handle<identity_type> add_typed(std::string_view name, std::string description, F f) {
    mcpawl::tool& added = service_->tools.add(name);
    added.description = std::move(description);
    detail::bind_tool<identity_type>(added, std::move(f));
    if (added.input_schema.empty())
      service_->tools.report("tool \"" + added.name +
                             "\" takes JSON: register it with raw_tool and a schema");
    return tool_handle<identity_type>{added};
  }

  Auth auth_;
  std::unique_ptr<service> service_;  // its address must stay when the server moves
};

}  // namespace mcpawl
