// mcpawl/oauth/server/told_grant.hpp - what observers are told of a request that the authorization server has granted
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/http/form.hpp>
#include <mcpawl/http/response.hpp>
#include <mcpawl/oauth/server/server_endpoints.hpp>
#include <mcpawl/observe/observation.hpp>
#include <mcpawl/observe/observer.hpp>

#include <string_view>

namespace mcpawl::oauth::detail {

/** Tell of a registration, of tokens or of a revocation, if that is what was granted.

    @param body  of the request: a form, except of a registration. What it says of the client has been verified by now. */
inline void tell_grant(mcpawl::detail::observation const& to, endpoint path, std::string_view body,
                       http::response const& answer) {
  grant_record told;
  if (path == endpoint::registration && answer.status() == 201) {
    told.event = "client_registered";
    // our own text: the first member of that name is the one
    constexpr std::string_view member = "\"client_id\":\"";
    auto const at = answer.body().find(member);
    auto const rest =
        at == std::string_view::npos ? std::string_view() : answer.body().substr(at + member.size());
    told.client_id = rest.substr(0, rest.find('"'));
    return to.tell(&observer::on_grant, told);
  }
  if (answer.status() != 200 || (path != endpoint::token && path != endpoint::revocation)) return;
  auto const form = http::form::parse(body);
  if (!form) return;
  bool const refreshed = form->find("grant_type").value_or("") == "refresh_token";
  told.event = path == endpoint::revocation ? "token_revoked"
               : refreshed                  ? "grant_refreshed"
                                            : "grant_issued";
  told.client_id = form->find("client_id").value_or("");
  to.tell(&observer::on_grant, told);
}

}  // namespace mcpawl::oauth::detail
