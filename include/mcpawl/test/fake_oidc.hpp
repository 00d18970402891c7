// mcpawl/test/fake_oidc.hpp - a stand-in for Access for SaaS: an OpenID provider without a socket
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/http/form.hpp>
#include <mcpawl/http/url.hpp>
#include <mcpawl/oauth/client/client_credentials.hpp>
#include <mcpawl/oauth/common/pkce.hpp>
#include <mcpawl/test/fake_access.hpp>
#include <mcpawl/test/fake_oidc_faults.hpp>
#include <mcpawl/test/fake_oidc_grants.hpp>
#include <mcpawl/test/fake_oidc_options.hpp>
#include <mcpawl/test/fake_oidc_page.hpp>
#include <mcpawl/test/fake_oidc_tokens.hpp>
#include <mcpawl/test/plain_http.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::test {

/** What Cloudflare Access does for one OIDC application of Access for SaaS: a request in, a response out.

    Authorization code flow with PKCE (S256 where a client sends it), `nonce`, refresh tokens for
    `offline_access`, `client_secret_post` and `client_secret_basic`; codes are single-use and live a minute.
    Tokens are signed with the keys of a `fake_access`, and a person has the same `sub` in both.
    What it leaves out: implicit and hybrid flows, and sessions: everybody signs in every time.

    @code
    mcpawl::test::fake_access access(team_domain, "aud-tag");
    mcpawl::test::fake_oidc provider(access, {"client", "secret", {"https://app.example/callback"}});
    provider.sign_in_as("alice@example.com");
    provider.block("alice@example.com");              // her next refresh answers invalid_grant
    provider.forge(mcpawl::test::id_forgery::wrong_nonce);
    provider.fail(mcpawl::test::oidc_endpoint::token, mcpawl::test::oidc_fault::hang);
    @endcode

    @par Lifetime
    The `fake_access` and the clock must outlive it.
    @par Thread safety
    All functions may be called from several threads.
*/
class fake_oidc {
public:
  /** How often something was asked. */
  struct counters {
    std::array<int, oidc_endpoint_count> requests{};
    int codes_redeemed = 0;
    int refreshes = 0;
    int elsewhere = 0;  ///< Requests that followed `oidc_fault::redirect`: there should be none.

    int of(oidc_endpoint which) const noexcept { return requests[static_cast<std::size_t>(which)]; }
  };

  fake_oidc(fake_access const& access, fake_oidc_options options, clock const& time = clock::system())
      : access_(access), clock_(time), options_(std::move(options)) {
    grants_.refresh_lifetime = options_.refresh_lifetime;
    grants_.rotates = options_.rotates;
  }

  /** The path that everything begins with. */
  std::string base_path() const { return "/cdn-cgi/access/sso/oidc/" + options_.client_id; }
  std::string issuer() const { return access_.issuer() + base_path(); }
  std::string authorization_url() const { return issuer() + "/authorization"; }
  std::string token_url() const { return issuer() + "/token"; }
  std::string jwks_url() const { return issuer() + "/jwks"; }
  std::string userinfo_url() const { return issuer() + "/userinfo"; }
  std::string configuration_url() const { return issuer() + "/.well-known/openid-configuration"; }

  std::string const& client_id() const noexcept { return options_.client_id; }
  std::string const& client_secret() const noexcept { return options_.client_secret; }

  // --- switches

  void allow_redirect(std::string uri) {
    std::lock_guard const lock(mutex_);
    options_.redirect_uris.push_back(std::move(uri));
  }
  /** Sign this person in at once; nothing shows the page. */
  void sign_in_as(std::optional<std::string> email) {
    std::lock_guard const lock(mutex_);
    options_.signs_in = std::move(email);
  }
  /** Let the policy refuse a person, in a sign-in and in a refresh. */
  void block(std::string const& email) {
    std::lock_guard const lock(mutex_);
    grants_.blocked.insert(email);
  }
  void unblock(std::string const& email) {
    std::lock_guard const lock(mutex_);
    grants_.blocked.erase(email);
  }
  void fail(oidc_endpoint which, oidc_fault how) {
    std::lock_guard const lock(mutex_);
    faults_[static_cast<std::size_t>(which)] = how;
  }
  void forge(id_forgery how) {
    std::lock_guard const lock(mutex_);
    forgery_ = how;
  }
  /** How long access tokens live that are made from now on. */
  void access_lifetime(unix_seconds seconds) {
    std::lock_guard const lock(mutex_);
    options_.access_lifetime = seconds;
  }
  /** Forget every refresh token, as when all sessions are revoked. */
  void end_sessions() {
    std::lock_guard const lock(mutex_);
    grants_.end_sessions();
  }
  counters counts() const {
    std::lock_guard const lock(mutex_);
    return counts_;
  }

