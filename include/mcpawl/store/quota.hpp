// mcpawl/store/quota.hpp - how much of a store what strangers cause may take
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace mcpawl::detail {

/** A part of a store, for all keys that begin so. */
struct store_quota {
  std::string_view prefix;
  unsigned percent;  ///< Of the bytes of the store.
};

/** The keys that anybody can cause to be written, without having signed in: logins under way, registrations,
    and the assertions of clients with a document. However many there are, they never take the room of grants. */
inline constexpr std::array<store_quota, 3> store_quotas{
    {{"flow/", 10}, {"client/", 25}, {"assertion/", 10}}};

/** Which of the quotas counts for a key; none for most. */
inline std::optional<std::size_t> quota_of(std::string_view key) noexcept {
  for (std::size_t i = 0; i != store_quotas.size(); ++i)
    if (key.starts_with(store_quotas[i].prefix)) return i;
  return std::nullopt;
}

/** Its bytes, in a store of so many. */
constexpr std::size_t quota_bytes(std::size_t which, std::size_t of) noexcept {
  return of / 100 * store_quotas[which].percent;
}

}  // namespace mcpawl::detail
