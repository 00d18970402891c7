// mcpawl/mcp/session/ended_sessions.hpp - remembers the ids of sessions that were ended before their time
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/crypto/digest.hpp>

#include <cstddef>
#include <map>
#include <set>
#include <string_view>
#include <utility>

namespace mcpawl::detail {

/** Sessions that were ended before their time, so that their ids stay dead.

    Bounded: over the limit the record that would lapse first goes.
    @par Thread safety
    None; its owner locks.
*/
class ended_sessions {
public:
  static constexpr std::size_t most = 20'000;

  void add(std::string_view id, unix_seconds until, unix_seconds now) { add(sha256(id), until, now); }
  void add(sha256_digest const& digest, unix_seconds until, unix_seconds now) {
    while (!order_.empty() && order_.begin()->first <= now) drop_first();
    if (until <= now) return;
    if (!until_.emplace(digest, until).second) return;
    order_.emplace(until, digest);
    if (until_.size() > most) drop_first();
  }

  bool contains(std::string_view id) const { return !until_.empty() && until_.contains(sha256(id)); }
  std::size_t size() const noexcept { return until_.size(); }

private:
  void drop_first() {
    until_.erase(order_.begin()->second);
    order_.erase(order_.begin());
  }

  std::map<sha256_digest, unix_seconds> until_;
  std::set<std::pair<unix_seconds, sha256_digest>> order_;
};

}  // namespace mcpawl::detail
