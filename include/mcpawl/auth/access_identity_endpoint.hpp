// mcpawl/auth/access_identity_endpoint.hpp - asks Cloudflare Access for the whole identity of a caller
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/auth/access_login.hpp>
#include <mcpawl/auth/access_options.hpp>
#include <mcpawl/auth/bearer_token.hpp>
#include <mcpawl/auth/full_identity.hpp>
#include <mcpawl/auth/full_identity_errc.hpp>
#include <mcpawl/auth/linked_token.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/fetch.hpp>
#include <mcpawl/http/tls.hpp>
#include <mcpawl/http/url.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

namespace mcpawl {

/** Asks Cloudflare Access for all that it knows of a caller: groups, identity provider, device posture. The
    token of a request (`access_identity`) has a part of it only, so that it stays short enough for a header.

    The caller's own token is sent to the team domain of the options and nowhere else, as the cookie
    `CF_Authorization`; a redirect is not followed. Each call asks anew and takes a round trip: keep what you
    need of it. With a policy other than `access_jwt` the caller has no such token (`no_assertion`); with
    `access_oauth` ask for the scope `groups` instead, which it does by default.

    @code
    struct is_in_finance {
      mcpawl::access_identity_endpoint identities;  // made of the same options as the policy
      mcpawl::task<bool> operator()(mcpawl::linked_token const& token) const {
        auto const whole = co_await identities.get(token);
        co_return whole && whole->in_group("b9f1a0c2");
      }
    };
    mcpawl::server srv{{"notes", "1.0"}, mcpawl::linked_app{mcpawl::access_jwt(options)}};
    @endcode

    @par Thread safety
    Copies share the settings; any thread may ask, a token only on its own (see `linked_token`).

    https://developers.cloudflare.com/cloudflare-one/access-controls/applications/http-apps/authorization-cookie/application-token/
*/
class access_identity_endpoint {
public:
  static constexpr std::size_t max_body_bytes = 256 * 1024;

  /** @param options of the policy: the team domain, and whom to trust for the connection to it
      @param total   for the whole call

      @par Errors
      Throws `configuration_error` with all errors in the options. */
  explicit access_identity_endpoint(access_options options,
                                    std::chrono::milliseconds total = std::chrono::seconds(5))
      : state_(std::make_shared<state const>(detail::validated(std::move(options)), total)) {}

  /** Ask about the caller whose token this is.

      @par Errors
      Those of `full_identity_errc`, of `http::fetch`, and of `token_source::current`.
      @par Cancellation
      Ends the request at its next step.
  */
  task<result<full_identity>> get(linked_token const& token) const {
    return ask(state_, token.how_, token.source_);
  }

  /** Where it asks. */
  http::origin_url const& url() const noexcept { return state_->url; }

private:
  struct state {
    state(access_options const& options, std::chrono::milliseconds total)
        : url(http::origin_url::parse(options.issuer() + "/cdn-cgi/access/get-identity").value()),
          trust(options.authorities()),
          timeout(total) {}
    http::origin_url url;
    http::tls_trust trust;
    std::chrono::milliseconds timeout;
  };

  static task<result<full_identity>> ask(std::shared_ptr<state const> with, linked_token::form how,
                                         std::shared_ptr<token_source> source) {
    if (!source || how != linked_token::form::assertion) co_return full_identity_errc::no_assertion;
    auto const token = co_await source->current(source);
    if (!token) co_return token.error();
    if (token->empty() || !detail::is_token68(token->reveal())) co_return full_identity_errc::unusable_token;
    http::fetch_request request(with->url);
    {
      secret const cookie("CF_Authorization=" + std::string(token->reveal()));
      request.field("Cookie", cookie.reveal());
    }
    request.field("Accept", "application/json");
    request.timeout(with->timeout).max_body_bytes(max_body_bytes);
    http::tls_trust trust = with->trust;
    auto const answer = co_await http::fetch(std::move(request), std::move(trust));
    if (!answer) co_return answer.error();
    if (detail::turns_away(*answer)) co_return full_identity_errc::login_ended;
    if (answer->status != 200) co_return full_identity_errc::no_answer;
    co_return read_full_identity(answer->body);
  }

  std::shared_ptr<state const> state_;
};

}  // namespace mcpawl
