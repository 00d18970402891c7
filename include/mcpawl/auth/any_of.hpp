// mcpawl/auth/any_of.hpp - several policies for one server, of which the form of the credential picks one
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/auth/any_identity.hpp>
#include <mcpawl/auth/combined_challenge.hpp>
#include <mcpawl/auth/linked_token.hpp>
#include <mcpawl/auth/no_auth.hpp>
#include <mcpawl/auth/policy.hpp>
#include <mcpawl/core/configuration_error.hpp>
#include <mcpawl/core/settings.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/request_head.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace mcpawl {

namespace detail {

/** A policy that settings alone make. */
template <class Policy>
concept made_from_env = requires(settings from) {
  { Policy::from_env(from) } -> std::same_as<Policy>;
};

}  // namespace detail

/** Let in whom one of several policies lets in.

    @code
    mcpawl::server srv{{"inventory", "1.0"}, mcpawl::any_of{mcpawl::access_jwt::from_env(), mcpawl::static_bearer::from_env()}};
    @endcode

    One policy decides about a request, and no other is asked: the first that recognizes the form of its credential. A forged
    credential so costs one verification and has one reason. Where several recognize a request and can tell issuers apart
    (`recognizes_issuer`), it is the first whose issuer the credential names; if it names none of theirs, the first that recognizes it.

    | policy | recognizes |
    |---|---|
    | `access_jwt` | `Cf-Access-Jwt-Assertion` |
    | `access_oauth` | a bearer token that begins with `mcpawl_` |
    | `jwt_bearer` | a bearer token in the form of a JWT |
    | `static_bearer` | any other bearer token |
    | `mtls` | a certificate of the client |
    | `linked_app`, `development_or`, `any_of` | what the policies inside do; under development everything |
    | your own | what its `recognizes(head)` says |

    | request | status | code |
    |---|---|---|
    | no credential | 401, `WWW-Authenticate` of each policy that has one | missing_credential |
    | one that no policy recognizes | 401, likewise | unknown_credential |
    | any other | as the policy says that recognizes it | |

    The principal begins with the number of the policy, so callers of two policies never share sessions and budgets, whatever they
    are called. A new policy therefore belongs at the end: others move the numbers, and callers lose their sessions.

    The server is as safe as the weakest of them. Where every request has a client certificate, as behind Authenticated Origin Pulls,
    `mtls` belongs behind the others.

    `linked_app` goes around it (`linked_app{any_of{...}}`), and tools that take a token find none for callers of a policy that keeps
    none; `development_or` goes inside. `requires_scope` works if one of the identities has scopes; callers of the others have none.

    @par Errors
    The denials of the policies and of the table above. What cannot work does not compile: a policy that does not say what it
    recognizes, `no_auth`, two policies that answer paths themselves.
    @par Lifetime, Thread safety
    As `auth_policy` says.
*/
template <auth_policy... Policies>
class any_of {
  static_assert(sizeof...(Policies) != 0, "mcpawl: any_of needs a policy");
  static_assert((!std::same_as<typename Policies::identity_type, anonymous> && ...),
                "mcpawl: any_of with a policy that lets everybody in, such as no_auth, is that policy alone");
  static_assert((recognizes_credentials<Policies> && ...),
                "mcpawl: a policy in any_of says which requests have a credential of its form: "
                "bool recognizes(mcpawl::http::request_head const&) const");
  static_assert(
      (0 + ... + (serves_public_paths<Policies> ? 1 : 0)) <= 1,
      "mcpawl: two policies in any_of answer paths themselves, and clients could not tell where to log in; "
      "keep one of them, such as access_oauth or jwt_bearer");