  // --- endpoints

  /** Answer a request whose path is that of the issuer or below it. */
  plain_answer answer(plain_request const& request) {
    std::lock_guard const lock(mutex_);
    std::string const base = base_path();
    std::string_view path = request.path();
    if (!path.starts_with(base)) return answer_with(404, "text/plain", "not of this application\n");
    path.remove_prefix(base.size());
    if (path == "/elsewhere") ++counts_.elsewhere;
    auto const found = std::find(paths.begin(), paths.end(), path);
    if (found == paths.end()) return answer_with(404, "text/plain", "no such endpoint\n");
    auto const at = static_cast<std::size_t>(found - paths.begin());
    ++counts_.requests[at];
    if (auto const instead = answer_instead(faults_[at])) return *instead;
    return spoiled(faults_[at], whole_answer(static_cast<oidc_endpoint>(at), request));
  }

private:
  struct access_entry {
    oidc_grant grant;
    unix_seconds expires = 0;
  };
  /** What was asked of the authorization endpoint. */
  struct question {
    http::form const& form;
    std::string_view redirect_uri;
    std::string_view text(std::string_view name) const noexcept {
      return form.find(name).value_or(std::string_view());
    }
  };

  static constexpr std::array<std::string_view, oidc_endpoint_count> paths{
      "/.well-known/openid-configuration", "/authorization", "/token", "/userinfo", "/jwks"};
  static constexpr std::array<std::string_view, 5> scopes{"openid", "email", "profile", "groups",
                                                          "offline_access"};

  plain_answer whole_answer(oidc_endpoint which, plain_request const& request) {
    bool const get = request.method == "GET", post = request.method == "POST";
    switch (which) {
      case oidc_endpoint::configuration: return get ? json(200, configuration()) : wrong_method("GET");
      case oidc_endpoint::jwks:
        return get ? answer_with(200, "application/json", access_.certs()) : wrong_method("GET");
      case oidc_endpoint::authorization:
        return get || post ? authorization(request) : wrong_method("GET, POST");
      case oidc_endpoint::token: return post ? token(request) : wrong_method("POST");
      case oidc_endpoint::userinfo: break;
    }
    return get || post ? userinfo(request) : wrong_method("GET, POST");
  }

  static plain_answer json(int status, boost::json::object const& body) {
    return answer_with(status, "application/json", boost::json::serialize(body));
  }
  static plain_answer wrong_method(std::string allowed) {
    plain_answer out = answer_with(405, "text/plain", "wrong method\n");
    out.fields.emplace_back("Allow", std::move(allowed));
    return out;
  }
  static plain_answer oauth_error(int status, std::string_view error, std::string_view description) {
    boost::json::object body;
    body["error"] = error;
    body["error_description"] = description;
    plain_answer out = json(status, body);
    if (status == 401) out.fields.emplace_back("WWW-Authenticate", "Basic realm=\"access\"");
    return out;
  }

  boost::json::object configuration() const {
    auto const list = [](auto const&... entries) {
      boost::json::array all;
      (all.emplace_back(std::string_view(entries)), ...);
      return all;
    };
    boost::json::object out;
    out["issuer"] = issuer();
    out["authorization_endpoint"] = authorization_url();
    out["token_endpoint"] = token_url();
    out["jwks_uri"] = jwks_url();
    out["userinfo_endpoint"] = userinfo_url();
    out["response_types_supported"] = list("code");
    out["grant_types_supported"] = list("authorization_code", "refresh_token");
    out["subject_types_supported"] = list("public");
    out["id_token_signing_alg_values_supported"] = list("RS256");
    out["token_endpoint_auth_methods_supported"] = list("client_secret_basic", "client_secret_post");
    out["code_challenge_methods_supported"] = list("S256");
    out["scopes_supported"] = boost::json::array(scopes.begin(), scopes.end());
    out["claims_supported"] = list("sub", "email", "name", "groups");
    return out;
  }

