// mcpawl/auth/policy.hpp - what a server asks of its policy: an identity or a denial
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/log.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/cors.hpp>
#include <mcpawl/http/request_head.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/assert/source_location.hpp>
#include <boost/system/errc.hpp>
#include <boost/system/result.hpp>
#include <boost/system/system_error.hpp>
#include <boost/throw_exception.hpp>

#include <chrono>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace mcpawl {

namespace http {
class exchange;
}  // namespace http
namespace detail {
class observation;
}  // namespace detail

/** Why a request is not let in: one part for the client, one for the log.

    The client gets `status` and `code` and, where they are set, `WWW-Authenticate`, `Retry-After` and `description`;
    nothing else of it. `log_reason` says precisely what was wrong and never holds a credential.
*/
struct denial {
  denial() {}
  denial(int http_status, std::string_view stable_code, std::string reason)
      : status(http_status), code(stable_code), log_reason(std::move(reason)) {}

  int status = 500;
  std::string_view code =
      "internal_error";          ///< A stable word for the client: a literal, "missing_token" say.
  std::string www_authenticate;  ///< Value of the header; empty: none is sent.
  std::vector<std::string> further_challenges;  ///< More values of it, each sent as a field of its own.
  std::chrono::seconds retry_after{0};          ///< Value of the header; zero: none is sent.
  std::string description;                      ///< For who reads what the client shows; empty: none is sent.
  std::string log_reason;
};

/** Throw for a denial; `value()` of an `auth_result` calls it.

    @par Errors
    Throws `boost::system::system_error` with `errc::permission_denied`. */
[[noreturn]] inline void throw_exception_from_error(denial const& why, boost::source_location const& where) {
  auto const code = make_error_code(boost::system::errc::permission_denied);
  boost::throw_with_location(boost::system::system_error(code, std::string(why.code)), where);
}

/** Holds an identity or a denial. */
template <class Identity>
using auth_result = boost::system::result<Identity, denial>;

/** What `authenticate` of a policy says: the decision, or a coroutine that waits for it. */
template <class Identity>
using authentication = std::variant<auth_result<Identity>, task<auth_result<Identity>>>;

/** Wait for a decision where it is not there yet. */
template <class Identity>
task<auth_result<Identity>> decision_of(authentication<Identity> asked) {
  if (auto* const now = std::get_if<auth_result<Identity>>(&asked)) co_return std::move(*now);
  auto waiting = std::get<task<auth_result<Identity>>>(std::move(asked));
  co_return co_await std::move(waiting);
}

/** What a policy may use on the thread it serves. */
struct auth_environment {
  boost::asio::any_io_executor executor;
  logger log;
  std::string endpoint_path = "/mcp";  ///< Where the server has its endpoint, "/mcp" say.
  /** Whether the server refuses, before it asks the policy, whatever does not come from a program of its own
      machine: what a policy with a reason in `loopback_only` makes sure of before it lets anybody in. */
  bool loopback_only = false;
  detail::observation const* observed =
      nullptr;  ///< For policies of mcpawl: whom to tell; null where nobody observes.
  /** Whether other servers are reached by the same listeners: then only the paths that `public_paths` lists get here. */
  bool shares_listeners = false;
};

/** Whose a path is, and which web pages may ask for it. */
enum class public_route {
  none,         ///< Not the policy's: a request for it must be authenticated.
  same_origin,  ///< The policy's, for pages of this server and of its allowed origins: consent, say.
  any_origin,   ///< The policy's, for every page: metadata, registration and tokens, which no cookie opens.
};

