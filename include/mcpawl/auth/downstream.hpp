// mcpawl/auth/downstream.hpp - calls other applications behind Access in the caller's name, from a list of
// them
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/auth/access_login.hpp>
#include <mcpawl/auth/downstream_errc.hpp>
#include <mcpawl/auth/linked_token.hpp>
#include <mcpawl/core/configuration_error.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/core/settings.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/client_call.hpp>
#include <mcpawl/http/connection_pool.hpp>
#include <mcpawl/http/fetch_request.hpp>
#include <mcpawl/http/fetch_response.hpp>
#include <mcpawl/http/fields.hpp>
#include <mcpawl/http/tls.hpp>
#include <mcpawl/http/trace_headers.hpp>
#include <mcpawl/http/url.hpp>
#include <mcpawl/observe/observation.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl {

/** Asks other applications behind Cloudflare Access and shows them who is asking, by the caller's own token
    of Access (Linked App Token): Access lets the caller in there, or not, by that application's policy.

    A token is sent to origins on the list alone, which is made at start-up and compared whole: scheme, host
    and port as they are spelled, without regard to case. With an empty list it is sent nowhere. A redirect is
    a response like any other and never followed. Nothing is logged.

    **What it means.** MCP forbids servers to pass a client's token through to others ("token passthrough"),
    since a token that was issued for one server would open another. This is not that token. With
    `access_oauth` it is one of Access, issued to this server, which the MCP client never sees. With
    `access_jwt` it is the assertion that Access made for this application, and each application downstream
    has to name this one as a linked app in its policy before it means anything there. Whoever has it can act
    for the caller at all of these applications while it lives: so list only those that you would trust with
    that, let tools say which one they call instead of taking a URL as an argument, and give a tool no more
    than it needs.

    @code
    static mcpawl::downstream const apps({"https://orders.example.com"}, trust);
    mcpawl::http::fetch_request request(orders_url);
    auto const answer = co_await apps.ask(token, std::move(request), ctx.trace());
    @endcode

    Connections are kept for the next call of whoever asks the same origin, in each I/O thread its own; `http_client` says what that
    means for a POST.

    @par Thread safety
    Copies share the list; any thread may ask, a token only on its own (see `linked_token`).

    https://developers.cloudflare.com/cloudflare-one/access-controls/applications/linked-app-token/
*/
class downstream {
public:
  /** @param origins   scheme, host and perhaps port: `https://orders.example.com`; `http://` is for loopback
                       addresses alone
      @param observers who are told of each request; they must outlive it

      @par Errors
      Throws `configuration_error` with all errors. */
  downstream(std::vector<std::string> const& origins, http::tls_trust trust,
             std::vector<observer*> const& observers = {})
      : state_(std::make_shared<state const>(read(origins, observers), std::move(trust), observers)) {}

  /** Read the origins from a setting, one or several with commas, noting the errors in `from`. */
  static downstream from(settings& from, std::string const& name, http::tls_trust trust,
                         std::vector<observer*> const& observers = {}) {
    std::vector<std::string> good;
    for (std::string const& origin : from.required_list(name)) {
      std::string const wrong = validate_origin(origin);
      if (wrong.empty())
        good.push_back(origin);
      else if (!origin.empty())
        from.add_error(name, wrong);
    }
    return downstream(good, std::move(trust), observers);
  }

  /** Ask in the caller's name and wait for the whole response.

      The token goes into `Cf-Access-Token` or `Authorization`; a request that has one of these already is
      refused. Where a request that changes nothing (GET, HEAD, OPTIONS) is `turned_away`, and there is a
      newer token by then, it is sent once more.

      @par Errors
      Those of `downstream_errc`, before anything is sent or refreshed; those of `token_source::current`, such
      as `oauth::oauth_errc::upstream_denied` for a caller who may not come in any more; those of `http_client::send`. A
      status other than 200 is no error.
      @par Cancellation
      Ends the request at its next step.
  */
  task<result<http::fetch_response>> ask(linked_token const& token, http::fetch_request request) const {
    return run(state_, token.how_, token.source_, std::move(request), {});
  }
  /** The same as a part of a trace (W3C Trace Context). Its baggage stays here: it is the client's word.

      @par Errors
      Those of the other overload. */
  template <trace_headers Trace>
  task<result<http::fetch_response>> ask(linked_token const& token, http::fetch_request request,
                                         Trace const& trace) const {
    std::string_view const parent = trace.traceparent, rest = trace.tracestate;
    if (!parent.empty() && !rest.empty()) request.field("tracestate", rest);
    return run(state_, token.how_, token.source_, std::move(request), std::string(parent));
  }