  // --- the authorization endpoint

  plain_answer authorization(plain_request const& request) {
    auto const form = http::form::parse(request.query());
    if (!form || form->repeated()) return error_page("The request is malformed.");
    question const asked{*form, form->find("redirect_uri").value_or(std::string_view())};
    auto const& known = options_.redirect_uris;
    if (asked.text("client_id") != options_.client_id)
      return error_page("The client_id is not that of this application.");
    if (std::find(known.begin(), known.end(), asked.redirect_uri) == known.end())
      return error_page("The redirect_uri is none that this application has.");
    if (std::string_view const wrong = validate(asked); !wrong.empty()) return back(asked, "error", wrong);

    std::string email = options_.signs_in.value_or(std::string());
    if (request.method == "POST") {
      // a page of somebody else must not sign its visitor in
      std::string_view const origin = request.field("origin");
      if (!origin.empty() && origin != access_.issuer())
        return answer_with(403, "text/plain", "not for web pages\n");
      auto const choice = http::form::parse(request.body);
      if (!choice || choice->repeated()) return error_page("The form is malformed.");
      if (choice->find("deny")) return back(asked, "error", "access_denied");
      email = choice->find("email").value_or(std::string_view());
      if (!is_email(email)) return error_page("That is no email.");
    }
    if (email.empty()) return sign_in_page(options_.people, place_of(asked.redirect_uri));
    if (grants_.blocked.count(email) != 0) {
      if (options_.signs_in) return back(asked, "error", "access_denied");
      return sign_in_page(options_.people, place_of(asked.redirect_uri), email);
    }
    return back(asked, "code", issue_code(asked, std::move(email)));
  }

  /** The error of a request whose client is known; empty if there is none. */
  static std::string_view validate(question const& asked) {
    if (asked.text("response_type") != "code") return "unsupported_response_type";
    if (!oidc_grant{{}, std::string(asked.text("scope")), {}}.has("openid")) return "invalid_scope";
    auto const challenge = asked.form.find("code_challenge"),
               method = asked.form.find("code_challenge_method");
    if (!challenge && !method) return {};
    // without a method it would be plain (RFC 7636 section 4.3)
    return method == "S256" && challenge && oauth::is_code_challenge(*challenge) ? "" : "invalid_request";
  }

  static bool is_email(std::string_view text) noexcept {
    auto const at = text.find('@');
    bool const printable = std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
    return printable && at != 0 && at != text.npos && at + 1 != text.size() && text.size() <= 254;
  }

  static std::string place_of(std::string_view uri) {
    auto const url = http::origin_url::parse(uri);
    return url ? url->authority() : std::string(uri);
  }

  static plain_answer back(question const& asked, std::string_view name, std::string_view value) {
    std::string to(asked.redirect_uri);
    if (to.find('?') == std::string::npos) to += '?';
    http::append_form_field(to, name, value);
    if (auto const state = asked.form.find("state")) http::append_form_field(to, "state", *state);
    plain_answer out = answer_with(303, "text/plain", std::string());
    out.fields.emplace_back("Location", std::move(to));
    out.fields.emplace_back("Referrer-Policy", "no-referrer");
    return out;
  }

  std::string issue_code(question const& asked, std::string email) {
    oidc_grant grant{std::move(email), {}, std::string(asked.text("nonce"))};
    oidc_grant const wanted{{}, std::string(asked.text("scope")), {}};
    for (std::string_view const known : scopes)
      if (wanted.has(known)) grant.scope.append(grant.scope.empty() ? "" : " ").append(known);
    return grants_.issue_code(std::move(grant), std::string(asked.redirect_uri),
                              std::string(asked.text("code_challenge")), clock_.wall());
  }

  // --- the token endpoint

