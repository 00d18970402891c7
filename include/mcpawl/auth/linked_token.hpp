// mcpawl/auth/linked_token.hpp - the caller's token of Access, for calls to other applications and nothing
// else
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/auth/policy.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/request_head.hpp>

#include <concepts>
#include <memory>
#include <optional>
#include <utility>

namespace mcpawl {

/** Keeps a caller's token of Access, and refreshes it where that is possible.

    @par Thread safety
    One thread at a time: that of the caller's request.
*/
class token_source {
public:
  virtual ~token_source() = default;

  /** The token as it is good now.

      @param self this object, so that the task may outlive the identity it came with.

      @par Errors
      `oauth::oauth_errc::upstream_denied` where there will be none any more; `upstream_unavailable`, `contended` or
      what the store says where there is none now.
  */
  virtual task<result<secret>> current(std::shared_ptr<token_source> self) = 0;
};

/** A caller's token of Access: what a tool takes to call a protected application in the caller's name.

    It cannot be read or printed. Only `downstream` and `access_identity_endpoint` do anything with it.

    @code
    mcpawl::task<std::string> orders(mcpawl::linked_token const& token) {
      mcpawl::http::fetch_request request(orders_url);
      auto answer = co_await apps.ask(token, std::move(request));
      co_return answer ? std::move(answer->body) : std::string("not available");
    }
    @endcode

    @par Lifetime
    Copies share the source. With `access_oauth` it belongs to the thread of the call.
*/
class linked_token {
public:
  using identity_part = linked_token;  // what a tool may take only where the policy has it

  /** How an application behind Access is told. */
  enum class form {
    assertion,  ///< `Cf-Access-Token`: the token that Access gave to a self-hosted application.
    bearer,     ///< `Authorization: Bearer`: the access token of an application of Access for SaaS.
  };

  linked_token(form how, std::shared_ptr<token_source> source) noexcept
      : how_(how), source_(std::move(source)) {}

private:
  friend class access_identity_endpoint;
  friend class downstream;

  form how_;
  std::shared_ptr<token_source> source_;  // null: the caller has no token
};

/** A policy that keeps the callers' tokens: `linked_token_of(head, identity)` gives that of a caller who has
    been let in with this head, or nothing if there is none. */
template <class Policy>
concept keeps_token = auth_policy<Policy> && requires(Policy& policy, http::request_head const& head,
                                                      typename Policy::identity_type const& who) {
  { policy.linked_token_of(head, who) } -> std::same_as<std::optional<linked_token>>;
};

}  // namespace mcpawl
