// mcpawl/oauth/upstream/upstream_client.hpp - signs people in at an OpenID provider: our side of OpenID Connect
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/core/share_of_time.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/fetch.hpp>
#include <mcpawl/http/form.hpp>
#include <mcpawl/http/tls.hpp>
#include <mcpawl/http/url.hpp>
#include <mcpawl/jose/errc.hpp>
#include <mcpawl/keys/key_discovery.hpp>
#include <mcpawl/keys/key_source.hpp>
#include <mcpawl/keys/refreshing_verifier.hpp>
#include <mcpawl/oauth/common/errc.hpp>
#include <mcpawl/oauth/common/pkce.hpp>
#include <mcpawl/oauth/upstream/id_token.hpp>
#include <mcpawl/oauth/upstream/login_reader.hpp>
#include <mcpawl/oauth/upstream/upstream_answer.hpp>
#include <mcpawl/oauth/upstream/upstream_endpoints.hpp>
#include <mcpawl/oauth/upstream/upstream_flow.hpp>
#include <mcpawl/oauth/upstream/upstream_login.hpp>
#include <mcpawl/oauth/upstream/upstream_options.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::oauth {

/** An OpenID Connect client: authorization code flow with PKCE, `nonce` and `client_secret_post`, and refresh
    tokens (OpenID Connect Core 1.0 sections 3.1 and 12, RFC 6749, RFC 7636). What its provider says about a person
    beyond issuer and subject is read by a `login_reader`, and all else is the same for every provider.

    What it does not do: remember a flow or bind it to a browser, and read the response that the browser
    brings back; whoever does holds `issuer()` or `accepts_issuer` against the `iss` in it (RFC 9207).

    @code
    auto flow = upstream_flow::make();
    auto const there = co_await client.location(flow);                         // and keep the flow
    auto login = co_await client.exchange(std::move(code), std::move(flow));   // when the browser is back
    if (login) greet(login->who.profile.label);
    @endcode

    @par Errors
    | `oauth_errc` | what it means |
    |---|---|
    | `upstream_denied` | no, and asking again will not help: the person may not come in, or not any more |
    | `upstream_unavailable` | no response, or none that makes sense: the same may work later |
    | `upstream_misconfigured` | the upstream does not take us for its client, or our request for one |
    | `upstream_token_refused` | the ID token is missing or not good |

    What precisely was wrong is in the log only, and no token or secret is.

    @par Lifetime
    Must outlive its tasks, or else its thread must run no more coroutines. An attached client keeps
    `io_context::run` busy. Copies share the keys and what was discovered.
    @par Thread safety
    One copy per thread.
*/
class upstream_client {
public:
  /** @param reader  of what the provider says; not null

      @par Errors
      Throws `configuration_error` with all errors in the options. */
  upstream_client(upstream_options options, std::shared_ptr<login_reader const> reader)
      : upstream_client(std::make_shared<shared const>(mcpawl::detail::validated(std::move(options)),
                                                       std::move(reader))) {}
  upstream_client(upstream_client const& other) : upstream_client(other.shared_) {}
  upstream_client& operator=(upstream_client const&) = delete;

  /** Bind this copy to its thread and begin to fetch the keys. */
  void attach(boost::asio::any_io_executor executor, logger log) {
    log_ = log;
    verifier_->attach(std::move(executor), std::move(log));
  }

  std::string const& issuer() const noexcept { return shared_->options.at.issuer; }

  /** Whether an authorization response with this `iss`, or with none, can be the upstream's (RFC 9207 section
      2.4). */
  bool accepts_issuer(std::optional<std::string_view> iss) const {
    if (iss) return *iss == issuer();
    auto const known = shared_->directory.last();
    return !known || !known->names_itself;
  }

  /** Where browsers are sent to, if that is known without asking. */
  std::optional<http::origin_url> authorization_endpoint() const {
    auto const known = shared_->directory.last();
    if (!known) return std::nullopt;
    return known->authorization;
  }

  /** The URL that a browser is to be sent to (OpenID Connect Core 1.0 section 3.1.2.1). */
  task<result<std::string>> location(upstream_flow const& flow) {
    upstream_options const& options = shared_->options;
    std::string query;
    http::append_form_field(query, "response_type", "code");
    http::append_form_field(query, "client_id", options.client_id);
    http::append_form_field(query, "redirect_uri", options.callback);
    http::append_form_field(query, "scope", options.scopes);
    http::append_form_field(query, "state", flow.state);
    http::append_form_field(query, "nonce", flow.nonce);
    http::append_form_field(query, "code_challenge", code_challenge_of(flow.verifier.reveal()));
    http::append_form_field(query, "code_challenge_method", "S256");
    auto const at = co_await find_endpoints(deadline());
    if (!at) co_return at.error();
    std::string out = at->authorization.origin() + at->authorization.target();
    out += out.find('?') == std::string::npos ? '?' : '&';
    out += query;
    co_return out;
  }