  static constexpr std::size_t count = sizeof...(Policies), nobody = count;
  static constexpr bool has_paths = (serves_public_paths<Policies> || ...);
  static constexpr bool has_known_scopes = (asks_for_scopes<Policies> || ...);
  static constexpr bool has_tokens = (keeps_token<Policies> || ...);
  template <std::size_t I>
  using policy_at = std::tuple_element_t<I, std::tuple<Policies...>>;
  template <std::size_t I>
  using identity_at = typename policy_at<I>::identity_type;

public:
  using identity_type = typename detail::distinct_types<any_identity, any_identity<>,
                                                        typename Policies::identity_type...>::type;
  static constexpr std::string_view policy_name = "any_of";

  explicit any_of(Policies... policies) : policies_(std::move(policies)...) {}

  /** Make each policy by its `from_env`.

      @par Errors
      Throws `configuration_error` with all errors of all policies. */
  static any_of from_env(settings from = settings()) requires(detail::made_from_env<Policies> && ...)
  {
    std::vector<std::string> errors;
    std::tuple<std::optional<Policies>...> made{made_or_noted<Policies>(from, errors)...};  // in this order
    if (!errors.empty()) throw configuration_error(std::move(errors));
    return std::apply([](auto&... each) { return any_of(*std::move(each)...); }, made);
  }

  void attach(auth_environment const& environment) {
    std::apply([&](auto&... each) { (attach_policy(each, environment), ...); }, policies_);
  }

  /** Decide about a request: ask the policy that recognizes its credential.

      @par Errors
      The denials of the table above. */
  authentication<identity_type> authenticate(http::request_head const& head) {
    std::size_t const chosen = choose(head);
    return chosen == nobody ? refuse(head) : ask<0>(chosen, head);
  }

  /** The number of the policy and its name for the caller; empty where that is. */
  std::string principal(identity_type const& who) const {
    std::string name;
    at(who.member(), [&]<std::size_t I>(policy_at<I> const& policy) {
      auto const* const known = who.template get_if<identity_at<I>>();
      if (known != nullptr) name = policy.principal(*known);
    });
    if (!name.empty()) name.insert(0, std::to_string(who.member()) + ' ');
    return name;
  }

  /** Whether one of them does. */
  bool recognizes(http::request_head const& head) const {
    return std::apply([&](auto const&... each) { return (each.recognizes(head) || ...); }, policies_);
  }

  // --- the other hooks ------------------------------------------------------------------------------------

  std::string loopback_only() const {
    return all_reasons([](auto const& each) { return mcpawl::loopback_only(each); });
  }
  std::string local_only() const {
    return all_reasons([](auto const& each) { return mcpawl::local_only(each); });
  }
  /** Whether callers of every policy are known by their certificates. */
  bool needs_client_certificates() const {
    return std::apply([](auto const&... each) { return (mcpawl::needs_client_certificates(each) && ...); },
                      policies_);
  }
  bool takes_client_certificates() const {
    return std::apply([](auto const&... each) { return (mcpawl::takes_client_certificates(each) || ...); },
                      policies_);
  }

  /** Whether all of them are: callers of one that is not are turned away. */
  bool ready() const {
    return std::apply([](auto const&... each) { return (policy_ready(each) && ...); }, policies_);
  }
  /** What is wrong with the first of them that has something. */
  task<std::string> probe() const {
    std::vector<task<std::string>> all;
    std::apply([&all](auto const&... each) { (all.push_back(probe_policy(each)), ...); }, policies_);
    for (auto& each : all) {
      std::string wrong = co_await std::move(each);
      if (!wrong.empty()) co_return wrong;
    }
    co_return std::string();
  }

  public_route route_of(http::request_head const& head) const requires has_paths
  {
    return mcpawl::route_of(std::get<path_owner()>(policies_), head);
  }
  std::optional<std::vector<std::string>> public_paths(std::string_view endpoint_path) const
      requires has_paths
  {
    return mcpawl::public_paths(std::get<path_owner()>(policies_), endpoint_path);
  }
  task<> serve_unauthenticated(http::exchange& ex) requires has_paths
  {
    return std::get<path_owner()>(policies_).serve_unauthenticated(ex);
  }

