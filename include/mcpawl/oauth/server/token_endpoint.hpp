// mcpawl/oauth/server/token_endpoint.hpp - POST /token: codes and refresh tokens become tokens
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/io.hpp>
#include <mcpawl/http/request_head.hpp>
#include <mcpawl/http/response.hpp>
#include <mcpawl/oauth/client/client.hpp>
#include <mcpawl/oauth/common/errc.hpp>
#include <mcpawl/oauth/common/resource.hpp>
#include <mcpawl/oauth/grant/upstream_lease.hpp>
#include <mcpawl/oauth/server/client_authentication.hpp>
#include <mcpawl/oauth/server/endpoint_answer.hpp>
#include <mcpawl/oauth/server/server_state.hpp>
#include <mcpawl/oauth/server/token_request.hpp>
#include <mcpawl/oauth/server/token_response.hpp>
#include <mcpawl/oauth/server/told_grant.hpp>
#include <mcpawl/oauth/upstream/login_record.hpp>
#include <mcpawl/oauth/upstream/upstream_client.hpp>
#include <mcpawl/oauth/upstream/upstream_login.hpp>

#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::oauth {

namespace detail {

/** Let somebody else finish. */
inline task<> wait_a_moment() {
  auto const executor = co_await boost::asio::this_coro::executor;
  co_await http::detail::pause_for(executor, std::chrono::milliseconds{50});
}

/** How long to wait for somebody else who asks the upstream; then the client is told to come back. The lease
    of who died ends before. */
inline constexpr std::chrono::milliseconds max_upstream_wait{2'900};

/** For so long the upstream's response that could not be saved is good without asking again. */
inline constexpr std::chrono::seconds unsaved_is_fresh{60};

inline task<result<issued_tokens>> exchange_code(std::shared_ptr<server_state> parts, token_request asked) {
  code_redemption redemption(std::move(asked.code), std::move(asked.client.client_id));
  redemption.verifier = std::move(asked.verifier);
  redemption.redirect_uri = std::move(asked.redirect_uri);
  if (!asked.resources.empty()) redemption.resource = parts->rules.resource();
  co_return co_await parts->tokens.redeem(std::move(redemption));
}

/** Ask the upstream for a new login, while others are kept from asking. What was got before and could not be
    saved comes first, since the upstream may take no older refresh token.

    @par Errors
    As `upstream_client::refresh`; `oauth_errc::contended` if the lease was lost meanwhile and the upstream said no,
    which may be because it answered whoever has the lease now.
*/
template <class Pending>
task<result<upstream_login>> ask_with_lease(std::shared_ptr<server_state> parts, upstream_client& upstream,
                                            Pending const& pending, upstream_login login,
                                            upstream_lease lease) {
  auto const kept = parts->tokens.unsaved(pending);
  if (kept) {
    auto newer = login_of(kept->props);
    if (!newer) co_return newer.error();
    login = std::move(*newer);
    if (parts->time().steady() - kept->since < unsaved_is_fresh) co_return login;
  }
  auto const executor = co_await boost::asio::this_coro::executor;
  upstream_leases::renewal const renewing(parts->tokens.leases(), std::move(lease), executor);
  auto renewed = co_await upstream.refresh(std::move(login));
  if (!renewed && renewed.error() == oauth_errc::upstream_denied && renewing.lost())
    co_return oauth_errc::contended;
  co_return renewed;
}

/** Refresh, when the upstream has been asked whether the person may still come in.

    Of concurrent requests for one grant one asks; the others wait and get the same response. What the
    upstream
    refuses for good ends the grant. While it cannot be asked, nothing is issued and nothing is lost.
*/
inline task<result<issued_tokens>> refresh_checked(std::shared_ptr<server_state> parts,
                                                   upstream_client& upstream, token_request asked, logger log,
                                                   grant_teller tell) {
  auto const patience = std::chrono::steady_clock::now() + max_upstream_wait;
  bool seen_current = false;
  do {
    refresh_request request(asked.refresh_token, asked.client.client_id);
    request.scope = asked.scope;
    request.understood = parts->rules.authorization.understood();
    request.seen_current = seen_current;
    if (!asked.resources.empty()) request.resource = parts->rules.resource();
    auto pending = co_await parts->tokens.begin_refresh(std::move(request));
    if (!pending) co_return pending.error();
    if (pending->answer) co_return std::move(*pending->answer);
    seen_current = true;
    auto login = login_of(pending->props);
    if (!login) co_return login.error();
    if (login->refresh_token.empty()) {
      if (!parts->rules.refresh_unchecked) co_return oauth_errc::bad_token;
      co_return co_await parts->tokens.finish_refresh(std::move(*pending));
    }
    auto lease = co_await parts->tokens.lease_upstream(*pending);
    if (!lease) co_return lease.error();
    if (!lease->held()) {
      co_await wait_a_moment();
      continue;
    }
    std::string const user = login->who.profile.label;
    auto renewed = co_await ask_with_lease(parts, upstream, *pending, std::move(*login), std::move(*lease));
    if (renewed) {
      std::optional<secret> props = props_of(*renewed);
      co_return co_await parts->tokens.finish_refresh(std::move(*pending), std::move(props));
    }
    error_code const why = renewed.error();
    if (why == oauth_errc::contended) continue;
    if (why == oauth_errc::upstream_denied) {
      log.warning("grant_ended", {{"user", user}, {"reason", why.message()}});
      auto const ended = co_await parts->tokens.end_grant(*pending);
      if (!ended) co_return ended.error();
      tell("grant_ended", asked.client.client_id);
      co_return oauth_errc::bad_token;
    }
    (void)co_await parts->tokens.release_upstream(*pending);
    log.error("login_not_confirmed", {{"user", user}, {"reason", why.message()}});
    // whatever it is, it is not the client's fault, and its tokens stay good
    co_return oauth_errc::upstream_unavailable;
  } while (std::chrono::steady_clock::now() < patience);
  co_return oauth_errc::contended;
}

/** Log a refresh token that came after its successor had been used, as operators should see it. */
inline void note_repeat(logger const& log, client const& who, issued_tokens const& tokens,
                        token_lifetimes const& lifetimes) {
  if (tokens.repeats == 0) return;
  log.write(tokens.repeats == 1 ? log_level::warning : log_level::info, "refresh_token_of_two_holders",
            {{"client", who.id},
             {"client_name", who.metadata.client_name},
             {"times", std::to_string(tokens.repeats)},
             {"ends_at", std::to_string(lifetimes.max_refresh_repeats)}});
}

}  // namespace detail

/** Answer a token request (RFC 6749 sections 4.1.3 and 6): a form, from a client that says who it is. */
inline task<http::response> answer_token_request(std::shared_ptr<server_state> parts,
                                                 upstream_client& upstream, http::request_head const& head,
                                                 std::string_view body, logger log, std::string address = {},
                                                 detail::grant_teller tell = {}) {
  auto const authorization = find_authorization(head);
  if (!authorization) co_return error_answer(authorization.error());
  bool const tried = authorization->has_value();
  std::string wrong{form_needed};
  if (!has_media_type(head, "application/x-www-form-urlencoded"))
    co_return error_answer(oauth_errc::malformed_request, tried, wrong);
  wrong.clear();
  auto asked = token_request::parse(body, *authorization, wrong);
  if (!asked) {
    log.write_limited(log_level::info, "token_request_refused",
                      {{"reason", reason_of(asked.error(), wrong)}});
    co_return error_answer(asked.error(), tried, wrong);
  }
  auto const who = co_await authenticate_client(parts, asked->client, std::move(address));
  if (!who) {
    log.write_limited(log_level::info, "client_refused",
                      {{"client", asked->client.client_id}, {"reason", who.error().message()}});
    co_return error_answer(who.error(), tried);
  }
  asked->client.client_id = who->id;
  error_code const elsewhere = detail::validate_resources(asked->resources, parts->rules.resource(), wrong);
  if (elsewhere) {
    log.write_limited(log_level::info, "token_request_refused",
                      {{"client", who->id}, {"reason", reason_of(elsewhere, wrong)}});
    co_return error_answer(elsewhere, false, wrong);
  }
  bool const refreshes = asked->grant == token_request::grant_kind::refresh_token;
  if (refreshes && !who->metadata.refreshable) co_return error_answer(oauth_errc::grant_type_not_allowed);
  task<result<issued_tokens>> work =
      refreshes ? detail::refresh_checked(parts, upstream, std::move(*asked), log, tell)
                : detail::exchange_code(parts, std::move(*asked));
  auto const tokens = co_await std::move(work);
  if (!tokens) {
    error_code const why = tokens.error();
    bool const attack = why == oauth_errc::code_replayed || why == oauth_errc::refresh_token_reused;
    log.write(attack ? log_level::warning : log_level::info, "tokens_refused",
              {{"client", who->id},
               {"client_name", who->metadata.client_name},
               {"grant", refreshes ? "refresh_token" : "authorization_code"},
               {"reason", why.message()}});
    if (attack) {
      tell("grant_reused", who->id);
      tell("grant_ended", who->id);
    }
    co_return error_answer(why);
  }
  detail::note_repeat(log, *who, *tokens, parts->rules.lifetimes);
  // whether or not it works: the next token tries again
  (void)co_await parts->clients.prolong(who->id);
  co_return json_answer(200, token_json(*tokens));
}

}  // namespace mcpawl::oauth
