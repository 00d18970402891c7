// mcpawl/test/fake_oidc_server.hpp - a fake Access for SaaS with its endpoints, in a thread of its own
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/test/fake_access.hpp>
#include <mcpawl/test/fake_identity.hpp>
#include <mcpawl/test/fake_oidc.hpp>
#include <mcpawl/test/fake_oidc_options.hpp>
#include <mcpawl/test/plain_http_server.hpp>

#include <string>
#include <utility>

namespace mcpawl::test {

/** A whole Access for SaaS on a loopback port, ready when it is made, gone when it is destroyed.

    Its team domain has the certs and identities of the self-hosted side, too, with the same keys.

    @code
    mcpawl::test::fake_oidc_server access({"client", "secret", {"http://127.0.0.1:8080/callback"}});
    access->sign_in_as("alice@example.com");   // no page: a GET of the authorization URL is answered at once
    auto url = access->authorization_url();
    access->block("alice@example.com");
    auto token = access.keys().sign(access.keys().user("alice@example.com"));   // self-hosted
    @endcode

    @par Errors
    The constructor throws `boost::system::system_error` if no port can be had.
    @par Thread safety
    All functions may be called from several threads; making and destroying it is for one.
*/
class fake_oidc_server {
public:
  /** @param audience the AUD tag of a self-hosted application of the same team
      @param time must outlive this object */
  explicit fake_oidc_server(fake_oidc_options options, std::string audience = "self-hosted",
                            clock const& time = clock::system())
      : access_(server_.origin(), std::move(audience), time), provider_(access_, std::move(options), time) {
    server_.serve([this](plain_request const& request) { return answer(request); });
  }

  fake_oidc_server(fake_oidc_server const&) = delete;
  fake_oidc_server& operator=(fake_oidc_server const&) = delete;
  ~fake_oidc_server() { server_.stop(); }

  std::string team_domain() const { return server_.origin(); }
  fake_oidc* operator->() noexcept { return &provider_; }
  fake_oidc& operator*() noexcept { return provider_; }
  /** The keys, and the tokens of the self-hosted side. */
  fake_access& keys() noexcept { return access_; }

private:
  plain_answer answer(plain_request const& request) {
    if (request.path() == "/cdn-cgi/access/certs")
      return answer_with(200, "application/json", access_.certs());
    if (request.path() == get_identity_path)
      return get_identity(access_, request.field("cookie"), access_.time().wall());
    return provider_.answer(request);
  }

  plain_http_server server_;
  fake_access access_;
  fake_oidc provider_;
};

}  // namespace mcpawl::test