/** A way to tell callers apart, and to refuse those it does not know.

    A server holds one policy and copies it once per thread; a copy is used by that thread only, and
    what copies share must allow use from several threads.

    - `identity_type`: what a tool may take as a parameter.
    - `authenticate(head)`: decides from the request line and header fields alone, before the body is read. It
      returns an `auth_result<identity_type>`, or a `task` of one if it has to wait, or, where that depends on
      the request, an `authentication<identity_type>`, which holds either. A decision costs no coroutine.
    - `principal(identity)`: a stable text that names the caller; sessions are bound to it. Two callers
      never share one; empty means nobody.
    - `policy_name`, optional: a static member that converts to `std::string_view`, what the log calls the policy.
    - `attach(environment)`, optional: called once per copy, on its thread, before the first request.
    - `loopback_only()`, optional: why only programs of the server's own machine may be served, for people to
      read; empty where others may, too. If there is a reason, the server does not start on an address that is
      none of loopback, writes the reason to its log whenever it starts, and answers with 403 what another
      machine, a page of another name or a proxy sends.
    - `local_only()`, optional: why the server may listen on loopback and on Unix-domain sockets alone, for people to
      read; empty where it may anywhere. If there is a reason, it does not start on another address. Requests are
      not looked at for it, so what a proxy on this machine hands on comes in: that proxy decides.
    - `needs_client_certificates()`, optional, `bool`: callers are known by the certificates of TLS alone
      (`head.client_certificate()`). The server does not start with a listener that asks for none.
    - `takes_client_certificates()`, optional, `bool`: some callers are. The server does not start if none of its
      listeners asks for certificates.
    - `recognizes(head)`, optional, `bool`, const: whether a request brings a credential of the form that this policy
      judges. It looks at the form alone and verifies nothing. `any_of` needs it.
    - `recognizes_issuer(head)`, optional, `bool`, const: whether such a credential says that it is of this policy's issuer. Nothing
      is verified; `any_of` asks where several policies recognize a request.
    - `reload()`, optional, const: reads anew what may change while the server runs, from any thread, and returns what is
      wrong, a `std::vector<std::string>`; then everything stays as it was. SIGHUP calls it, and what it returns is logged.
    - `reloads()`, optional, `bool`, const: whether there is something for `reload` to read; without this hook there is. Policies
      that hold others ask those.
    - `ready()`, optional, `bool`: whether it can decide about callers, as `/readyz` of the admin listener tells: false until keys
      were fetched for the first time, say. Asked of a copy that is never attached, from any thread. It must not depend on whether a
      service of others can be reached just now, or all instances of a server are taken out at once.
    - `probe()`, optional, `task<std::string>`, const: tries what the policy needs of its own to decide, such as a write into its store, and
      says in a sentence why that failed; an empty text if it did not. `/readyz` asks a copy that is never attached, on a thread of
      its own, once a second at most and for a second at most.

    Two more where clients can be granted scopes: `asks_for_scopes`.

    A policy may answer some paths itself, without authentication: the metadata that tells clients how to
    log in, or the endpoints of an authorization server. Two hooks, both or neither:

    - `route_of(head)`: whose a request is. It must look at nothing but the path, and compare whole paths:
      what it calls its own is not authenticated. A preflight of a browser goes by it as well.
    - `serve_unauthenticated(exchange)`: answers a request whose route is not `none`; it may read the body, waits as
      long as it likes, and answers with whatever it wants, other methods and bad requests included.

    And a third, which a policy needs for a server that is one of several in one `http_server`:

    - `public_paths(endpoint_path)`: all paths whose route is not `none` once such a copy is attached, as
      `std::vector<std::string>`, in whole, as they are sent; asked of a copy that is never attached. A path of two servers is an
      error when they start. What is not listed never gets to the policy.

    `Host` has been checked before these are called, and `Origin` too where the route is for `same_origin`.
    Preflights have been answered. On a route for `any_origin` each response has `Access-Control-Allow-Origin: *`
    (Fetch standard, "CORS protocol"), and no cookie may count.

    @par Lifetime
    A copy lives until no `authenticate` of it is pending, or until its thread runs no more coroutines.
    The head given to `authenticate` and the exchange given to `serve_unauthenticated` live until the task ends.
    @par Example
    @code
    struct by_header {
      using identity_type = my_user;
      mcpawl::auth_result<my_user> authenticate(mcpawl::http::request_head const& head);
      std::string principal(my_user const& who) const;
    };
    @endcode
*/
// clang-format off: it has no good form for a concept with two lists
template <class Policy>
concept auth_policy = std::copy_constructible<Policy> && requires {
  typename Policy::identity_type;
} && requires(Policy& policy, Policy const& constant, http::request_head const& head,
              typename Policy::identity_type const& who) {
  { policy.authenticate(head) } -> std::convertible_to<authentication<typename Policy::identity_type>>;
  { constant.principal(who) } -> std::convertible_to<std::string>;
};
// clang-format on

