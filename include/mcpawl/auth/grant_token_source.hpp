// mcpawl/auth/grant_token_source.hpp - keeps the token of Access that a grant holds, and refreshes it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/auth/linked_token.hpp>
#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/oauth/common/errc.hpp>
#include <mcpawl/oauth/server/server_state.hpp>
#include <mcpawl/oauth/server/token_endpoint.hpp>
#include <mcpawl/oauth/upstream/login_record.hpp>
#include <mcpawl/oauth/upstream/upstream_client.hpp>

#include <chrono>
#include <memory>
#include <utility>

namespace mcpawl::detail {

/** Gives out the access token of Access of the person whose access token of ours it was made with.

    A token that ends within half a minute is refreshed first, by one request of all that want it, and the
    grant keeps the new one. What Access refuses for good ends the grant.

    @par Errors
    Those of `oauth::token_service` and `oauth::upstream_client`; `oauth::oauth_errc::upstream_denied` for an
    expired token that cannot be refreshed.
    @par Lifetime
    The client must outlive the source: both are of one thread.
*/
class grant_token_source final : public token_source {
public:
  grant_token_source(std::shared_ptr<oauth::server_state> parts, oauth::upstream_client& upstream,
                     secret access_token)
      : parts_(std::move(parts)), upstream_(upstream), access_token_(std::move(access_token)) {}

  task<result<secret>> current([[maybe_unused]] std::shared_ptr<token_source> self) override {
    auto const patience = std::chrono::steady_clock::now() + oauth::detail::max_upstream_wait;
    do {
      auto pending = co_await parts_->tokens.begin_renewal(access_token_, parts_->rules.resource());
      if (!pending) co_return pending.error();
      auto login = oauth::login_of(pending->props);
      if (!login) co_return login.error();
      unix_seconds const now = parts_->time().wall(), ends = login->access_expires;
      if (ends == 0 || now + spare < ends) co_return std::move(login->access_token);
      if (login->refresh_token.empty()) {
        if (now < ends) co_return std::move(login->access_token);
        co_return oauth::oauth_errc::upstream_denied;
      }
      auto lease = co_await parts_->tokens.lease_upstream(*pending);
      if (!lease) co_return lease.error();
      if (!lease->held()) {
        co_await oauth::detail::wait_a_moment();
        continue;
      }
      auto renewed = co_await oauth::detail::ask_with_lease(parts_, upstream_, *pending, std::move(*login),
                                                            std::move(*lease));
      if (!renewed) {
        error_code const why = renewed.error();
        if (why == oauth::oauth_errc::contended) continue;
        co_await give_up(*pending, why);
        co_return why;
      }
      secret props = oauth::props_of(*renewed);
      auto const saved = co_await parts_->tokens.finish_renewal(std::move(*pending), std::move(props));
      if (!saved) co_return saved.error();
      co_return std::move(renewed->access_token);
    } while (std::chrono::steady_clock::now() < patience);
    co_return oauth::oauth_errc::contended;
  }

private:
  static constexpr unix_seconds spare = 30;

  task<> give_up(oauth::pending_renewal const& pending, error_code why) {
    if (why == oauth::oauth_errc::upstream_denied) {
      (void)co_await parts_->tokens.end_grant(pending);
    } else {
      (void)co_await parts_->tokens.release_upstream(pending);
    }
  }

  std::shared_ptr<oauth::server_state> parts_;
  oauth::upstream_client& upstream_;
  secret access_token_;
};

}  // namespace mcpawl::detail
