// mcpawl/oauth/server/authorization_server.hpp - which endpoint answers a request to an authorization server
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/log.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/crypto/seal.hpp>
#include <mcpawl/http/client_address.hpp>
#include <mcpawl/http/cors.hpp>
#include <mcpawl/http/exchange.hpp>
#include <mcpawl/http/fields.hpp>
#include <mcpawl/http/request_head.hpp>
#include <mcpawl/http/response.hpp>
#include <mcpawl/http/url.hpp>
#include <mcpawl/oauth/server/authorization_endpoint.hpp>
#include <mcpawl/oauth/server/flow_cookie.hpp>
#include <mcpawl/oauth/server/registration_endpoint.hpp>
#include <mcpawl/oauth/server/revocation_endpoint.hpp>
#include <mcpawl/oauth/server/server_endpoints.hpp>
#include <mcpawl/oauth/server/server_state.hpp>
#include <mcpawl/oauth/server/token_endpoint.hpp>
#include <mcpawl/oauth/server/told_grant.hpp>
#include <mcpawl/oauth/upstream/upstream_client.hpp>
#include <mcpawl/observe/observation.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::oauth {

/** An authorization server on one thread: it hands each request to the endpoint of its path.

    | path | what it is |
    |---|---|
    | `/.well-known/oauth-protected-resource`, and with the endpoint behind | RFC 9728 |
    | `/.well-known/oauth-authorization-server`, `/.well-known/openid-configuration`, likewise | RFC 8414 |
    | `/register` | RFC 7591, if the rules have it |
    | `/authorize`, `/callback` | the consent page, and the way back from the upstream |
    | `/token` | RFC 6749 sections 4.1.3 and 6 |
    | `/revoke` | RFC 7009 |
    | `/introspect` | RFC 7662, if the rules have it |

    @par Lifetime
    The client of the upstream must outlive it, and it must outlive its tasks.
    @par Thread safety
    One per thread; what they share is in `server_state`.
*/
class authorization_server {
public:
  /** @param cookie_keys  seal what a browser carries
      @param url          of the server, as clients see it
      @param endpoints    of that URL
      @param observed     must outlive it; null where nobody observes */
  authorization_server(std::shared_ptr<server_state> parts, upstream_client& upstream, sealer cookie_keys,
                       http::origin_url const& url, server_endpoints endpoints, logger log,
                       mcpawl::detail::observation const* observed = nullptr)
      : parts_(std::move(parts)),
        upstream_(upstream),
        endpoints_(std::move(endpoints)),
        authorization_(parts_, upstream_, std::move(cookie_keys), flow_cookies(url), log,
                       detail::grant_teller(observed)),
        log_(std::move(log)),
        observed_(observed) {}

  server_endpoints const& endpoints() const noexcept { return endpoints_; }

  /** Answer a request whose path is one of `endpoints()`. */
  task<> serve(http::exchange& ex) {
    http::request_head const& head = ex.head();
    endpoint const path = endpoints_.which(head.path());
    std::string_view const method = head.method(), allowed = methods_of(path);
    bool const posts = method == "POST";
    if (!http::list_contains(allowed, method)) {
      http::response refused(405);
      refused.field("Allow", allowed);
      bool const is_page = path == endpoint::authorization || path == endpoint::callback;
      if (!is_page) allow_any_origin(refused);
      co_await ex.respond(std::move(refused));
      co_return;
    }
    std::string_view body;
    if (posts) {
      auto const read = co_await ex.read_body(max_body_bytes);
      if (!read) co_return;  // the connection answers, and closes
      body = *read;
    }
    auto const& field = parts_->rules.client_address_field;
    std::string address = http::client_address(head, ex.remote().address(), field, ex.named_client());
    task<http::response> work = answer(path, head, body, std::move(address));
    http::response ready = co_await std::move(work);
    if (observed_) detail::tell_grant(*observed_, path, body, ready);
    co_await ex.respond(std::move(ready));
    if (posts) co_await parts_->tidy();
  }

private:
  static constexpr std::size_t max_body_bytes = 64 * 1024;

  static std::string_view methods_of(endpoint path) noexcept {
    switch (path) {
      case endpoint::authorization: return "GET, POST";
      case endpoint::registration:
      case endpoint::token:
      case endpoint::revocation:
      case endpoint::introspection: return "POST";
      case endpoint::callback: return "GET";
      default: return "GET, HEAD";
    }
  }

  task<http::response> answer(endpoint path, http::request_head const& head, std::string_view body,
                              std::string by) {
    switch (path) {
      case endpoint::registration: return answer_registration(parts_, head, body, log_, std::move(by));
      case endpoint::token:
        return answer_token_request(parts_, upstream_, head, body, log_, std::move(by),
                                    detail::grant_teller(observed_));
      case endpoint::revocation: return answer_revocation(parts_, head, body, log_, std::move(by));
      case endpoint::introspection: return answer_introspection(parts_, head, body);
      case endpoint::callback: return authorization_.callback(head);
      case endpoint::authorization:
        if (head.method() == "POST") return authorization_.submit_consent(head, body, std::move(by));
        return authorization_.authorize(head, std::move(by));
      default: return at_once(endpoints_.metadata(path, parts_->advertises_documents()));
    }
  }
  static task<http::response> at_once(http::response ready) { co_return ready; }

  std::shared_ptr<server_state> parts_;
  upstream_client& upstream_;
  server_endpoints endpoints_;
  authorization_endpoint authorization_;
  logger log_;
  mcpawl::detail::observation const* observed_;  // null where nobody observes
};

}  // namespace mcpawl::oauth