  /** Exchange the code that a browser came back with (RFC 6749 section 4.1.3). */
  task<result<upstream_login>> exchange(secret code, upstream_flow flow) {
    co_await attach_to_this_thread();
    auto const until = deadline();
    std::string form =
        credentials("authorization_code", code.reveal().size() + flow.verifier.reveal().size());
    http::append_form_field(form, "code", code.reveal());
    http::append_form_field(form, "redirect_uri", shared_->options.callback);
    http::append_form_field(form, "code_verifier", flow.verifier.reveal());
    auto tokens = co_await ask(std::move(form), code, until);
    if (!tokens) co_return tokens.error();
    id_token_occasion at;
    at.nonce = flow.nonce;
    at.access_token = tokens->access_token.reveal();
    auto who = co_await check(tokens->id_token, at);
    if (!who) co_return who.error();
    upstream_login out;
    out.who = std::move(*who);
    fill(out, std::move(*tokens));
    co_return out;
  }

  /** Ask for new tokens, and so whether the person may still come in (RFC 6749 section 6).

      The refresh token and the person stay as they were where the upstream sends no new ones. A login without
      a refresh token is `upstream_denied`, and so is one at another provider, whose refresh token is sent to
      nobody else. The nonce of a new ID token does not matter: it came straight from the upstream. */
  task<result<upstream_login>> refresh(upstream_login from) {
    bool const ours = from.who.issuer == issuer() && from.who.reader == shared_->reader->name();
    if (!ours || from.refresh_token.empty()) co_return oauth_errc::upstream_denied;
    co_await attach_to_this_thread();
    auto const until = deadline();
    std::string form = credentials("refresh_token", from.refresh_token.reveal().size());
    http::append_form_field(form, "refresh_token", from.refresh_token.reveal());
    auto tokens = co_await ask(std::move(form), from.refresh_token, until);
    if (!tokens) co_return tokens.error();
    if (!tokens->id_token.empty()) {
      id_token_occasion at;
      at.access_token = tokens->access_token.reveal();
      at.before = &from.who;
      auto who = co_await check(tokens->id_token, at);
      if (!who) co_return who.error();
      from.who = std::move(*who);
    }
    fill(from, std::move(*tokens));
    co_return from;
  }

  /** The keys, for a look at how they are doing. */
  mcpawl::detail::key_source const& source() const noexcept { return verifier_->source(); }

private:
  using steady_time = std::chrono::steady_clock::time_point;

  struct shared {
    shared(upstream_options checked, std::shared_ptr<login_reader const> of)
        : options(std::move(checked)),
          reader(std::move(of)),
          trust(options.authorities()),
          keys(std::make_shared<mcpawl::detail::key_source>(options.keys(), *options.time,
                                                            options.intervals())) {
      auto const& at = options.at;
      fixed = at.complete();
      if (fixed) directory.found(upstream_endpoints(*at.authorization, *at.token), {});
    }
    upstream_options options;
    std::shared_ptr<login_reader const> reader;
    http::tls_trust trust;
    std::shared_ptr<mcpawl::detail::key_source> keys;
    mutable upstream_directory directory;
    bool fixed = false;
  };

  explicit upstream_client(std::shared_ptr<shared const> with)
      : shared_(std::move(with)),
        verifier_(std::make_unique<mcpawl::detail::refreshing_verifier<id_token_verifier>>(
            shared_->keys, shared_->trust, shared_->options.at.issuer, shared_->options.client_id,
            shared_->options.leeway, shared_->reader)) {}

  steady_time deadline() const { return std::chrono::steady_clock::now() + shared_->options.timeout; }

  task<> attach_to_this_thread() {
    if (verifier_->attached()) co_return;
    auto executor = co_await boost::asio::this_coro::executor;
    verifier_->attach(std::move(executor), log_);
  }

  /** The endpoints: given, remembered, or asked of the metadata; old ones where that fails. */
  task<result<upstream_endpoints>> find_endpoints(steady_time until) {
    auto const state = shared_;
    if (state->fixed) co_return *state->directory.last();
    if (auto fresh = state->directory.fresh(state->options.time->steady())) co_return std::move(*fresh);
    auto const url = discovery_urls(state->options.at.issuer).front();
    http::fetch_request request(url);
    request.field("Accept", "application/json");
    request.timeout(mcpawl::detail::share_of_time(until, 2));
    http::tls_trust trust = state->trust;
    auto const answer = co_await http::fetch(std::move(request), std::move(trust));
    error_code wrong;
    if (!answer) {
      wrong = answer.error();
    } else if (answer->status != 200) {
      wrong = mcpawl::detail::auth_errc::no_discovery_document;
    } else {
      auto found = read_upstream_endpoints(answer->body, state->options.at.issuer);
      if (found) {
        state->directory.found(*found, state->options.time->steady());
        co_return found;
      }
      wrong = found.error();
    }
    log_.warning("login_metadata_unusable", {{"url", url.origin() + url.target()},
                                             {"reason", wrong.message()},
                                             {"status", std::to_string(answer ? answer->status : 0)}});
    auto last = state->directory.last();
    if (!last) co_return oauth_errc::upstream_unavailable;
    state->directory.not_found(state->options.time->steady());
    co_return std::move(*last);
  }

