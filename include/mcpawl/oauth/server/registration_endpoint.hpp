// mcpawl/oauth/server/registration_endpoint.hpp - POST /register: clients introduce themselves
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/log.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/request_head.hpp>
#include <mcpawl/http/response.hpp>
#include <mcpawl/oauth/client/client_document.hpp>
#include <mcpawl/oauth/client/client_metadata_reader.hpp>
#include <mcpawl/oauth/common/errc.hpp>
#include <mcpawl/oauth/common/redirect_uri_errc.hpp>
#include <mcpawl/oauth/server/endpoint_answer.hpp>
#include <mcpawl/oauth/server/server_state.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::oauth {

namespace detail {

inline void log_refused_uris(logger const& log, client_metadata_report const& report) {
  for (auto const& each : report.refused) {
    bool const by_scheme = each.why == redirect_uri_errc::private_scheme;
    auto const reason = reason_of(each.why, by_scheme ? allow_schemes_by : std::string_view{});
    log.write_limited(log_level::info, "redirect_uri_refused",
                      {{"redirect_uri", each.uri}, {"reason", reason}});
  }
}

}  // namespace detail

/** Answer a registration (RFC 7591 section 3). A client is told of its id when it is stored for good, and of
    all that it was not given: scopes that are not known here are not echoed, and `refused_redirect_uris` has
    the redirect URIs that were left out, each with the reason.

    Each registration costs a write, whoever asks for it, so their rate is limited, for each client address
    (`http::client_address`; empty if it is not known) and for all together.
*/
inline task<http::response> answer_registration(std::shared_ptr<server_state> parts,
                                                http::request_head const& head, std::string_view body,
                                                logger log, std::string address = {}) {
  if (!has_media_type(head, "application/json"))
    co_return error_answer(oauth_errc::bad_registration, false, "the Content-Type must be application/json");
  client_metadata_report report;
  auto metadata = parse_registration(body, parts->clients.rules(), report);
  detail::log_refused_uris(log, report);
  if (!metadata) {
    log.write_limited(log_level::info, "registration_refused",
                      {{"reason", reason_of(metadata.error(), report.wrong)}});
    co_return error_answer(metadata.error(), false, report.wrong);
  }
  metadata->scope = metadata->scope & parts->rules.authorization.understood();
  bool const own_share_left = parts->registrations_by_address.take(address);
  // what this instance alone has left first: a flood is not to reach the store
  bool left = own_share_left && parts->registrations.take();
  if (left && parts->rules.registrations_are_shared && parts->rules.registration_interval.count() > 0) {
    auto const left_for_all = co_await parts->shared_registrations.take();
    if (!left_for_all) {
      log.error("registration_failed", {{"reason", left_for_all.error().message()}});
      co_return error_answer(left_for_all.error());
    }
    left = *left_for_all != 0;
  }
  if (!left) {
    log.write_limited(log_level::warning, "registration_refused", {{"reason", "too many at once"}});
    auto const back_off =
        own_share_left ? parts->registrations.back_off() : parts->registrations_by_address.back_off();
    http::response busy = error_answer(oauth_errc::too_many_registrations);
    busy.field("Retry-After", std::to_string(back_off.count()));
    co_return busy;
  }
  auto const made = co_await parts->clients.add(std::move(*metadata));
  if (!made) {
    log.error("registration_failed", {{"reason", made.error().message()}});
    co_return error_answer(made.error());
  }
  log.info("client_registered", {{"client", made->record.id}, {"name", made->record.metadata.client_name}});
  co_return json_answer(201, made->record.registration_json(made->client_secret, report));
}

}  // namespace mcpawl::oauth
