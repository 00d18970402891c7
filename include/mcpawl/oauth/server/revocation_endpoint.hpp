// mcpawl/oauth/server/revocation_endpoint.hpp - POST /revoke and POST /introspect: tokens end, or are asked about
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/log.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/request_head.hpp>
#include <mcpawl/http/response.hpp>
#include <mcpawl/oauth/common/errc.hpp>
#include <mcpawl/oauth/server/client_authentication.hpp>
#include <mcpawl/oauth/server/endpoint_answer.hpp>
#include <mcpawl/oauth/server/server_state.hpp>
#include <mcpawl/oauth/server/token_request.hpp>
#include <mcpawl/text/json_text.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::oauth {

namespace detail {

/** Read the form that both endpoints take. */
inline result<revocation_request> read_token_form(http::request_head const& head, std::string_view body,
                                                  std::string& wrong) {
  auto const authorization = find_authorization(head);
  if (!authorization) return authorization.error();
  if (!has_media_type(head, "application/x-www-form-urlencoded")) {
    wrong = form_needed;
    return oauth_errc::malformed_request;
  }
  return revocation_request::parse(body, *authorization, wrong);
}

}  // namespace detail

/** Answer a revocation (RFC 7009 section 2): 200 also for a token that is not good, or not any more. A client
    may revoke its own tokens only; of others it learns nothing, and they stay. */
inline task<http::response> answer_revocation(std::shared_ptr<server_state> parts,
                                              http::request_head const& head, std::string_view body,
                                              logger log, std::string address = {}) {
  std::string wrong;
  auto asked = detail::read_token_form(head, body, wrong);
  bool const tried = head.count("authorization") != 0;
  if (!asked) co_return error_answer(asked.error(), tried, wrong);
  auto const who = co_await authenticate_client(parts, asked->client, std::move(address));
  if (!who) co_return error_answer(who.error(), tried);
  auto const ended = co_await parts->tokens.revoke(std::move(asked->token), who->id);
  if (!ended && ended.error() != oauth_errc::wrong_client) {
    log.error("revocation_failed", {{"client", who->id}, {"reason", ended.error().message()}});
    co_return error_answer(ended.error());
  }
  auto const count = std::to_string(ended ? *ended : 0);
  log.info("revocation", {{"client", who->id}, {"ended", count}});
  co_return json_answer(200, {});
}

/** Answer an introspection (RFC 7662 section 2), for the one who may ask: about access tokens. */
inline task<http::response> answer_introspection(std::shared_ptr<server_state> parts,
                                                 http::request_head const& head, std::string_view body) {
  std::string wrong;
  auto asked = detail::read_token_form(head, body, wrong);
  bool const tried = head.count("authorization") != 0;
  if (!asked) co_return error_answer(asked.error(), tried, wrong);
  auto const& allowed = parts->rules.introspector;
  bool const good = allowed && has_secret(asked->client.method) && asked->client.client_id == allowed->id &&
                    asked->client.client_secret == allowed->password;
  if (!good) co_return error_answer(oauth_errc::authentication_failed, tried);
  auto const found = co_await parts->tokens.look_up(std::move(asked->token), parts->rules.resource());
  if (!found) {
    error_code const why = found.error();
    bool const inactive =
        why == oauth_errc::bad_token || why == oauth_errc::token_expired || why == oauth_errc::bad_target;
    if (!inactive) co_return error_answer(why);
    co_return json_answer(200, "{\"active\":false}");
  }
  std::string out = "{\"active\":true,\"token_type\":\"Bearer\",\"client_id\":";
  append_json_string(out, found->client_id);
  out += ",\"sub\":";
  append_json_string(out, found->user);
  out += ",\"aud\":";
  append_json_string(out, found->resource);
  out += ",\"iss\":";
  append_json_string(out, parts->rules.issuer());
  if (!found->scope.empty()) {
    out += ",\"scope\":";
    append_json_string(out, found->scope.text());
  }
  out += ",\"exp\":";
  append_json_number(out, found->expires);
  out += '}';
  co_return json_answer(200, std::move(out));
}

}  // namespace mcpawl::oauth