  /** The beginning of a form for the token endpoint (RFC 6749 section 2.3.1), with room for the rest: a form
      that grows leaves copies of secrets behind. */
  std::string credentials(std::string_view grant_type, std::size_t more) const {
    upstream_options const& options = shared_->options;
    std::string form;
    form.reserve(256 + 3 * (options.client_id.size() + options.client_secret.reveal().size() +
                            options.callback.size() + more));
    http::append_form_field(form, "grant_type", grant_type);
    http::append_form_field(form, "client_id", options.client_id);
    http::append_form_field(form, "client_secret", options.client_secret.reveal());
    return form;
  }

  /** Ask the token endpoint. `presented` is what the form presents, which must not get into the log. */
  task<result<upstream_tokens>> ask(std::string form, secret const& presented, steady_time until) {
    auto const at = co_await find_endpoints(until);
    if (!at) {
      wipe(form.data(), form.size());
      co_return at.error();
    }
    http::fetch_request request(at->token);
    request.method("POST").field("Accept", "application/json");
    request.body("application/x-www-form-urlencoded", std::move(form));
    request.timeout(mcpawl::detail::share_of_time(until, 1));
    http::tls_trust trust = shared_->trust;
    auto answer = co_await http::fetch(std::move(request), std::move(trust));
    if (!answer) {
      log_.error("login_service_unreachable",
                 {{"url", at->token.origin() + at->token.target()}, {"reason", answer.error().message()}});
      co_return oauth_errc::upstream_unavailable;
    }
    upstream_report report;
    auto tokens = read_upstream_answer(*answer, report);
    wipe(answer->body.data(), answer->body.size());
    if (!tokens) log_failure(tokens.error(), *answer, at->token, report, presented);
    co_return tokens;
  }

  /** Log a response that was not good. Some upstreams quote what was sent to them. */
  void log_failure(error_code why, http::fetch_response const& answer, http::origin_url const& url,
                   upstream_report const& report, secret const& presented) const {
    auto const cleaned = [&](std::string_view text) -> std::string_view {
      for (auto const* each : {&presented, &shared_->options.client_secret})
        if (!each->empty() && text.find(each->reveal()) != std::string_view::npos)
          return "(left out: it quotes a secret)";
      return text;
    };
    auto const level = why == oauth_errc::upstream_denied ? log_level::info : log_level::error;
    log_.write(level, "login_service_gave_no_tokens",
               {{"url", url.origin() + url.target()},
                {"status", std::to_string(answer.status)},
                {"reason", report.reason},
                {"error", cleaned(report.error)},
                {"description", cleaned(report.description)}});
  }

  /** Check an ID token, with newer keys if need be. */
  task<result<upstream_person>> check(secret const& token, id_token_occasion const& at) {
    auto check = [&token, &at, time = shared_->options.time](id_token_verifier& with) {
      return with.verify(token.reveal(), at, time->wall());
    };
    auto decided = co_await verifier_->verify(std::move(check));
    if (!decided) co_return oauth_errc::upstream_unavailable;
    if (*decided) co_return std::move(**decided);
    error_code const why = decided->error();
    bool const keys_unknown = verifier_->keys_unknown(why);
    auto const kid = verifier_->verifier().last_kid();
    log_.error(keys_unknown ? "id_token_not_checked" : "id_token_refused",
               {{"reason", why.message()}, {"kid", kid.substr(0, 80)}});
    if (keys_unknown) co_return oauth_errc::upstream_unavailable;
    co_return oauth_errc::upstream_token_refused;
  }

  void fill(upstream_login& login, upstream_tokens tokens) const {
    login.access_token = std::move(tokens.access_token);
    login.access_expires = tokens.expires_in ? shared_->options.time->wall() + *tokens.expires_in : 0;
    if (!tokens.refresh_token.empty()) login.refresh_token = std::move(tokens.refresh_token);
  }

  std::shared_ptr<shared const> shared_;
  std::unique_ptr<mcpawl::detail::refreshing_verifier<id_token_verifier>> verifier_;
  logger log_;
};

}  // namespace mcpawl::oauth
