// mcpawl/oauth/server/authorization_endpoint.hpp - /authorize and /callback: a person is asked, signs in, and comes
// back
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/crypto/seal.hpp>
#include <mcpawl/http/form.hpp>
#include <mcpawl/http/request_head.hpp>
#include <mcpawl/http/response.hpp>
#include <mcpawl/oauth/common/errc.hpp>
#include <mcpawl/oauth/page/page.hpp>
#include <mcpawl/oauth/server/approvals.hpp>
#include <mcpawl/oauth/server/authorization_request.hpp>
#include <mcpawl/oauth/server/authorization_response.hpp>
#include <mcpawl/oauth/server/browser_cookie.hpp>
#include <mcpawl/oauth/server/client_authentication.hpp>
#include <mcpawl/oauth/server/endpoint_answer.hpp>
#include <mcpawl/oauth/server/flow.hpp>
#include <mcpawl/oauth/server/flow_cookie.hpp>
#include <mcpawl/oauth/server/flow_table.hpp>
#include <mcpawl/oauth/server/sealed_consent.hpp>
#include <mcpawl/oauth/server/server_state.hpp>
#include <mcpawl/oauth/server/told_grant.hpp>
#include <mcpawl/oauth/upstream/login_record.hpp>
#include <mcpawl/oauth/upstream/upstream_client.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace mcpawl::oauth {

/** What people see of an authorization server, and the way of their browser: `/authorize`, the page there,
    the upstream, `/callback`, the client.

    The browser can neither read nor alter what was asked: the page carries it sealed, and the way to the
    upstream and back a handle, each with a cookie that belongs to it. Until a person has approved, nothing is
    kept. An authorization can be continued only in the browser that began it, and only once. A person
    is asked before they are sent to sign in, unless they have approved the same client, redirect URI and
    scopes before, in this browser; if somebody else signs in then, that person is asked.

    Errors are told to the client where the redirect URI is right, and are a page otherwise (RFC 6749 section
    4.1.2.1). Before somebody has approved, a wrong request sends nobody to an address that a stranger has
    registered (RFC 9700 section 4.11.2): there is a page with a link, unless the address is on the person's
    own machine or this browser holds an approval for it.

    `address` is who asks, as `http::client_address` names them; each may begin only so many logins.

    @par Thread safety
    One per thread.
*/
class authorization_endpoint {
public:
  authorization_endpoint(std::shared_ptr<server_state> parts, upstream_client& upstream, sealer cookie_keys,
                         flow_cookies cookies, logger log, detail::grant_teller tell = {})
      : parts_(std::move(parts)),
        upstream_(upstream),
        cookies_(cookies),
        consents_(cookie_keys, parts_->rules.issuer(), parts_->rules.authorization.redirects, parts_->time()),
        browser_cookies_(std::move(cookie_keys), parts_->rules.issuer(), upstream_.issuer(),
                         browser_cookie::default_lifetime, parts_->time()),
        log_(std::move(log)),
        tell_(tell) {}

  /** GET /authorize: an authorization request (RFC 6749 section 4.1.1). */
  task<http::response> authorize(http::request_head const& head, std::string address = {}) {
    std::string wrong;
    auto const query = authorization_query::parse(head.query(), wrong);
    if (!query) co_return error_page(query.error(), wrong);
    auto const client = co_await find_client(parts_, query->client_id, address);
    if (!client) co_return error_page(client.error(), {}, query->client_id);
    auto judged = validate_authorization(*query, client->metadata, parts_->rules.authorization);
    if (auto const* const refusal = std::get_if<authorization_refusal>(&judged)) {
      log_refusal(*query, *client, *refusal);
      if (!refusal->location) co_return page_of(refusal->why, refusal->detail);
      bool const sends = co_await may_redirect(head, *refusal->redirect, *client);
      if (sends) co_return redirect(*refusal->location);
      co_return link_page(*refusal, *client);
    }
    flow asked(std::get<authorization_request>(std::move(judged)));
    asked.client_name = client->metadata.client_name;
    asked.refreshable = client->metadata.refreshable;
    if (auto const browser = browser_of(head)) {
      approval wanted = approval_of(asked, *browser, browser->person);
      auto const approved = co_await parts_->approved.approved(std::move(wanted));
      if (approved && *approved) {
        if (!parts_->logins_by_address.take(address)) co_return too_many_logins();
        asked.approved_by = browser->person;
        co_return co_await log_in(std::move(asked), head);
      }
    }
    co_return consent(std::move(asked), *client, std::string(), head);
  }

