// mcpawl/test/fake_oidc_faults.hpp - the ways in which the fake Access for SaaS fails and lies
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/test/plain_http.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace mcpawl::test {

/** The endpoints of a `fake_oidc`. */
enum class oidc_endpoint { configuration, authorization, token, userinfo, jwks };
/** How many endpoints there are. */
inline constexpr std::size_t oidc_endpoint_count = 5;

/** What an endpoint does instead of its work. */
enum class oidc_fault {
  none,
  server_error,  ///< 500 with an OAuth error as its body.
  unavailable,   ///< 503 with `Retry-After` and no JSON.
  hang,          ///< It reads the request and says nothing.
  html,          ///< 200 with a login page.
  huge,          ///< The response, with 32 MiB of white space behind it.
  redirect,      ///< 307 to `elsewhere` below the issuer, where nothing of a client should ever arrive.
  truncated,     ///< The connection ends in the middle of the response.
  bad_json,      ///< 200 with a body that stops being JSON.
  no_id_token,   ///< Token endpoint: a good response without one.
};

/** What is wrong with the ID tokens. */
enum class id_forgery {
  none,
  wrong_audience,  ///< For another application of the same team.
  wrong_issuer,    ///< Of another application's issuer.
  wrong_nonce,
  missing_nonce,
  expired,  ///< Its `exp` passed three seconds ago.
  missing_exp,
  not_yet_valid,      ///< Its `nbf` is five minutes ahead.
  alg_none,           ///< No signature at all.
  hs256_with_secret,  ///< HMAC, keyed with the client secret (OpenID Connect Core section 10.1).
  other_key,          ///< Signed by a stranger's key under a published kid.
  unknown_kid,        ///< Signed by a stranger's key under a kid that was never published.
  wrong_access_hash,  ///< Its `at_hash` is that of another access token.
  other_subject,      ///< About somebody else than the one who signed in.
};

/** The response of an endpoint that does no work at all: with these faults nothing happens behind it. */
inline std::optional<plain_answer> answer_instead(oidc_fault fault) {
  plain_answer out;
  switch (fault) {
    case oidc_fault::server_error: return answer_with(500, "application/json", R"({"error":"server_error"})");
    case oidc_fault::unavailable:
      out = answer_with(503, "text/plain", "try later\n");
      out.fields.emplace_back("Retry-After", "1");
      return out;
    case oidc_fault::hang: out.sent = delivery::never; return out;
    case oidc_fault::html:
      return answer_with(
          200, "text/html; charset=utf-8",
          "<!DOCTYPE html><html><head><title>Sign in - Cloudflare Access</title></head></html>");
    case oidc_fault::redirect:
      out = answer_with(307, "text/plain", std::string());
      out.fields.emplace_back("Location", "elsewhere");
      return out;
    case oidc_fault::none:
    case oidc_fault::huge:
    case oidc_fault::truncated:
    case oidc_fault::bad_json:
    case oidc_fault::no_id_token: break;
  }
  return std::nullopt;
}

/** Spoil a good response on its way: what was done for it is done, a code is used and a token has rotated. */
inline plain_answer spoiled(oidc_fault fault, plain_answer good) {
  if (fault == oidc_fault::huge) good.body.append(std::size_t{32} << 20, ' ');
  if (fault == oidc_fault::truncated) good.sent = delivery::truncated;
  if (fault == oidc_fault::bad_json) good.body.resize(good.body.size() / 2);
  return good;
}

}  // namespace mcpawl::test
