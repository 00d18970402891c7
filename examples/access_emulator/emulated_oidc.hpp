// examples/access_emulator/emulated_oidc.hpp - the Access for SaaS side of the access emulator, and its switches
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/oauth/common/redirect_uri.hpp>
#include <mcpawl/test/fake_oidc.hpp>

#include "../shared/options.hpp"
#include "emulated.hpp"
#include "emulated_reply.hpp"
#include "relay.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace examples {

using mcpawl::test::id_forgery;
using mcpawl::test::oidc_endpoint;
using mcpawl::test::oidc_fault;

inline constexpr std::pair<std::string_view, oidc_endpoint> oidc_endpoints[] = {
    {"token", oidc_endpoint::token},
    {"jwks", oidc_endpoint::jwks},
    {"authorization", oidc_endpoint::authorization},
    {"userinfo", oidc_endpoint::userinfo},
    {"configuration", oidc_endpoint::configuration}};

inline constexpr std::pair<std::string_view, oidc_fault> oidc_faults[] = {
    {"none", oidc_fault::none},
    {"error", oidc_fault::server_error},
    {"unavailable", oidc_fault::unavailable},
    {"hang", oidc_fault::hang},
    {"html", oidc_fault::html},
    {"huge", oidc_fault::huge},
    {"redirect", oidc_fault::redirect},
    {"truncated", oidc_fault::truncated},
    {"bad_json", oidc_fault::bad_json},
    {"no_id_token", oidc_fault::no_id_token}};

inline constexpr std::pair<std::string_view, id_forgery> id_forgeries[] = {
    {"none", id_forgery::none},
    {"wrong_audience", id_forgery::wrong_audience},
    {"wrong_issuer", id_forgery::wrong_issuer},
    {"wrong_nonce", id_forgery::wrong_nonce},
    {"missing_nonce", id_forgery::missing_nonce},
    {"expired", id_forgery::expired},
    {"missing_exp", id_forgery::missing_exp},
    {"not_yet_valid", id_forgery::not_yet_valid},
    {"alg_none", id_forgery::alg_none},
    {"hs256_with_secret", id_forgery::hs256_with_secret},
    {"other_key", id_forgery::other_key},
    {"unknown_kid", id_forgery::unknown_kid},
    {"wrong_access_hash", id_forgery::wrong_access_hash},
    {"other_subject", id_forgery::other_subject}};

/** Answers what comes to the issuer's paths, and changes what it is told to.

    @par Lifetime
    What is given to it must outlive it.
*/
class emulated_oidc {
public:
  explicit emulated_oidc(mcpawl::test::fake_oidc& provider) : provider_(provider) {}

  static bool is_for_it(std::string_view path) { return path.starts_with("/cdn-cgi/access/sso/oidc/"); }

  /** Read the rest of a request and answer it. */
  task<> serve(visitor& from) {
    http::request_parser<http::string_body> whole(std::move(from.head));
    whole.body_limit(64 * 1024);
    auto const [failed, size] = co_await http::async_read(from.socket, from.buffer, whole, quiet);
    if (failed) co_return;
    mcpawl::test::plain_request request;
    request.method = view(whole.get().method_string());
    request.target = view(whole.get().target());
    for (auto const& field : whole.get())
      request.fields.emplace_back(view(field.name_string()), view(field.value()));
    request.body = std::move(whole.get().body());
    std::string const text = provider_.answer(request).wire();
    if (text.empty()) co_await wait_disconnect(from.socket);
    co_await asio::async_write(from.socket, asio::buffer(text), quiet);
  }

  boost::json::object state() const {
    auto const counts = provider_.counts();
    boost::json::object requests;
    for (auto const& [name, which] : oidc_endpoints) requests[name] = counts.of(which);
    requests["codes_redeemed"] = counts.codes_redeemed;
    requests["refreshes"] = counts.refreshes;
    requests["elsewhere"] = counts.elsewhere;
    boost::json::object out;
    out["client_id"] = provider_.client_id();
    out["client_secret"] = provider_.client_secret();
    out["authorization_url"] = provider_.authorization_url();
    out["token_url"] = provider_.token_url();
    out["jwks_url"] = provider_.jwks_url();
    out["configuration_url"] = provider_.configuration_url();
    out["requests"] = std::move(requests);
    return out;
  }

  /** Do what a form asks for. Nothing of it is done if anything of it is wrong.

      @return what is wrong; empty if it was done */
  std::string change(boost::json::object const& form) {
    oidc_endpoint const* endpoint = &oidc_endpoints[0].second;
    oidc_fault const* fault = nullptr;
    id_forgery const* forgery = nullptr;
    std::optional<unsigned> lifetime;
    if (form.empty()) return "say what to change: see --help";
    for (auto const& member : form) {
      std::string const name(view(member.key())), value = text_of(form, name.c_str());
      if (name == "endpoint") {
        endpoint = find_name(oidc_endpoints, value);
        if (!endpoint) return "endpoint must be one of: " + names_of(oidc_endpoints);
      } else if (name == "fail") {
        fault = find_name(oidc_faults, value);
        if (!fault) return "fail must be one of: " + names_of(oidc_faults);
      } else if (name == "forge") {
        forgery = find_name(id_forgeries, value);
        if (!forgery) return "forge must be one of: " + names_of(id_forgeries);
      } else if (name == "lifetime") {
        if (!parse_number(value, lifetime.emplace())) return "lifetime must be a number of seconds";
      } else if (name == "redirect") {
        if (!mcpawl::oauth::redirect_uri::parse(value)) return "redirect must be a URI of https or loopback";
      } else if (name == "block" || name == "unblock") {
        if (value.find('@') == std::string::npos) return name + " must be an email";
      } else if (name != "sign_in" && name != "end_sessions") {
        return "there is no `" + name + "`: see --help";
      }
    }
    if (fault) provider_.fail(*endpoint, *fault);
    if (forgery) provider_.forge(*forgery);
    if (lifetime) provider_.access_lifetime(*lifetime);
    if (form.contains("redirect")) provider_.allow_redirect(text_of(form, "redirect"));
    if (form.contains("block")) provider_.block(text_of(form, "block"));
    if (form.contains("unblock")) provider_.unblock(text_of(form, "unblock"));
    if (form.contains("end_sessions")) provider_.end_sessions();
    if (std::string const who = text_of(form, "sign_in"); !who.empty())
      provider_.sign_in_as(who == "page" ? std::nullopt : std::optional(who));
    return std::string();
  }

private:
  mcpawl::test::fake_oidc& provider_;
};

}  // namespace examples