  /** The scopes of all policies that have some; nothing if one of these does not know. */
  std::optional<std::vector<std::string>> known_scopes() const requires has_known_scopes
  {
    std::optional<std::vector<std::string>> all(std::in_place);
    std::apply([&](auto const&... each) { (add_scopes(each, all), ...); }, policies_);
    return all;
  }
  /** As of the caller's policy; where that has no scopes, nobody can give the caller one. */
  denial insufficient_scope(identity_type const& who, scope_demand const& what) const
      requires has_known_scopes
  {
    denial out(403, "insufficient_scope", what.operation);
    out.description = what.operation + " needs a scope, which callers of this kind do not have";
    at(who.member(), [&]<std::size_t I>(policy_at<I> const& policy) {
      if constexpr (asks_for_scopes<policy_at<I>>)
        if (auto const* const known = who.template get_if<identity_at<I>>())
          out = policy.insufficient_scope(*known, what);
    });
    return out;
  }

  /** The caller's token, where the caller's policy keeps one. */
  std::optional<linked_token> linked_token_of(http::request_head const& head, identity_type const& who)
      requires has_tokens
  {
    std::optional<linked_token> token;
    at(who.member(), [&]<std::size_t I>(policy_at<I> const&) {
      if constexpr (keeps_token<policy_at<I>>)
        if (auto const* const known = who.template get_if<identity_at<I>>())
          token = std::get<I>(policies_).linked_token_of(head, *known);
    });
    return token;
  }

  /** Have each policy read anew what may change.

      @return what is wrong, of all policies
      @par Thread safety
      Any thread. */
  std::vector<std::string> reload() const {
    std::vector<std::string> all;
    auto const note = [&all](std::vector<std::string> wrong) {
      for (auto& each : wrong) all.push_back(std::move(each));
    };
    std::apply([&](auto const&... each) { (note(reload_policy(each)), ...); }, policies_);
    return all;
  }

  /** Whether one of them has something to read. */
  bool reloads() const {
    return std::apply([](auto const&... each) { return (policy_reloads(each) || ...); }, policies_);
  }

  /** One of the policies, by its type or by its number. */
  template <class Policy>
  Policy const& policy() const noexcept {
    return std::get<Policy>(policies_);
  }
  template <std::size_t Number>
  policy_at<Number> const& policy() const noexcept {
    return std::get<Number>(policies_);
  }

private:
  template <class Policy>
  static std::optional<Policy> made_or_noted(settings const& from, std::vector<std::string>& errors) {
    try {
      return Policy::from_env(from);
    } catch (configuration_error const& e) {
      errors.insert(errors.end(), e.errors().begin(), e.errors().end());
      return std::nullopt;
    }
  }

  static constexpr std::size_t path_owner() noexcept {
    std::array<bool, count> const owns{serves_public_paths<Policies>...};
    return static_cast<std::size_t>(std::find(owns.begin(), owns.end(), true) - owns.begin());
  }

  /** Call `f.operator()<I>(policy)` of the policy with this number. */
  template <class F>
  void at(std::size_t number, F const& f) const {
    at_from(number, f, std::make_index_sequence<count>());
  }
  template <class F, std::size_t... I>
  void at_from(std::size_t number, F const& f, std::index_sequence<I...>) const {
    ((number == I ? f.template operator()<I>(std::get<I>(policies_)) : void()), ...);
  }

