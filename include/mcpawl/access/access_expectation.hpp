// mcpawl/access/access_expectation.hpp - what a token of Cloudflare Access must be like
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace mcpawl {

/** What an application's tokens must be like. */
struct access_expectation {
  access_expectation(std::string team_domain, std::vector<std::string> aud_tags)
      : issuer(std::move(team_domain)), audiences(std::move(aud_tags)) {}

  std::string issuer;                  ///< The team domain; `iss`, exactly.
  std::vector<std::string> audiences;  ///< AUD tags, one of which must be in `aud`.
  std::chrono::seconds leeway{5};      ///< For `nbf` and `iat` alone.
  bool service_tokens = false;
  bool expiry_first = false;  ///< See `jose::expectation::expiry_first`.
};

}  // namespace mcpawl
