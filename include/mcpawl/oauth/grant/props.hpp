// mcpawl/oauth/grant/props.hpp - what a grant carries in secret, and the keys that open it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/crypto/random.hpp>
#include <mcpawl/crypto/seal.hpp>
#include <mcpawl/oauth/common/errc.hpp>
#include <mcpawl/oauth/grant/token.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::oauth::detail {

/** A sealer with one key. */
inline sealer sealer_of(secret key) {
  std::vector<secret> keys;
  keys.push_back(std::move(key));
  return sealer{std::move(keys)};
}

inline secret make_props_key() {
  std::string bytes(sealer::key_size, '\0');
  mcpawl::detail::fill_random({reinterpret_cast<unsigned char*>(bytes.data()), bytes.size()});
  return secret{std::move(bytes)};
}

/** Seal something of a grant; what is sealed for one grant or purpose does not open for another. */
inline std::string seal_for(secret key, std::string_view plain, std::string_view purpose,
                            std::string_view grant_key) {
  return sealer_of(std::move(key)).seal(plain, std::string{purpose}.append(1, ':').append(grant_key));
}

/** @par Errors
    `oauth_errc::damaged_record`, also for a wrong key. */
inline result<secret> open_for(secret key, std::string_view sealed, std::string_view purpose,
                               std::string_view grant_key) {
  auto opened = sealer_of(std::move(key)).open(sealed, std::string{purpose}.append(1, ':').append(grant_key));
  if (!opened) return oauth_errc::damaged_record;
  return secret{std::move(*opened)};
}

inline std::string wrap_key(token const& holder, secret const& props_key, std::string_view grant_key) {
  return seal_for(holder.wrapping_key(), props_key.reveal(), "key", grant_key);
}

inline result<secret> unwrap_key(token const& holder, std::string_view wrapped, std::string_view grant_key) {
  return open_for(holder.wrapping_key(), wrapped, "key", grant_key);
}

inline std::string seal_props(secret const& props_key, secret const& props, std::string_view grant_key) {
  return seal_for(props_key, props.reveal(), "props", grant_key);
}

inline result<secret> open_props(secret const& props_key, std::string_view sealed,
                                 std::string_view grant_key) {
  if (props_key.reveal().size() != sealer::key_size) return oauth_errc::damaged_record;
  return open_for(props_key, sealed, "props", grant_key);
}

}  // namespace mcpawl::oauth::detail