  /** POST /authorize: the response to the page. */
  task<http::response> submit_consent(http::request_head const& head, std::string_view body,
                                      std::string address = {}) {
    if (!has_media_type(head, "application/x-www-form-urlencoded"))
      co_return error_page(oauth_errc::malformed_request);
    auto const form = http::form::parse(body);
    if (!form || form->repeated()) co_return error_page(oauth_errc::malformed_request);
    auto const sent = form->find("handle"), decision = form->find("decision");
    bool const approves = decision == "approve";
    if (!sent || (!approves && decision != "deny")) co_return error_page(oauth_errc::missing_parameter);
    flow_handle handle = handle_of(head, cookie_use::consent, *sent);
    auto found = consents_.open(handle);
    if (!found) {
      error_code why = found.error();
      // the cookie of a page goes when it is approved: who comes back to it is no stranger
      bool const alone = why == oauth_errc::flow_of_another_browser && handle.browser.empty();
      bool over = handle.browser == denied_mark;
      if (alone) over = co_await was_approved(handle.handle);
      if (over) why = oauth_errc::flow_not_found;
      co_return error_page(why);
    }
    flow asked = std::move(found->asked);
    if (!approves) {
      log_.info("authorization_denied", {{"client", asked.request.client_id}});
      tell_("consent_refused", asked.request.client_id);
      http::response denied = redirect_error(asked, oauth_errc::denied);
      // what was denied is told to the client as often as it is sent, but cannot be approved any more
      denied.field("Set-Cookie", cookies_.set(cookies_.name(cookie_use::consent, handle.handle), denied_mark,
                                              sealed_consent::lifetime));
      co_return denied;
    }
    // before anything is written, so that the page can be sent again
    if (!parts_->logins_by_address.take(address)) co_return too_many_logins();
    auto const first = co_await parts_->flows.approve_once(std::move(found->id), found->expires);
    if (!first) co_return redirect_error(asked, first.error());
    if (*first == 0) co_return error_page(oauth_errc::flow_not_found);
    tell_("consent_given", asked.request.client_id);
    asked.remember = form->find("remember").has_value();
    http::response answer = co_await log_in(std::move(asked), head);
    drop_cookie(answer, cookie_use::consent, handle);
    co_return answer;
  }

  /** GET /callback: the response of the upstream (RFC 6749 section 4.1.2). */
  task<http::response> callback(http::request_head const& head) {
    auto const form = http::form::parse(head.query());
    if (!form || form->repeated()) co_return error_page(oauth_errc::malformed_request);
    auto const state = form->find("state");
    if (!state) co_return error_page(oauth_errc::missing_parameter);
    flow_handle handle = handle_of(head, cookie_use::flow, *state);
    auto found = co_await parts_->flows.take(handle);
    if (!found) co_return error_page(found.error());
    http::response answer = co_await finish(head, *form, std::move(*found));
    drop_cookie(answer, cookie_use::flow, handle);
    co_return answer;
  }

private:
  /** The cookie of a page that was denied: no digest of it is ever sealed. */
  static constexpr std::string_view denied_mark = "denied";

  // --- the steps

  task<bool> was_approved(std::string_view handle) {
    auto id = consents_.id_of(handle);
    if (!id) co_return false;
    auto const found = co_await parts_->flows.was_approved(std::move(*id));
    co_return found && *found != 0;
  }

  /** Show the page. `person` is who is signed in, if that is known. */
  http::response consent(flow asked, client const& by, std::string person, http::request_head const& head) {
    consent_view view = view_of(asked, by);
    view.person = std::move(person);
    tell_("consent_shown", asked.request.client_id);
    auto const handle = consents_.seal(asked);
    view.handle = handle.handle;
    http::response shown = consent_response(*parts_->rules.pages, view);
    keep_cookie(shown, cookie_use::consent, handle, head);
    return shown;
  }

  /** Send the browser to the upstream. */
  task<http::response> log_in(flow asked, http::request_head const& head) {
    upstream_flow login = upstream_flow::make();
    asked.nonce = login.nonce;
    asked.verifier = login.verifier;
    auto const handle = co_await parts_->flows.begin(asked);
    if (!handle) co_return redirect_error(asked, handle.error());
    login.state = handle->handle;
    auto const location = co_await upstream_.location(login);
    if (!location) co_return redirect_error(asked, location.error());
    http::response away = redirect(*location);
    keep_cookie(away, cookie_use::flow, *handle, head);
    co_return away;
  }

