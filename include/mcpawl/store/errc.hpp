// mcpawl/store/errc.hpp - why a store did not do what it was asked
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>

namespace mcpawl {

/** Errors of every `kv_store`. That an entry is absent or was changed by somebody else is no error. */
enum class store_errc {
  bad_key = 1,      ///< The key is empty or over `max_store_key`.
  value_too_large,  ///< The value is over `max_store_value`.
  full,             ///< No room: the bound of a `memory_store`, or the disk.
  busy,             ///< Somebody else, perhaps another process, holds the store for too long.
  closed,           ///< The store is being closed.
  cannot_open,      ///< The path is no file that can be opened or made: folder missing, no permission.
  read_only,        ///< The file, or its folder, cannot be written to.
  permissions,      ///< The file is open to other users and cannot be closed to them.
  corrupt,          ///< The file is damaged, or no database at all.
  foreign,          ///< The file is a database of some other program.
  newer_schema,     ///< The file was written by a newer version of mcpawl.
  io,               ///< Reading or writing failed below the store.
  over_quota,       ///< No room for more keys of this kind (`store_quotas`); other kinds have theirs.
  unknown_kind,     ///< A URL that no kind of store takes which the program has.
  unfit,            ///< A server that is set up so that it would lose what was acknowledged.
  unreachable,      ///< The server did not get the request, so nothing was changed: safe to repeat.
  unconfirmed,      ///< The answer was lost: what was asked for may be done, or not. Look before repeating.
};

constexpr error_entry describe(store_errc e) noexcept {
  switch (e) {
    case store_errc::bad_key: return {"store key empty or too long", condition::malformed};
    case store_errc::value_too_large: return {"store value too large", condition::too_large};
    case store_errc::full: return {"store is full", condition::unavailable};
    case store_errc::busy: return {"store is locked by somebody else", condition::unavailable};
    case store_errc::closed: return {"store is closed", condition::unavailable};
    case store_errc::cannot_open: return {"store cannot be opened", condition::configuration};
    case store_errc::read_only: return {"store cannot be written to", condition::configuration};
    case store_errc::permissions: return {"store is open to other users", condition::configuration};
    case store_errc::corrupt: return {"store is damaged or not a database", condition::internal};
    case store_errc::foreign: return {"database of another program", condition::configuration};
    case store_errc::newer_schema: return {"store of a newer version", condition::configuration};
    case store_errc::over_quota: return {"store has no room for more of this kind", condition::unavailable};
    case store_errc::unknown_kind: return {"no such kind of store", condition::configuration};
    case store_errc::unfit: return {"store is set up so that it loses data", condition::configuration};
    case store_errc::unreachable: return {"store cannot be reached", condition::unavailable};
    case store_errc::unconfirmed: return {"store did not confirm in time", condition::unavailable};
    case store_errc::io: return {"store could not be read or written", condition::internal};
  }
  return {"unknown store error", condition::internal};
}
constexpr char const* category_name(store_errc) noexcept { return "mcpawl.store"; }
inline error_code make_error_code(store_errc e) noexcept { return code_of(e); }

}  // namespace mcpawl

template <>
struct boost::system::is_error_code_enum<mcpawl::store_errc> : std::true_type {};
