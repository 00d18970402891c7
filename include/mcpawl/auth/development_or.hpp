// mcpawl/auth/development_or.hpp - the policy of a server, or, on the machine of who works on it, one fixed identity
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/auth/development_identity.hpp>
#include <mcpawl/auth/linked_token.hpp>
#include <mcpawl/auth/policy.hpp>
#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/configuration_error.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/core/settings.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/request_head.hpp>

#include <algorithm>
#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace mcpawl {

/** Let in whom the policy lets in, or, where `MCPAWL_DEVELOPMENT_IDENTITY` is set, every program of this machine as
    one and the same caller, without a login.

    Which of the two is decided once, by the environment and before anything is served; no request changes it.
    The identity is of the policy's type, so the same tools compile for both.

    @code
    mcpawl::server srv{{"inventory", "1.0"}, mcpawl::development_or<mcpawl::access_jwt>::from_env()};
    @endcode

    `MCPAWL_DEVELOPMENT_IDENTITY` is an email (with `jwt_bearer`: a subject), or the claims of a token as a JSON
    object: `{"email": "alice@example.com", "groups": ["ops"]}`. See docs/development.md.

    With it the server

    - does not start if any setting of the policy is set as well, or if it is to listen on an address that is none
      of loopback;
    - writes a warning to the log whenever it starts (`loopback_only`);
    - answers 403 to what comes from another machine, by another name than localhost, 127.0.0.1 and [::1], or
      through a proxy;
    - answers no path of the policy's own: there is nothing to log in at.

    Programs that do not include this header cannot make such an identity.

    @tparam Policy  `access_jwt`, `access_oauth` or `jwt_bearer<Claims>`; `linked_app` goes around it:
                    `linked_app{development_or<access_jwt>::from_env()}`, whose callers have no token then.
    @par Errors
    The denials of the policy.
    @par Lifetime, Thread safety
    As `auth_policy` says.
*/
template <auth_policy Policy>
class development_or {
  static_assert(
      detail::has_development_identity<typename Policy::identity_type>,
      "mcpawl: development_or is for access_jwt, access_oauth and jwt_bearer; linked_app goes around it");

public:
  using identity_type = typename Policy::identity_type;

  /** Read `MCPAWL_DEVELOPMENT_IDENTITY`, and where it is not set, what `Policy::from_env` reads.

      @tparam Kinds  for `access_oauth`, the kinds of stores

      @par Errors
      Throws `configuration_error` with all errors: those of the policy; a value that is no identity; settings of
      both.
  */
  template <class... Kinds>
  static development_or from_env(settings from = settings()) {
    return from_env(
        [](settings production) {
          if constexpr (sizeof...(Kinds) == 0)
            return Policy::from_env(std::move(production));
          else
            return Policy::template from_env<Kinds...>(std::move(production));
        },
        std::move(from));
  }

  /** The same for a policy that `make` makes of the settings, which it has to read from its argument.

      @code
      auto policy = mcpawl::development_or<mcpawl::access_jwt>::from_env([](mcpawl::settings from) {
        auto options = mcpawl::access_options::from(from);
        from.throw_if_invalid();
        options.cookie = true;
        return mcpawl::access_jwt(options);
      });
      @endcode

      @par Errors
      Those of the other one. Where development is chosen, `make` is called once with settings that are all
      missing, to see which it reads; what it throws other than `configuration_error` is thrown. */
  template <std::invocable<settings> Make>
  requires std::same_as<std::invoke_result_t<Make&, settings>, Policy>
  static development_or from_env(Make make, settings from = settings()) {
    std::string const text = from.unchecked(setting);
    if (text.empty()) return development_or(make(std::move(from)));
    std::string wrong;
    auto who = detail::development_identity_maker::make(std::type_identity<identity_type>(), text,
                                                        clock::system().wall(), wrong);
    if (!wrong.empty()) from.add_error(setting, wrong);
    if (auto const both = settings_read_by(make, from); !both.empty())
      from.add_error(setting,
                     "must not be set beside " + both +
                         ": unset it where real callers are let in, and the others on your own machine");
    from.throw_if_invalid();
    return development_or(*std::move(who));
  }

  /** Whether every caller is the one of `MCPAWL_DEVELOPMENT_IDENTITY`. */
  bool in_development() const noexcept { return developer_.has_value(); }

  /** Why only this machine may be served, if development was chosen. */
  std::string loopback_only() const {
    std::string why;
    if (production_) return mcpawl::loopback_only(*production_);
    why.append(setting).append(" lets every caller in without a login, as ");
    append_log_value(why, detail::development_identity_maker::name_of(**developer_));
    return why;
  }