  std::size_t choose(http::request_head const& head) const {
    return choose_among(head, std::make_index_sequence<count>());
  }
  template <std::size_t... I>
  std::size_t choose_among(http::request_head const& head, std::index_sequence<I...>) const {
    std::array<bool, count> const may{std::get<I>(policies_).recognizes(head)...};
    auto const first = static_cast<std::size_t>(std::find(may.begin(), may.end(), true) - may.begin());
    if (std::count(may.begin(), may.end(), true) < 2) return first;
    std::size_t named = nobody;
    ((named == nobody && may[I] && names_issuer(std::get<I>(policies_), head) ? void(named = I) : void()),
     ...);
    return named == nobody ? first : named;
  }
  template <class Policy>
  static bool names_issuer(Policy const& policy, http::request_head const& head) {
    if constexpr (requires { policy.recognizes_issuer(head); })
      return policy.recognizes_issuer(head);
    else
      return true;
  }

  template <std::size_t I>
  authentication<identity_type> ask(std::size_t chosen, http::request_head const& head) {
    if constexpr (I + 1 < count)
      if (chosen != I) return ask<I + 1>(chosen, head);
    authentication<identity_at<I>> asked = std::get<I>(policies_).authenticate(head);
    if (auto* const now = std::get_if<auth_result<identity_at<I>>>(&asked))
      return admitted<I>(std::move(*now));
    return admitted_later<I>(std::get<task<auth_result<identity_at<I>>>>(std::move(asked)));
  }
  template <std::size_t I>
  static auth_result<identity_type> admitted(auth_result<identity_at<I>> decided) {
    if (!decided) return std::move(decided).error();
    return identity_type(I, *std::move(decided));
  }
  template <std::size_t I>
  static task<auth_result<identity_type>> admitted_later(task<auth_result<identity_at<I>>> waiting) {
    auto decided = co_await std::move(waiting);
    co_return admitted<I>(std::move(decided));
  }

  /** Say how each policy wants to be asked, which each says of a request without any credential. */
  authentication<identity_type> refuse(http::request_head const& head) {
    detail::combined_challenge said(head);
    std::tuple<authentication<typename Policies::identity_type>...> asked = std::apply(
        [&](auto&... each) {
          return std::tuple<authentication<typename Policies::identity_type>...>{
              each.authenticate(*nothing_)...};
        },
        policies_);
    bool const all_now = std::apply([](auto const&... each) { return ((each.index() == 0) && ...); }, asked);
    if (!all_now) return refuse_later(nothing_, std::move(asked), std::move(said));
    std::apply([&](auto const&... each) { (said.add(std::get<0>(each)), ...); }, asked);
    return std::move(said).denied();
  }
  static task<auth_result<identity_type>> refuse_later(
      [[maybe_unused]] std::shared_ptr<http::request_head const> nothing,
      std::tuple<authentication<typename Policies::identity_type>...> asked,
      detail::combined_challenge said) {
    co_await add_later<0>(asked, said);
    co_return std::move(said).denied();
  }
  template <std::size_t I, class Asked>
  static task<> add_later(Asked& asked, detail::combined_challenge& said) {
    auto decided = co_await decision_of(std::move(std::get<I>(asked)));
    said.add(decided);
    if constexpr (I + 1 < count) co_await add_later<I + 1>(asked, said);
  }

  template <class F>
  std::string all_reasons(F const& reason_of) const {
    std::string all;
    auto const add = [&all](std::string const& reason) {
      if (!reason.empty()) all.append(all.empty() ? "" : "; ").append(reason);
    };
    std::apply([&](auto const&... each) { (add(reason_of(each)), ...); }, policies_);
    return all;
  }

  template <class Policy>
  static void add_scopes([[maybe_unused]] Policy const& policy,
                         [[maybe_unused]] std::optional<std::vector<std::string>>& all) {
    if constexpr (asks_for_scopes<Policy>) {
      std::optional<std::vector<std::string>> const some = policy.known_scopes();
      if (!some) all.reset();
      if (all) all->insert(all->end(), some->begin(), some->end());
    }
  }

  std::tuple<Policies...> policies_;
  std::shared_ptr<http::request_head const> nothing_ =
      std::make_shared<http::request_head const>(http::request_head::make("POST", "/"));
};

}  // namespace mcpawl
