// mcpawl/mcp/session/session_manager.hpp - session ids that carry their session and its principal
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/crypto/seal.hpp>
#include <mcpawl/crypto/weak_key.hpp>
#include <mcpawl/mcp/offer/server_state.hpp>
#include <mcpawl/mcp/session/session.hpp>
#include <mcpawl/mcp/session/session_table.hpp>
#include <mcpawl/mcp/session/shared_sessions.hpp>
#include <mcpawl/mcp/types/client_profile.hpp>
#include <mcpawl/mcp/types/revision.hpp>
#include <mcpawl/text/fixed_number.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** A session that was opened: its id for the client, and what we know of it. */
struct opened_session {
  std::string id;
  std::shared_ptr<mcpawl::detail::session> session;
};

/** Issues and reads session ids for the revisions with a handshake.

    An id is not only a key into a table: it is the session itself, sealed by AES-256-GCM and bound to the
    principal that opened it. A restarted server or a second one with the same key reads it, and another
    user's id does not open. It is no credential: every request is authenticated besides
    (MCP "Security Best Practices", "Session Hijacking").

    What a process only remembers (streams, subscriptions, requests that wait, that a session was ended)
    does not travel; where instances have a store together, `shared_sessions` sees to it.

    @par Thread safety
    One copy per thread; copies share the table.
*/
class session_manager {
public:
  /** @param server  the name of the server, which its instances share: ids of another server do not open. */
  session_manager(sealer seal, std::shared_ptr<session_table> known, clock const& time,
                  std::string_view server = {})
      : seal_(std::move(seal)),
        table_(std::move(known)),
        clock_(&time),
        binding_("mcpawl session 3:" + std::to_string(server.size()) + ':' + std::string(server)) {}

  session_table& table() noexcept { return *table_; }
  /** What connects it with other instances; null if there are none. */
  std::shared_ptr<shared_sessions> const& shared() const noexcept { return shared_; }
  /** Share the sessions with other instances, as the options of the server say; before there is a copy. */
  void share(server_state const& of, logger log) {
    if (!of.options.shared_store) return;
    shared_ = std::make_shared<shared_sessions>(of, table_, seal_, binding_, std::move(log));
    table_->share(shared_);
  }
  /** Seals for other purposes with the same keys. */
  sealer& seal() noexcept { return seal_; }
  clock const& time() const noexcept { return *clock_; }

  /** Open a session; its id is visible ASCII, as the transport demands. Nothing if there is no room.

      @param account  what the caller is counted by; empty for the principal. */
  std::optional<opened_session> open(revision protocol, std::string_view principal, client_profile who,
                                     std::string_view account = {}) {
    std::string plain(1, static_cast<char>(protocol));
    plain += static_cast<char>(who.capabilities);
    auto const now = clock_->wall();
    append_big_endian(plain, static_cast<std::uint64_t>(now), 8);
    plain += static_cast<char>(who.name.size());
    plain += who.name;
    plain += who.version;
    std::string id = seal_.seal(plain, binding(principal));
    auto session = table_->add(id, std::string(principal), now, protocol, std::move(who), account);
    if (!session) return std::nullopt;
    return opened_session{std::move(id), std::move(session)};
  }

  /** Find the session of an id; null if it is not ours, not this principal's, too old or ended. */
  std::shared_ptr<session> find(std::string_view id, std::string_view principal,
                                std::string_view account = {}) {
    if (id.empty() || id.size() > max_id) return nullptr;
    if (auto known = table_->find(id, principal)) return known;
    auto const plain = seal_.open(id, binding(principal));
    if (!plain || plain->size() < name_at) return nullptr;
    auto const byte = [&](std::size_t i) { return static_cast<unsigned char>((*plain)[i]); };
    auto const stamp = read_big_endian(std::string_view(*plain).substr(2, 8));
    std::size_t const name_size = byte(name_at - 1);
    if (name_size > plain->size() - name_at) return nullptr;
    client_profile who;
    who.capabilities = byte(1);
    who.name = plain->substr(name_at, name_size);
    who.version = plain->substr(name_at + name_size);
    auto restored = table_->add(std::string(id), std::string(principal), static_cast<unix_seconds>(stamp),
                                static_cast<revision>(byte(0)), std::move(who), account);
    // its client said long ago that it is ready
    if (restored) restored->initialized();
    return restored;
  }

  /** End a session, as its client demands; nothing if there was none. */
  std::optional<ended_session> end(std::string_view id, std::string_view principal) {
    if (!find(id, principal)) return std::nullopt;
    return table_->end(id, principal);
  }

private:
  static constexpr std::size_t max_id = 512;
  static constexpr std::size_t name_at = 11;  // behind revision, capabilities, stamp and the name's size

  std::string binding(std::string_view principal) const { return binding_ + std::string(principal); }

  sealer seal_;
  std::shared_ptr<session_table> table_;
  clock const* clock_;
  std::string binding_;
  std::shared_ptr<shared_sessions> shared_;
};

/** What is wrong with the keys of a server, in sentences. */
inline std::vector<std::string> key_errors(server_state const& s) {
  std::vector<std::string> wrong;
  for (std::size_t i = 0; i != s.options.keys.size(); ++i)
    if (s.options.keys[i].reveal().size() != sealer::key_size)
      wrong.push_back("key " + std::to_string(i + 1) + " of server_options must have 32 bytes");
    else if (is_weak_key(s.options.keys[i]))
      wrong.push_back("key " + std::to_string(i + 1) + " of server_options " + std::string(weak_key_words));
  if (s.options.shared_store && s.options.keys.empty())
    wrong.emplace_back("instances that have a shared_store need the same keys in server_options, too");
  if (s.options.shared_store && !s.options.shared_store->make_channel())
    wrong.emplace_back("the shared_store of server_options cannot carry messages between instances");
  return wrong;
}

/** Make the sessions of a server that is about to be served: their keys and bounds are in its options.

    @param each  what one caller may hold.

    @par Errors
    Throws `std::invalid_argument` if a key has not 32 bytes. */
inline session_manager make_session_manager(server_state const& s, limits const& each = {}) {
  auto const& o = s.options;
  session_bounds const bounds{o.session_lifetime, o.session_idle, o.max_sessions, each};
  auto table = std::make_shared<session_table>(bounds, *o.time, *s.changes);
  if (o.keys.empty()) return {sealer::with_random_key(), std::move(table), *o.time, s.info.name};
  return {sealer(o.keys), std::move(table), *o.time, s.info.name};
}

}  // namespace mcpawl::detail
