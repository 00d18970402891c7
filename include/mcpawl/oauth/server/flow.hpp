// mcpawl/oauth/server/flow.hpp - an authorization under way, and its record while the browser is away
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/oauth/common/errc.hpp>
#include <mcpawl/oauth/common/record.hpp>
#include <mcpawl/oauth/common/redirect_uri.hpp>
#include <mcpawl/oauth/common/scope.hpp>
#include <mcpawl/oauth/server/authorization_request.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::oauth {

/** An authorization that a client has asked for and that has not been answered yet. */
struct flow {
  explicit flow(authorization_request asked) : request(std::move(asked)) {}

  authorization_request request;
  std::string client_name;
  bool refreshable = false;  ///< Whether the client may have refresh tokens.
  bool remember = false;     ///< Whether the person wants not to be asked again.
  /** The person whose remembered approval spared the page; empty if the page was shown. */
  std::string approved_by;

  // of the login upstream, once it has begun
  std::string nonce;
  secret verifier;

  /** The record, for the store. It holds secrets. */
  secret bytes() const {
    detail::record_writer out(layout, 1024 + request.redirect.text().size() + state_size());
    out.text(request.client_id).text(request.redirect.text()).integer(request.redirect_uri_given);
    out.text(request.scope.text()).integer(request.state.has_value()).text(request.state.value_or(""));
    out.text(request.code_challenge).text(request.resource);
    out.text(client_name).integer(refreshable).integer(remember).text(approved_by);
    out.text(nonce).text(verifier.reveal());
    return secret{out.take()};
  }

  /** @par Errors
      `oauth_errc::damaged_record`, also if the rules no longer allow the redirect URI. */
  static result<flow> parse(std::string_view bytes, redirect_rules const& rules) {
    detail::record_reader in(bytes, layout);
    std::string client_id{in.text()};
    auto redirect = redirect_uri::parse(in.text(), rules);
    bool const given = in.integer() != 0;
    auto scope = scope_set::parse(in.text());
    bool const has_state = in.integer() != 0;
    std::string state{in.text()};
    std::string challenge{in.text()}, resource{in.text()};
    if (!in.good() || !redirect || !scope) return oauth_errc::damaged_record;
    flow out(authorization_request{std::move(client_id),
                                   std::move(*redirect),
                                   given,
                                   std::move(*scope),
                                   {},
                                   std::move(challenge),
                                   std::move(resource)});
    if (has_state) out.request.state = std::move(state);
    out.client_name = in.text();
    out.refreshable = in.integer() != 0;
    out.remember = in.integer() != 0;
    out.approved_by = in.text();
    out.nonce = in.text();
    out.verifier = secret{std::string{in.text()}};
    if (!in.complete()) return oauth_errc::damaged_record;
    return out;
  }

private:
  static constexpr unsigned char layout = 1;

  std::size_t state_size() const noexcept { return request.state ? request.state->size() : 0; }
};

}  // namespace mcpawl::oauth