/** A policy that answers some paths itself. */
template <class Policy>
concept serves_public_paths =
    auth_policy<Policy> &&
    requires(Policy& policy, Policy const& constant, http::request_head const& head, http::exchange& ex) {
      { constant.route_of(head) } -> std::same_as<public_route>;
      { policy.serve_unauthenticated(ex) } -> std::same_as<task<>>;
    };

/** An identity that tells which scopes its token was granted, as a `std::vector<std::string>`: in a member `scopes`, behind `->` as
    `verified` has it or not, or by a function `scopes()` that returns a reference.

    @code
    struct my_user {
      std::string name;
      std::vector<std::string> scopes;
    };
    @endcode
*/
// clang-format off: it has no good form for alternatives
template <class Identity>
concept has_scopes =
    requires(Identity const& who) { { who.scopes() } -> std::same_as<std::vector<std::string> const&>; } ||
    requires(Identity const& who) { { (who.scopes) } -> std::same_as<std::vector<std::string> const&>; } ||
    requires(Identity const& who) { { (who->scopes) } -> std::same_as<std::vector<std::string> const&>; };
// clang-format on

/** The scopes that a caller's token was granted. They live as long as the identity. */
template <has_scopes Identity>
std::vector<std::string> const& granted_scopes(Identity const& who) {
  if constexpr (requires { who.scopes(); })
    return who.scopes();
  else if constexpr (requires { who.scopes; })
    return who.scopes;
  else
    return who->scopes;
}

/** An operation for which a caller's token is good, but lacks scopes. */
struct scope_demand {
  std::string operation;             ///< For people, of visible ASCII: `the tool adjust`.
  std::vector<std::string> scopes;   ///< All that the operation needs.
  std::vector<std::string> missing;  ///< Those of them that the token was not granted.
};

/** A policy whose clients can authorize anew for more scopes, which `requires_scope` of a handle needs.

    - Its identity has scopes (`has_scopes`).
    - `known_scopes()`: all scopes that clients can be granted, or an empty optional where that is not known. A tool that requires
      another one is reported when the server starts.
    - `insufficient_scope(identity, demand)`: what a caller is told whose call was refused: a denial with status 403 and a challenge
      (MCP "Authorization", "Scope Challenge Handling"; RFC 6750 section 3.1). Clients authorize anew for the `scope` of the challenge,
      some for nothing else, so it names what the operation needs together with what the caller has and the server always requires.

    @code
    std::vector<std::string> known_scopes() const { return {"stock:read", "stock:write"}; }
    mcpawl::denial insufficient_scope(my_user const& who, mcpawl::scope_demand const& what) const;
    @endcode
*/
// clang-format off
template <class Policy>
concept asks_for_scopes =
    auth_policy<Policy> && has_scopes<typename Policy::identity_type> &&
    requires(Policy const& policy, typename Policy::identity_type const& who, scope_demand const& what) {
      { policy.known_scopes() } -> std::convertible_to<std::optional<std::vector<std::string>>>;
      { policy.insufficient_scope(who, what) } -> std::convertible_to<denial>;
    };
// clang-format on

/** Ask the optional hook `route_of` of a policy. */
template <auth_policy Policy>
public_route route_of(Policy const& policy, http::request_head const& head) {
  if constexpr (serves_public_paths<Policy>) {
    return policy.route_of(head);
  } else {
    static_assert(
        !requires { &Policy::route_of; } && !requires { &Policy::serve_unauthenticated; },
        "mcpawl: a policy that answers paths itself has both public_route route_of(request_head "
        "const&) const and task<> serve_unauthenticated(exchange&)");
    return public_route::none;
  }
}

