// mcpawl/mcp/session_levels.hpp - which messages the client of a session wants to see
#pragma once

#include <mcpawl/crypto/digest.hpp>
#include <mcpawl/mcp/message_level.hpp>

#include <cstddef>
#include <list>
#include <map>
#include <mutex>
#include <string_view>
#include <utility>

namespace mcpawl {

/** What `logging/setLevel` set, session by session.

    A session that set nothing, or whose setting was forgotten, gets `info` and worse: the specification
    leaves that to the server. Bounded: over the limit the setting that is oldest is forgotten.
    @par Thread safety
    Shared by all threads of a server.
*/
class session_levels {
public:
  static constexpr message_level usual = message_level::info;

  void set(std::string_view session_id, message_level level) {
    sha256_digest const key = sha256(session_id);
    std::lock_guard const lock{mutex_};
    if (auto const known = levels_.find(key); known != levels_.end()) {
      known->second = level;
      return;
    }
    if (levels_.size() == most) {
      levels_.erase(order_.front());
      order_.pop_front();
    }
    levels_.emplace(key, level);
    order_.push_back(key);
  }

  message_level find(std::string_view session_id) const {
    std::lock_guard const lock{mutex_};
    if (levels_.empty()) return usual;
    auto const known = levels_.find(sha256(session_id));
    return known == levels_.end() ? usual : known->second;
  }

  std::size_t size() const {
    std::lock_guard const lock{mutex_};
    return levels_.size();
  }

  static constexpr std::size_t most = 10'000;

private:
  mutable std::mutex mutex_;
  std::map<sha256_digest, message_level> levels_;
  std::list<sha256_digest> order_;
};

}  // namespace mcpawl