  plain_answer token(plain_request const& request) {
    // pages have no business here, and Access lets none in either
    if (!request.field("origin").empty()) return answer_with(403, "text/plain", "not for web pages\n");
    std::string_view const type = request.field("content-type");
    if (!http::iequals(http::trim(type.substr(0, type.find(';'))), "application/x-www-form-urlencoded"))
      return oauth_error(400, "invalid_request", "the body must be a form");
    auto const form = http::form::parse(request.body);
    if (!form || form->repeated()) return oauth_error(400, "invalid_request", "the form is malformed");
    std::string_view const presented = request.field("authorization");
    auto const client = presented.empty() ? oauth::read_client_credentials(*form, std::nullopt)
                                          : oauth::read_client_credentials(*form, presented);
    if (!client || client->client_id != options_.client_id ||
        !equal_in_constant_time(client->client_secret.reveal(), options_.client_secret))
      return oauth_error(401, "invalid_client",
                         "client_id and client_secret are not those of this application");
    auto const kind = form->find("grant_type");
    if (kind == "authorization_code") return redeem(*form);
    if (kind == "refresh_token") return refresh(*form);
    return oauth_error(400, "unsupported_grant_type", "authorization_code or refresh_token");
  }

  plain_answer redeem(http::form const& form) {
    std::string_view const code = form.find("code").value_or(std::string_view());
    auto const got =
        grants_.redeem(code, form.find("redirect_uri"), form.find("code_verifier"), clock_.wall());
    if (!got.refused.empty()) return oauth_error(400, "invalid_grant", got.refused);
    ++counts_.codes_redeemed;
    return tokens_of(got, got.grant.nonce);
  }

  plain_answer refresh(http::form const& form) {
    auto const got = grants_.refresh(form.find("refresh_token").value_or(std::string_view()), clock_.wall());
    if (!got.refused.empty()) return oauth_error(400, "invalid_grant", got.refused);
    ++counts_.refreshes;
    return tokens_of(got, std::string_view());
  }

  plain_answer tokens_of(oidc_redemption const& got, std::string_view nonce) {
    oidc_grant const& grant = got.grant;
    unix_seconds const now = clock_.wall();
    std::erase_if(access_tokens_, [&](auto const& old) { return old.second.expires <= now; });
    std::string const text = make_oidc_access_token(access_, issuer(), options_, grant, now);
    access_tokens_[text] = access_entry{grant, now + options_.access_lifetime};
    boost::json::object out;
    out["access_token"] = text;
    out["token_type"] = "Bearer";
    out["expires_in"] = options_.access_lifetime;
    out["scope"] = grant.scope;
    if (faults_[static_cast<std::size_t>(oidc_endpoint::token)] != oidc_fault::no_id_token)
      out["id_token"] = make_id_token(access_, issuer(), options_, grant, person_of(grant.email), nonce, text,
                                      now, forgery_);
    if (!got.refresh_token.empty()) out["refresh_token"] = got.refresh_token;
    return json(200, out);
  }

  oidc_person person_of(std::string const& email) const {
    for (oidc_person const& person : options_.people)
      if (person.email == email) return person;
    return oidc_person(email);
  }

  plain_answer userinfo(plain_request const& request) const {
    std::string_view const field = request.field("authorization");
    auto const found = http::iequals(field.substr(0, 7), "bearer ")
                           ? access_tokens_.find(std::string(field.substr(7)))
                           : access_tokens_.end();
    if (found == access_tokens_.end() || found->second.expires <= clock_.wall()) {
      plain_answer out = answer_with(401, "text/plain", "no access token of this application\n");
      out.fields.emplace_back("WWW-Authenticate", "Bearer error=\"invalid_token\"");
      return out;
    }
    oidc_grant const& grant = found->second.grant;
    oidc_person const person = person_of(grant.email);
    boost::json::object out;
    out["sub"] = access_.user(grant.email).claims().at("sub");
    if (grant.has("email")) out["email"] = grant.email;
    if (grant.has("profile")) out["name"] = person.name;
    if (grant.has("groups")) out["groups"] = boost::json::array(person.groups.begin(), person.groups.end());
    return json(200, out);
  }

  fake_access const& access_;
  clock const& clock_;
  mutable std::mutex mutex_;
  fake_oidc_options options_;
  std::array<oidc_fault, oidc_endpoint_count> faults_{};
  id_forgery forgery_ = id_forgery::none;
  fake_oidc_grants grants_;
  std::map<std::string, access_entry> access_tokens_;
  counters counts_;
};

}  // namespace mcpawl::test