/** Ask the hook `public_paths` of a policy: the paths that it answers itself as one of several servers.

    @return nothing if it answers some and does not list them */
template <auth_policy Policy>
std::optional<std::vector<std::string>> public_paths([[maybe_unused]] Policy const& policy,
                                                     [[maybe_unused]] std::string_view endpoint_path) {
  if constexpr (!serves_public_paths<Policy>)
    return std::vector<std::string>();
  else if constexpr (requires {
                       {
                         policy.public_paths(endpoint_path)
                       } -> std::convertible_to<std::optional<std::vector<std::string>>>;
                     })
    return policy.public_paths(endpoint_path);
  else
    return std::nullopt;
}

/** Ask the optional hook `needs_client_certificates` of a policy. */
template <auth_policy Policy>
bool needs_client_certificates([[maybe_unused]] Policy const& policy) {
  if constexpr (requires { policy.needs_client_certificates(); })
    return policy.needs_client_certificates();
  else
    return false;
}

/** Ask the optional hook `takes_client_certificates` of a policy. */
template <auth_policy Policy>
bool takes_client_certificates(Policy const& policy) {
  if constexpr (requires { policy.takes_client_certificates(); })
    return policy.takes_client_certificates();
  else
    return needs_client_certificates(policy);
}

/** Ask the optional hook `local_only` of a policy. */
template <auth_policy Policy>
std::string local_only([[maybe_unused]] Policy const& policy) {
  if constexpr (requires { policy.local_only(); })
    return policy.local_only();
  else
    return {};
}

/** A policy that says which requests bring a credential of its form, so that `any_of` can choose it. */
template <class Policy>
concept recognizes_credentials =
    auth_policy<Policy> && requires(Policy const& policy, http::request_head const& head) {
      { policy.recognizes(head) } -> std::same_as<bool>;
    };

/** Call the optional hook `reload` of a policy.

    @return what is wrong, in sentences; empty if nothing is, or there is nothing to read anew
    @par Thread safety
    Any thread, as the hook. */
template <auth_policy Policy>
std::vector<std::string> reload_policy([[maybe_unused]] Policy const& policy) {
  if constexpr (requires { policy.reload(); })
    return policy.reload();
  else
    return {};
}

/** Whether a policy has something to read anew: it has the hook `reload`, and no hook `reloads`, a `bool`, says otherwise. */
template <auth_policy Policy>
bool policy_reloads([[maybe_unused]] Policy const& policy) {
  if constexpr (requires {
                  { policy.reloads() } -> std::convertible_to<bool>;
                })
    return policy.reloads();
  else
    return requires { policy.reload(); };
}

/** Ask the optional hook `ready` of a policy. */
template <auth_policy Policy>
bool policy_ready([[maybe_unused]] Policy const& policy) {
  if constexpr (requires {
                  { policy.ready() } -> std::convertible_to<bool>;
                })
    return policy.ready();
  else
    return true;
}

/** Call the optional hook `probe` of a policy; without it nothing is wrong. */
template <auth_policy Policy>
task<std::string> probe_policy([[maybe_unused]] Policy const& policy) {
  if constexpr (requires {
                  { policy.probe() } -> std::same_as<task<std::string>>;
                }) {
    auto probing = policy.probe();
    co_return co_await std::move(probing);
  } else {
    co_return std::string();
  }
}

/** Call the optional hook `attach` of a policy. */
template <auth_policy Policy>
void attach_policy(Policy& policy, auth_environment const& environment) {
  if constexpr (requires { policy.attach(environment); }) policy.attach(environment);
}

/** Ask the optional hook `loopback_only` of a policy. */
template <auth_policy Policy>
std::string loopback_only(Policy const& policy) {
  if constexpr (requires {
                  { policy.loopback_only() } -> std::convertible_to<std::string>;
                }) {
    return policy.loopback_only();
  } else {
    static_assert(
        !requires { &Policy::loopback_only; },
        "mcpawl: the hook of a policy is std::string loopback_only() const");
    return std::string();
  }
}

}  // namespace mcpawl
