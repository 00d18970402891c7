// mcpawl/oauth/server/told_grant.hpp - what observers are told of the authorization server
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/http/form.hpp>
#include <mcpawl/http/response.hpp>
#include <mcpawl/oauth/server/server_endpoints.hpp>
#include <mcpawl/observe/observation.hpp>
#include <mcpawl/observe/observer.hpp>

#include <string_view>

namespace mcpawl::oauth::detail {

/** Tells observers, if there are some, of what happens to a grant and of what a person is asked. */
class grant_teller {
public:
  grant_teller() = default;
  /** @param to  null where nobody observes */
  explicit grant_teller(mcpawl::detail::observation const* to) noexcept : to_(to) {}

  /** @param event  of the closed set of `grant_record` */
  void operator()(std::string_view event, std::string_view client_id) const noexcept {
    if (to_ == nullptr) return;
    grant_record told;
    told.event = event;
    told.client_id = client_id;
    to_->tell(&observer::on_grant, told);
  }

private:
  mcpawl::detail::observation const* to_ = nullptr;
};

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