  std::string local_only() const { return production_ ? mcpawl::local_only(*production_) : std::string(); }
  bool needs_client_certificates() const {
    return production_ && mcpawl::needs_client_certificates(*production_);
  }
  bool takes_client_certificates() const {
    return production_ && mcpawl::takes_client_certificates(*production_);
  }
  /** As the policy; in development every request is the developer's. */
  bool recognizes(http::request_head const& head) const requires recognizes_credentials<Policy>
  {
    return !production_ || production_->recognizes(head);
  }
  bool recognizes_issuer(http::request_head const& head) const
      requires requires(Policy const& policy) { policy.recognizes_issuer(head); }
  {
    return !production_ || production_->recognizes_issuer(head);
  }
  std::vector<std::string> reload() const {
    return production_ ? reload_policy(*production_) : std::vector<std::string>();
  }
  bool reloads() const { return production_ && policy_reloads(*production_); }

  void attach(auth_environment const& environment) {
    confined_ = environment.loopback_only;
    if (production_) attach_policy(*production_, environment);
  }

  bool ready() const { return !production_ || policy_ready(*production_); }
  task<std::string> probe() const { return production_ ? probe_policy(*production_) : nothing_wrong(); }

  /** Decide about a request.

      @par Errors
      The denials of the policy; in development 403, `development_only`, where what serves does not keep
      other machines away (`auth_environment::loopback_only`). */
  authentication<identity_type> authenticate(http::request_head const& head) {
    if (production_) return production_->authenticate(head);
    if (!confined_)
      return denial(403, "development_only",
                    "the server does not keep other machines from a development identity");
    return *developer_;
  }

  public_route route_of(http::request_head const& head) const requires serves_public_paths<Policy>
  {
    return production_ ? production_->route_of(head) : public_route::none;
  }
  std::optional<std::vector<std::string>> public_paths(std::string_view endpoint_path) const
      requires serves_public_paths<Policy>
  {
    if (!production_) return std::vector<std::string>();
    return mcpawl::public_paths(*production_, endpoint_path);
  }
  /** Answer as the policy; in development no request has such a route. */
  task<> serve_unauthenticated(http::exchange& ex) requires serves_public_paths<Policy>
  {
    return production_->serve_unauthenticated(ex);
  }

  /** The caller's name for sessions: as of the policy, but of an issuer that none has in production. */
  std::string principal(identity_type const& who) const {
    return production_ ? production_->principal(who) : detail::development_identity_maker::principal_of(*who);
  }

  /** The caller's token of Access; in development there is none. */
  std::optional<linked_token> linked_token_of(http::request_head const& head, identity_type const& who)
      requires keeps_token<Policy>
  {
    return production_ ? production_->linked_token_of(head, who) : std::nullopt;
  }

  /** The scopes of the policy; nothing in development, where they are not known, and none is missed when the server starts. */
  std::optional<std::vector<std::string>> known_scopes() const requires asks_for_scopes<Policy>
  {
    if (!production_) return std::nullopt;
    return production_->known_scopes();
  }
  /** As of the policy; in development there is nowhere to authorize. */
  denial insufficient_scope(identity_type const& who, scope_demand const& what) const
      requires asks_for_scopes<Policy>
  {
    if (production_) return production_->insufficient_scope(who, what);
    denial out(403, "insufficient_scope", what.operation);
    out.description = what.operation + " needs a scope that the development identity does not have";
    return out;
  }

  /** The policy of production; null in development. */
  Policy const* policy() const noexcept { return production_ ? &*production_ : nullptr; }

private:
  static task<std::string> nothing_wrong() { co_return std::string(); }

  static constexpr char const* setting = "MCPAWL_DEVELOPMENT_IDENTITY";

  explicit development_or(Policy policy) : production_(std::move(policy)) {}
  explicit development_or(identity_type developer) : developer_(std::move(developer)) {}

  /** The names of the settings that are read for production and are set, with commas. */
  template <class Make>
  static std::string settings_read_by(Make& make, settings const& from) {
    std::vector<std::string> names;
    settings none([&](std::string const& name) {
      if (!from.unchecked(name).empty() && std::find(names.begin(), names.end(), name) == names.end())
        names.push_back(name);
      return std::optional<std::string>();
    });
    try {
      make(std::move(none));
    } catch (configuration_error const&) {
      // what is required is missing: that is how it should be
    }
    std::string list;
    for (auto const& name : names) list.append(list.empty() ? "" : ", ").append(name);
    return list;
  }

  std::optional<Policy> production_;
  std::optional<identity_type> developer_;  // one of the two
  bool confined_ = false;
};

}  // namespace mcpawl