  /** Give the client its code, or tell it why not. */
  task<http::response> finish(http::request_head const& head, http::form const& answer, flow asked) {
    if (!upstream_.accepts_issuer(answer.find("iss")))
      co_return redirect_error(asked, oauth_errc::wrong_issuer);
    if (auto const error = answer.find("error")) {
      log_.info("login_refused", {{"client", asked.request.client_id}, {"error", error->substr(0, 80)}});
      co_return redirect_error(asked, error_of_upstream(*error));
    }
    auto const code = answer.find("code");
    if (!code || code->empty()) co_return redirect_error(asked, oauth_errc::upstream_unavailable);
    upstream_flow away;
    away.nonce = asked.nonce;
    away.verifier = std::move(asked.verifier);
    secret its_code{std::string{*code}};
    auto login = co_await upstream_.exchange(std::move(its_code), std::move(away));
    if (!login) co_return redirect_error(asked, login.error());
    if (!asked.approved_by.empty() && asked.approved_by != login->who.subject)
      co_return co_await ask_again(std::move(asked), login->who.profile.label, head);
    co_return co_await issue_code(head, std::move(asked), *login);
  }

  /** Somebody else has signed in than the one who had approved. */
  task<http::response> ask_again(flow asked, std::string person, http::request_head const& head) {
    asked.approved_by.clear();
    asked.nonce.clear();  // that login is over
    auto const by = co_await find_client(parts_, asked.request.client_id);
    if (!by) co_return redirect_error(asked, by.error());
    co_return consent(std::move(asked), *by, std::move(person), head);
  }

  task<http::response> issue_code(http::request_head const& head, flow asked, upstream_login const& login) {
    authorization_request const& request = asked.request;
    code_issue issue(login.who.subject, request.client_id);
    issue.client_name = asked.client_name;
    issue.scope = request.scope;
    issue.resource = request.resource;
    issue.code_challenge = request.code_challenge;
    issue.redirect_uri = request.redirect.text();
    issue.redirect_uri_given = request.redirect_uri_given;
    issue.refreshable =
        asked.refreshable && (parts_->rules.refresh_unchecked || !login.refresh_token.empty());
    issue.props = props_of(login);
    auto const code = co_await parts_->tokens.issue_code(std::move(issue));
    if (!code) co_return redirect_error(asked, code.error());
    log_.info("authorized", {{"client", request.client_id}, {"user", login.who.profile.label}});
    http::response away =
        redirect(code_location(request.redirect, *code, request.state, parts_->rules.issuer()));
    known_browser browser = browser_of(head).value_or(known_browser::make());
    browser.person = login.who.subject;
    if (asked.remember && is_rememberable(request.redirect)) {
      approval given = approval_of(asked, browser, browser.person);
      auto const kept = co_await parts_->approved.remember(std::move(given));
      if (!kept) log_.error("approval_not_remembered", {{"reason", kept.error().message()}});
    }
    away.field("Set-Cookie", cookies_.set(cookies_.name(cookie_use::browser), browser_cookies_.issue(browser),
                                          browser_cookie::default_lifetime));
    co_return away;
  }

  // --- what they have in common

  http::response too_many_logins() const {
    http::response refused = error_page(oauth_errc::too_many_logins);
    refused.field("Retry-After", std::to_string(parts_->logins_by_address.back_off().count()));
    return refused;
  }

  /** Whether a wrong request may send the browser on. */
  task<bool> may_redirect(http::request_head const& head, redirect_uri const& to, client const& by) {
    if (to.kind() == redirect_kind::loopback) co_return true;
    auto const browser = browser_of(head);
    if (!browser) co_return false;
    approval any(browser->id, browser->person, by.id, to.text(), scope_set());
    auto const approved = co_await parts_->approved.approved(std::move(any));
    co_return approved && *approved;
  }

  http::response link_page(authorization_refusal const& refusal, client const& by) const {
    error_view view = view_of_error(refusal.why, refusal.detail, by.id);
    view.go_on_url = *refusal.location;
    view.go_on_place = refusal.redirect->place();
    return error_response(*parts_->rules.pages, view);
  }

  consent_view view_of(flow const& asked, client const& by) const {
    auto const& rules = parts_->rules;
    consent_view view;
    view.server_name = rules.server_name;
    view.operator_name = rules.operator_name;
    view.operator_url = rules.operator_url;
    view.logo_url = rules.logo_url;
    view.client_name = by.metadata.client_name;
    if (is_client_document_url(by.id)) view.client_host = http::origin_url::parse(by.id)->host();
    view.redirect_place = asked.request.redirect.place();
    view.loopback_only = asked.request.redirect.kind() == redirect_kind::loopback;
    view.redirect_uri = asked.request.redirect.text();
    view.client_uri = by.metadata.client_uri;
    view.policy_uri = by.metadata.policy_uri;
    view.tos_uri = by.metadata.tos_uri;
    for (auto const& scope : asked.request.scope) {
      if (scope == "offline_access") continue;
      auto const words = rules.scope_words.find(scope);
      view.scopes.push_back({scope, words == rules.scope_words.end() ? std::string() : words->second});
    }
    view.offline = asked.refreshable;
    view.action = "/authorize";
    view.may_remember = is_rememberable(asked.request.redirect);
    if (auto const at = upstream_.authorization_endpoint()) view.sign_in_url = at->origin() + at->target();
    return view;
  }