  /** Whether a response means that the caller may not come in: 401, 403, or a redirect to the login of Access,
      which Access answers where Managed OAuth is off. */
  static bool turned_away(http::fetch_response const& answer) { return detail::turns_away(answer); }

  /** Whether a token may be sent there. */
  bool allows(http::origin_url const& url) const { return state_->allows(url); }

  /** The list, as it is compared. */
  std::vector<std::string> const& origins() const noexcept { return state_->origins; }

private:
  struct state {
    state(std::vector<std::string> list, http::tls_trust authorities, std::vector<observer*> to)
        : origins(std::move(list)), observed(std::move(to), secret()), pool(std::move(authorities)) {}
    bool allows(http::origin_url const& url) const {
      return std::find(origins.begin(), origins.end(), url.origin()) != origins.end();
    }

    std::vector<std::string> origins;
    detail::observation observed;
    http::detail::connection_pool pool;
  };

  static std::string validate_origin(std::string_view text) {
    if (text.empty()) return "is empty";
    if (is_placeholder(text)) return "is still a placeholder";
    auto const url = http::origin_url::parse(text);
    if (!url) return "is not an https:// URL";
    if (text.find('*') != std::string_view::npos) return "must be one origin: there are no wildcards";
    if (!url->is_secure() && !url->is_loopback())
      return "must begin with https:// (http:// is for loopback addresses alone)";
    auto const path = text.find_first_of("/?", text.find("://") + 3);
    if (path != std::string_view::npos && text.substr(path) != "/")
      return "must be an origin: scheme, host and perhaps port, nothing behind";
    return {};
  }

  static std::vector<std::string> read(std::vector<std::string> const& origins,
                                       std::vector<observer*> const& observers) {
    std::vector<std::string> good, errors;
    if (std::find(observers.begin(), observers.end(), nullptr) != observers.end())
      errors.emplace_back("the observers downstream must not hold a null pointer");
    for (std::string const& origin : origins) {
      std::string const wrong = validate_origin(origin);
      if (wrong.empty())
        good.push_back(http::origin_url::parse(origin)->origin());
      else
        errors.push_back("the origin \"" + origin + "\" downstream " + wrong);
    }
    if (!errors.empty()) throw configuration_error(std::move(errors));
    return good;
  }

  /** Some servers take an underscore for the hyphen that it becomes in their variables. */
  static bool is_credential(std::string_view name) {
    std::string plain(name);
    std::replace(plain.begin(), plain.end(), '_', '-');
    return http::iequals(plain, "Cf-Access-Token") || http::iequals(plain, "Authorization");
  }

  static bool can_stand_in_a_header(std::string_view token) {
    return !token.empty() &&
           std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c <= '~' && c != ','; });
  }

  static void add(http::fetch_request& request, linked_token::form how, secret const& token) {
    if (how == linked_token::form::assertion) {
      request.field("Cf-Access-Token", token.reveal());
    } else {
      secret const value("Bearer " + std::string(token.reveal()));
      request.field("Authorization", value.reveal());
    }
  }

  static task<result<http::fetch_response>> run(std::shared_ptr<state const> with, linked_token::form how,
                                                std::shared_ptr<token_source> source,
                                                http::fetch_request request, std::string traceparent) {
    if (!with->allows(request.url())) co_return downstream_errc::origin_not_allowed;
    if (request.has_field(&is_credential)) co_return downstream_errc::credential_in_request;
    if (!source) co_return downstream_errc::no_token;
    std::string_view const method = request.method();
    bool const safe = method == "GET" || method == "HEAD" || method == "OPTIONS";
    auto token = co_await source->current(source);
    if (!token) co_return token.error();
    auto answer = co_await send(with, how, *token, request, traceparent);
    if (!safe || !answer || !turned_away(*answer)) co_return answer;
    auto newer = co_await source->current(source);
    // without a newer one the response is what there is to say
    if (!newer || *newer == *token) co_return answer;
    co_return co_await send(with, how, *newer, request, traceparent);
  }

  static task<result<http::fetch_response>> send(std::shared_ptr<state const> const& with,
                                                 linked_token::form how, secret const& token,
                                                 http::fetch_request const& request,
                                                 std::string const& traceparent) {
    if (!can_stand_in_a_header(token.reveal())) co_return downstream_errc::unusable_token;
    http::fetch_request sent = request;
    add(sent, how, token);
    http::detail::client_call call(with->observed, sent.method(), sent.url(), true, traceparent);
    if (!traceparent.empty()) sent.field("traceparent", call.traceparent());
    auto asking = http::detail::told(call, with->pool.fetch(std::move(sent)));
    co_return co_await std::move(asking);
  }

  std::shared_ptr<state const> state_;
};

}  // namespace mcpawl
