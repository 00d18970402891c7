// mcpawl/oauth/grant/pending_refresh.hpp - a refresh or a renewal that has begun, while the upstream is asked
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/secret.hpp>
#include <mcpawl/oauth/grant/grant.hpp>
#include <mcpawl/oauth/grant/token_types.hpp>
#include <mcpawl/store/entry.hpp>

#include <optional>
#include <string>
#include <utility>

namespace mcpawl::oauth {

/** A refresh token that was found good and has not been replaced yet; made by `begin_refresh`. */
class pending_refresh {
public:
  /** The response, if another request has refreshed already; then nothing remains to be done. */
  std::optional<issued_tokens> answer;
  std::string user;
  secret props;

private:
  friend class token_service;

  explicit pending_refresh(refresh_request from) : asked(std::move(from)) {}

  refresh_request asked;
  secret props_key;
  grant state;
  store_version version = store_absent;
};

/** A look at the props of a grant, so that an upstream can be asked for new ones; made by `begin_renewal`. */
class pending_renewal {
public:
  std::string user;
  secret props;

private:
  friend class token_service;

  pending_renewal(secret access_token, std::string sealed)
      : access(std::move(access_token)), sealed_props(std::move(sealed)) {}

  secret access;
  std::string sealed_props;
};

}  // namespace mcpawl::oauth
