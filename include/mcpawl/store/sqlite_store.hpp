// mcpawl/store/sqlite_store.hpp - a store in a SQLite file, for one machine
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/separate.hpp>
#include <mcpawl/store/errc.hpp>
#include <mcpawl/store/kv_store.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace mcpawl {

/** A `kv_store` in a SQLite database; several processes of one machine may share the file.

    Reads are done at once, on connections that the threads share among themselves. Writes go to a thread
    of the store's own, which puts what has queued up into one transaction: `durability::power_loss` is
    `synchronous=FULL`, `durability::relaxed` is `synchronous=NORMAL`, in a write-ahead log. The file and
    its two companions (`-wal`, `-shm`) can be read and written by their owner only. Not for network file
    systems, which SQLite's locks do not work on.

    What strangers can fill is bounded by `store_quotas`, of `bounded_bytes`; each write deletes two entries that
    have expired, so that no more pile up than are written, an hour after the start and while the wall clock
    can be believed (`detail::clock_watch`).

    Channels send datagrams to the sockets in the folder `<path>.bus`, which belongs to the owner alone. A process whose
    queue stays full for 100 ms misses messages, and is not told so.

    What it does not do: encrypt. Whoever can read the file sees the keys and the values.

    Needs SQLite 3.35 and, to link, `mcpawl::sqlite` (CMake), `mcpawl_sqlite_dep` (Meson) or `pkg-config mcpawl_sqlite`,
    whose variable `source` names a file to compile once.

    @par Errors
    `store_errc`; of SQLite's own codes: SQLITE_FULL is `full`, SQLITE_LOCKED and, after `default_patience`,
    SQLITE_BUSY are `busy`, SQLITE_CORRUPT and SQLITE_NOTADB are `corrupt`, SQLITE_READONLY is `read_only`.
    @par Lifetime
    The destructor waits until everything that was submitted is written. It must not run on a thread
    that somebody waits for; coroutines that still wait for an answer get theirs.
    @par Thread safety
    All operations may be called from any thread at once.

    @code
    auto store = mcpawl::sqlite_store::open("/var/lib/adder/oauth.db");
    if (!store) throw mcpawl::configuration_error("OAUTH_KV: " + store.error().message());
    @endcode
*/
class sqlite_store : public kv_store {
public:
  /** How long a write waits for another process to finish its own, until it is `store_errc::busy`. */
  static constexpr std::chrono::milliseconds default_patience{5000};
  /** What the quotas are parts of. Other keys have as much room as the disk. */
  static constexpr std::size_t bounded_bytes = std::size_t{1} << 30;

  /** Open the database, or make it; the folder must be there. The clock must outlive the store.

      @par Errors
      `store_errc::cannot_open`, `read_only`, `permissions`, `corrupt`, `foreign`, `newer_schema`, `busy`,
      `io`: each for one thing that an operator can look at.
  */
  MCPAWL_DECL static result<std::unique_ptr<sqlite_store>> open(
      std::string path, clock const& time = clock::system(),
      std::chrono::milliseconds patience = default_patience);

  /** Its files have the mode 0600. */
  bool is_private() const noexcept override { return true; }

  // for open_store: a path, or one after "sqlite:"
  static constexpr std::string_view url_form = "the path of a SQLite file";
  MCPAWL_DECL static bool takes_url(std::string_view url) noexcept;
  MCPAWL_DECL static result<std::unique_ptr<sqlite_store>> open_url(std::string_view url, clock const& time);

private:
  class impl;

  sqlite_store() = default;
};

}  // namespace mcpawl

#ifndef MCPAWL_SEPARATE_COMPILATION
#include <mcpawl/store/sqlite_store.ipp>
#endif
