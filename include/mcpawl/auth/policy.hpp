// mcpawl/auth/policy.hpp - what a server asks of its door: an identity or a denial
#pragma once

#include <mcpawl/core/log.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/request_head.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl {

/** Why a request is not let in: one part for the client, one for the log.

    The client gets `status` and `code` and, where they are set, `WWW-Authenticate` and `Retry-After`;
    nothing else of it. `log_reason` says precisely what was wrong and never holds a credential.
*/
struct denial {
  denial() {}
  denial(int http_status, std::string_view stable_code, std::string reason)
      : status(http_status), code(stable_code), log_reason(std::move(reason)) {}

  int status = 500;
  std::string_view code =
      "internal_error";                 ///< A stable word for the client: a literal, "missing_token" say.
  std::string www_authenticate;         ///< Value of the header; empty: none is sent.
  std::chrono::seconds retry_after{0};  ///< Value of the header; zero: none is sent.
  std::string log_reason;
};

/** Holds an identity or a denial. */
template <class Identity>
using auth_result = boost::system::result<Identity, denial>;

/** What a policy may use on the thread it serves. */
struct auth_environment {
  boost::asio::any_io_executor executor;
  logger log;
};

/** A way to tell callers apart and to keep strangers out.

    A server holds one policy and copies it once per thread; a copy is used by that thread only, and
    what copies share must allow use from several threads.

    - `identity_type`: what a tool may take as a parameter.
    - `authenticate(head)`: decides from the request line and header fields alone, before the body is read.
    - `principal(identity)`: a stable text that names the caller; sessions are bound to it. Two callers
      never share one; empty means nobody.
    - `attach(environment)`, optional: called once per copy, on its thread, before the first request.
    - `decide_now(head)`, optional: what `authenticate` would say, if it can be said without waiting; nothing
      otherwise. It is asked first, and saves a coroutine for most requests.

    @par Lifetime
    A copy lives until no `authenticate` of it is pending, or until its thread runs no more coroutines.
    The head given to `authenticate` lives until the task ends.
*/
template <class Policy>
concept auth_policy = std::copy_constructible<Policy> && requires {
  typename Policy::identity_type;
} && requires(Policy& policy, Policy const& constant, http::request_head const& head,
              typename Policy::identity_type const& who) {
  { policy.authenticate(head) } -> std::same_as<task<auth_result<typename Policy::identity_type>>>;
  { constant.principal(who) } -> std::convertible_to<std::string>;
};

/** A policy that can decide about most requests without waiting. */
template <class Policy>
concept decides_now = auth_policy<Policy> && requires(Policy& policy, http::request_head const& head) {
  { policy.decide_now(head) } -> std::same_as<std::optional<auth_result<typename Policy::identity_type>>>;
};

/** Call the optional hook `attach` of a policy. */
template <auth_policy Policy>
void attach_policy(Policy& policy, auth_environment const& environment) {
  if constexpr (requires { policy.attach(environment); }) policy.attach(environment);
}

}  // namespace mcpawl
