// mcpawl/transport/erased_policy.hpp - a policy as a transport sees it, the type of its identity erased
// SPDX-License-Identifier: BSL-1.0
#pragma once

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

namespace mcpawl::detail {

/** A caller who was let in. */
struct admission {
  std::shared_ptr<void const> identity;  ///< Of the policy's identity type.
  std::string principal;                 ///< What `principal` of the policy calls the caller.
};

/** A policy, its type erased.

    Tools keep the identity type, because the server is a template over the policy; what carries bytes need
    not be one, and is compiled once for all policies.

    @par Thread safety
    One per thread, as the policy it holds.
*/
class erased_policy {
public:
  virtual ~erased_policy() = default;

  /** Make a copy for another thread. */
  virtual std::unique_ptr<erased_policy> copy() const = 0;
  virtual void attach(auth_environment const& environment) = 0;

  /** Why only programs of this machine may be served; empty where others may, too. */
  virtual std::string loopback_only() const = 0;

  /** What the log calls it. */
  virtual std::string_view name() const noexcept = 0;

  /** Whose a request is: the policy's own, to be answered by `serve_unauthenticated`, or nobody's. */
  virtual public_route route_of(http::request_head const& head) const = 0;
  virtual task<> serve_unauthenticated(http::exchange& ex) = 0;
  /** The paths it answers itself as one of several servers; nothing if it does not tell. */
  virtual std::optional<std::vector<std::string>> public_paths(std::string_view endpoint_path) const = 0;

  virtual authentication<admission> authenticate(http::request_head const& head) = 0;

  /** What a caller is told whose token lacks scopes.

      @param identity  of the policy's identity type */
  virtual denial insufficient_scope(void const* identity, scope_demand const& what) const = 0;
  /** The email of an identity, as long as that lives; empty where it has none. For observers. */
  virtual std::string_view email_of(void const* identity) const noexcept = 0;
  /** Whether it can decide about callers: keys were had, say. Any thread. */
  virtual bool ready() const = 0;
  /** Try what it needs; why that failed, or an empty text. It must outlive the task. */
  virtual task<std::string> probe() const = 0;
  /** Whether it has something that can be read anew. */
  virtual bool reloads() const = 0;
  /** Read that anew, for all copies; what is wrong. Any thread. */
  virtual std::vector<std::string> reload() const = 0;
  /** Whether it knows callers by their certificates alone. */
  virtual bool needs_client_certificates() const = 0;
  /** Whether it knows some by them. */
  virtual bool takes_client_certificates() const = 0;
  /** Why it must not be reached by other machines without something in between; empty where it may. */
  virtual std::string local_only() const = 0;
};

/** Erases the type of a policy. */
template <auth_policy Policy>
class policy_adapter final : public erased_policy {
public:
  explicit policy_adapter(Policy policy) : policy_(std::move(policy)) {}

  std::unique_ptr<erased_policy> copy() const override { return std::make_unique<policy_adapter>(policy_); }
  void attach(auth_environment const& environment) override { attach_policy(policy_, environment); }

  std::string loopback_only() const override { return mcpawl::loopback_only(policy_); }

  std::string_view name() const noexcept override {
    if constexpr (requires { std::string_view(Policy::policy_name); })
      return Policy::policy_name;
    else
      return "custom";
  }

  public_route route_of(http::request_head const& head) const override {
    return mcpawl::route_of(policy_, head);
  }
  task<> serve_unauthenticated([[maybe_unused]] http::exchange& ex) override {
    if constexpr (serves_public_paths<Policy>)
      return policy_.serve_unauthenticated(ex);
    else
      return nobody();
  }
  std::optional<std::vector<std::string>> public_paths(std::string_view endpoint_path) const override {
    return mcpawl::public_paths(policy_, endpoint_path);
  }

  authentication<admission> authenticate(http::request_head const& head) override {
    authentication<identity_type> asked = policy_.authenticate(head);
    if (auto* const now = std::get_if<auth_result<identity_type>>(&asked)) return admitted(std::move(*now));
    return admitted_later(std::get<task<auth_result<identity_type>>>(std::move(asked)));
  }

  denial insufficient_scope([[maybe_unused]] void const* identity, scope_demand const& what) const override {
    if constexpr (asks_for_scopes<Policy>)
      return policy_.insufficient_scope(*static_cast<identity_type const*>(identity), what);
    else  // a server does not start with it
      return denial(403, "insufficient_scope", what.operation);
  }
  std::string_view email_of(void const* identity) const noexcept override {
    return email_in(*static_cast<identity_type const*>(identity));
  }
  bool ready() const override { return mcpawl::policy_ready(policy_); }
  task<std::string> probe() const override { return probe_policy(policy_); }
  bool reloads() const override { return mcpawl::policy_reloads(policy_); }
  std::vector<std::string> reload() const override { return mcpawl::reload_policy(policy_); }
  bool needs_client_certificates() const override { return mcpawl::needs_client_certificates(policy_); }
  bool takes_client_certificates() const override { return mcpawl::takes_client_certificates(policy_); }
  std::string local_only() const override { return mcpawl::local_only(policy_); }

private:
  using identity_type = typename Policy::identity_type;

  template <class Identity>
  static std::string_view email_in([[maybe_unused]] Identity const& who) {
    auto const of_part = [](auto const& part) { return email_in(part); };
    if constexpr (requires { std::string_view(who->email); })
      return who->email;
    else if constexpr (requires { who.visit(of_part); })
      return who.visit(of_part);
    else
      return {};
  }

  static task<> nobody() { co_return; }

  task<auth_result<admission>> admitted_later(task<auth_result<identity_type>> waiting) {
    auto decided = co_await std::move(waiting);
    co_return admitted(std::move(decided));
  }
  auth_result<admission> admitted(auth_result<identity_type> decided) const {
    if (!decided) return std::move(decided).error();
    admission in;
    in.principal = policy_.principal(*decided);
    in.identity = std::make_shared<identity_type const>(*std::move(decided));
    return in;
  }

  Policy policy_;
};

}  // namespace mcpawl::detail