  static error_code error_of_upstream(std::string_view error) noexcept {
    if (error == "access_denied") return oauth_errc::denied;
    if (error == "temporarily_unavailable" || error == "server_error")
      return oauth_errc::upstream_unavailable;
    return oauth_errc::upstream_misconfigured;
  }

  void log_refusal(authorization_query const& query, client const& by,
                   authorization_refusal const& refusal) const {
    bool const by_scheme = refusal.why == oauth_errc::redirect_scheme_refused;
    auto const reason = reason_of(refusal.why, by_scheme ? allow_schemes_by : refusal.detail);
    if (refusal.location) {
      log_.write_limited(log_level::info, "authorization_refused", {{"client", by.id}, {"reason", reason}});
    } else {
      std::string const place = query.redirect_uri.value_or("");
      log_.write_limited(log_level::info, "authorization_refused",
                         {{"client", by.id}, {"reason", reason}, {"redirect_uri", place}});
    }
  }

  /** A page, since nobody vouches for a redirect URI. */
  http::response error_page(error_code const& why, std::string_view detail = {},
                            std::string_view client_id = {}) const {
    log_.write_limited(log_level::info, "authorization_failed", {{"reason", reason_of(why, detail)}});
    return page_of(why, detail, client_id);
  }

  http::response page_of(error_code const& why, std::string_view detail,
                         std::string_view client_id = {}) const {
    return error_response(*parts_->rules.pages, view_of_error(why, detail, client_id));
  }

  error_view view_of_error(error_code const& why, std::string_view detail, std::string_view client_id) const {
    auto const& rules = parts_->rules;
    error_view view;
    view.why = why;
    view.code = error_name(why);
    view.detail = error_text(why, detail);
    view.server_name = rules.server_name;
    view.operator_name = rules.operator_name;
    view.operator_url = rules.operator_url;
    view.logo_url = rules.logo_url;
    if (why == oauth_errc::document_unavailable && is_client_document_url(client_id)) {
      view.host = http::origin_url::parse(client_id)->authority();
      view.can_register = rules.documents_may_pause();
    }
    int const status = error_status(why);
    view.status = status == 401 ? 400 : status;
    return view;
  }

  http::response redirect_error(flow const& asked, error_code const& why) const {
    if (why != oauth_errc::denied) {
      log_.write_limited(log_level::warning, "authorization_failed",
                         {{"client", asked.request.client_id}, {"reason", why.message()}});
    }
    return redirect(error_location(asked.request.redirect, why, asked.request.state, parts_->rules.issuer()));
  }

  /** 303: what comes next is a GET, whatever this was (RFC 9700 section 4.12). */
  static http::response redirect(std::string_view location) {
    http::response away(303);
    away.field("Location", location)
        .field("Cache-Control", "no-store")
        .field("Referrer-Policy", "no-referrer");
    return away;
  }

  static approval approval_of(flow const& asked, known_browser const& browser, std::string const& person) {
    auto const& request = asked.request;
    return {browser.id, person, request.client_id, request.redirect.text(), request.scope};
  }

  flow_handle handle_of(http::request_head const& head, cookie_use use, std::string_view text) const {
    flow_handle handle;
    handle.handle = text;
    handle.browser = cookies_.find(head, cookies_.name(use, text)).value_or("");
    return handle;
  }
  void keep_cookie(http::response& answer, cookie_use use, flow_handle const& handle,
                   http::request_head const& head) const {
    for (auto const& name : cookies_.surplus(head, use)) answer.field("Set-Cookie", cookies_.clear(name));
    answer.field("Set-Cookie",
                 cookies_.set(cookies_.name(use, handle.handle), handle.browser, flow_table::lifetime));
  }
  void drop_cookie(http::response& answer, cookie_use use, flow_handle const& handle) const {
    answer.field("Set-Cookie", cookies_.clear(cookies_.name(use, handle.handle)));
  }

  std::optional<known_browser> browser_of(http::request_head const& head) {
    auto const sealed = cookies_.find(head, cookies_.name(cookie_use::browser));
    return sealed ? browser_cookies_.read(*sealed) : std::nullopt;
  }

  std::shared_ptr<server_state> parts_;
  upstream_client& upstream_;
  flow_cookies cookies_;
  sealed_consent consents_;
  browser_cookie browser_cookies_;
  logger log_;
  detail::grant_teller tell_;
};

}  // namespace mcpawl::oauth
