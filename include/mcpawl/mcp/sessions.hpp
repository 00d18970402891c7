// mcpawl/mcp/sessions.hpp - session ids that carry their session, bound to the identity that opened it
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/crypto/digest.hpp>
#include <mcpawl/crypto/seal.hpp>
#include <mcpawl/mcp/revision.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl {

/** Sessions that were ended before their time, so that their ids stay dead.

    Bounded: over the limit the record that would lapse first goes.
    @par Thread safety
    Shared by all threads of a server.
*/
class ended_sessions {
public:
  void add(std::string_view id, unix_seconds until, unix_seconds now) {
    std::lock_guard const lock{mutex_};
    std::erase_if(until_, [now](auto const& entry) { return entry.second <= now; });
    if (until_.size() >= most) {
      auto first = until_.begin();
      for (auto it = until_.begin(); it != until_.end(); ++it)
        if (it->second < first->second) first = it;
      until_.erase(first);
    }
    until_[sha256(id)] = until;
  }

  bool contains(std::string_view id) const {
    std::lock_guard const lock{mutex_};
    return !until_.empty() && until_.contains(sha256(id));
  }

private:
  static constexpr std::size_t most = 10'000;
  mutable std::mutex mutex_;
  std::map<sha256_digest, unix_seconds> until_;
};

/** What a session of the handshake revisions is. */
struct session {
  revision protocol;
  unix_seconds opened;
};

/** Issues and reads session ids for the revisions with a handshake.

    An id is not a key into a table: it is the session itself, sealed by AES-256-GCM and bound to the
    principal that opened it. A restarted server or a second one with the same key reads it, and another
    user's id does not open. It is no credential: every request is authenticated besides
    (MCP "Security Best Practices", "Session Hijacking").

    @par Thread safety
    One copy per thread; copies share the ended sessions.
*/
class sessions {
public:
  sessions(sealer seal, std::chrono::seconds lifetime, clock const& time)
      : seal_(std::move(seal)),
        lifetime_(lifetime),
        clock_(&time),
        ended_(std::make_shared<ended_sessions>()) {}

  /** Make the id of a new session: visible ASCII, as the transport demands. */
  std::string open(revision protocol, std::string_view principal) {
    std::string plain(1, static_cast<char>(protocol));
    auto const opened = static_cast<std::uint64_t>(clock_->wall());
    for (int shift = 56; shift >= 0; shift -= 8) plain += static_cast<char>((opened >> shift) & 0xff);
    return seal_.seal(plain, binding(principal));
  }

  /** Read an id; nothing if it is not ours, not this principal's, too old or ended. */
  std::optional<session> find(std::string_view id, std::string_view principal) {
    if (id.empty() || id.size() > 512) return std::nullopt;
    auto const plain = seal_.open(id, binding(principal));
    if (!plain || plain->size() != 9) return std::nullopt;
    std::uint64_t opened = 0;
    for (std::size_t i = 1; i != 9; ++i) opened = opened << 8 | static_cast<unsigned char>((*plain)[i]);
    session const found{static_cast<revision>((*plain)[0]), static_cast<unix_seconds>(opened)};
    if (clock_->wall() >= found.opened + lifetime_.count() || ended_->contains(id)) return std::nullopt;
    return found;
  }

  /** End a session; false if there was none. */
  bool end(std::string_view id, std::string_view principal) {
    auto const found = find(id, principal);
    if (!found) return false;
    ended_->add(id, found->opened + lifetime_.count(), clock_->wall());
    return true;
  }

private:
  static std::string binding(std::string_view principal) {
    return "mcpawl session 1:" + std::string(principal);
  }

  sealer seal_;
  std::chrono::seconds lifetime_;
  clock const* clock_;
  std::shared_ptr<ended_sessions> ended_;
};

}  // namespace mcpawl
