// mcpawl/auth/linked_app.hpp - a policy whose callers bring their tokens along, for tools that call other
// applications
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/auth/linked_token.hpp>
#include <mcpawl/auth/policy.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/request_head.hpp>

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace mcpawl {

/** Who is calling, and the token for calls in the caller's name: two parts, of which a tool takes what it
    needs.

    It stands for the caller wherever the identity alone would do, in `allow` say.
*/
template <class Identity>
class linked_identity {
public:
  linked_identity(Identity who, linked_token token) : who_(std::move(who)), token_(std::move(token)) {}

  /** One of the parts: `Identity` or `linked_token`. */
  template <class Part>
  requires std::same_as<Part, Identity> || std::same_as<Part, linked_token>
  Part const& part() const noexcept {
    if constexpr (std::same_as<Part, Identity>)
      return who_;
    else
      return token_;
  }
  /** A part of the identity, where it has parts itself. */
  template <class Part>
  requires requires(Identity const& who) { who.template part<Part>(); }
  Part const& part() const noexcept {
    return who_.template part<Part>();
  }
  /** As of the identity, which has this function itself. */
  std::vector<std::string> const& scopes() const noexcept
      requires requires(Identity const& who) { who.scopes(); }
  {
    return who_.scopes();
  }

  operator Identity const&() const noexcept { return who_; }
  /** As of the identity, which has this operator itself. */
  Identity const& operator->() const noexcept requires requires(Identity const& who) { who.operator->(); }
  {
    return who_;
  }
  decltype(auto) operator*() const noexcept requires requires(Identity const& who) { who.operator*(); }
  {
    return *who_;
  }

private:
  Identity who_;
  linked_token token_;
};

/** A policy that lets tools take `linked_token const&` beside the identity: Linked App Token of Cloudflare
    Access.

    Everything else is the policy's that it is made of. It compiles only with one that keeps tokens:
    `access_jwt`, `access_oauth`. A server without it has no token in its tools, and none that takes one
    compiles.

    @code
    mcpawl::server srv{{"orders", "1.0"}, mcpawl::linked_app{mcpawl::access_jwt::from_env()}};
    @endcode

    Read `downstream` about what it means to hand a caller's token on.

    @par Errors
    The denials of the policy it is made of.
    @par Lifetime
    As `auth_policy` says.
    @par Thread safety
    As `auth_policy` says.

    https://developers.cloudflare.com/cloudflare-one/access-controls/applications/linked-app-token/
*/
template <keeps_token Policy>
class linked_app {
public:
  using identity_type = linked_identity<typename Policy::identity_type>;
  static constexpr std::string_view policy_name = "linked_app";

  explicit linked_app(Policy policy) : policy_(std::move(policy)) {}

  void attach(auth_environment const& environment) { attach_policy(policy_, environment); }
  bool ready() const { return policy_ready(policy_); }
  task<std::string> probe() const { return probe_policy(policy_); }
  std::string loopback_only() const { return mcpawl::loopback_only(policy_); }
  std::string local_only() const { return mcpawl::local_only(policy_); }
  bool needs_client_certificates() const { return mcpawl::needs_client_certificates(policy_); }
  bool takes_client_certificates() const { return mcpawl::takes_client_certificates(policy_); }
  std::vector<std::string> reload() const { return reload_policy(policy_); }
  bool reloads() const { return policy_reloads(policy_); }
  bool recognizes(http::request_head const& head) const requires recognizes_credentials<Policy>
  {
    return policy_.recognizes(head);
  }
  bool recognizes_issuer(http::request_head const& head) const
      requires requires(Policy const& policy) { policy.recognizes_issuer(head); }
  {
    return policy_.recognizes_issuer(head);
  }

  authentication<identity_type> authenticate(http::request_head const& head) {
    authentication<inner_identity> asked = policy_.authenticate(head);
    if (auto* const now = std::get_if<auth_result<inner_identity>>(&asked))
      return linked(std::move(*now), head);
    return linked_later(std::get<task<auth_result<inner_identity>>>(std::move(asked)), head);
  }

  public_route route_of(http::request_head const& head) const requires serves_public_paths<Policy>
  {
    return policy_.route_of(head);
  }
  std::optional<std::vector<std::string>> public_paths(std::string_view endpoint_path) const
      requires serves_public_paths<Policy>
  {
    return mcpawl::public_paths(policy_, endpoint_path);
  }
  task<> serve_unauthenticated(http::exchange& ex) requires serves_public_paths<Policy>
  {
    return policy_.serve_unauthenticated(ex);
  }

  std::string principal(identity_type const& who) const {
    return policy_.principal(who.template part<typename Policy::identity_type>());
  }

  std::optional<std::vector<std::string>> known_scopes() const requires asks_for_scopes<Policy>
  {
    return policy_.known_scopes();
  }
  denial insufficient_scope(identity_type const& who, scope_demand const& what) const
      requires asks_for_scopes<Policy>
  {
    return policy_.insufficient_scope(who.template part<typename Policy::identity_type>(), what);
  }

  /** The policy it is made of. */
  Policy const& policy() const noexcept { return policy_; }

private:
  using inner_identity = typename Policy::identity_type;

  auth_result<identity_type> linked(auth_result<inner_identity> decided, http::request_head const& head) {
    if (!decided) return std::move(decided).error();
    auto token = policy_.linked_token_of(head, *decided);
    if (!token) token.emplace(linked_token::form::bearer, nullptr);
    return identity_type(*std::move(decided), *std::move(token));
  }
  task<auth_result<identity_type>> linked_later(task<auth_result<inner_identity>> waiting,
                                                http::request_head const& head) {
    auto decided = co_await std::move(waiting);
    // where it is a denial because the server stops, nothing of this object may be left
    if (!decided) co_return std::move(decided).error();
    co_return linked(std::move(decided), head);
  }

  Policy policy_;
};

}  // namespace mcpawl
