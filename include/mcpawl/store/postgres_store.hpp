// mcpawl/store/postgres_store.hpp - a store in PostgreSQL, for servers on many machines
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/core/separate.hpp>
#include <mcpawl/store/errc.hpp>
#include <mcpawl/store/kv_store.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpawl {

namespace unsafe {

/** Says that connections to a database beyond this machine may be without TLS: whoever is in between reads and changes all of it. */
struct plain_database {
  explicit plain_database() = default;
};

}  // namespace unsafe

/** What a `postgres_store` is opened with, besides the URL. */
struct postgres_options {
  /** Connections for writes that survive a power cut; so many are made at the start, and up to `most_connections`
      when all of them are busy. Only these share flushes of the disk. One more serves everything else. */
  std::size_t connections = 4;
  std::size_t most_connections = 16;
  std::optional<unsafe::plain_database> plain_database = {};
  logger log = {};  ///< What happens to the connections of channels, and clocks that differ.
};

/** A `kv_store` in PostgreSQL, for any number of processes on any number of machines.

    Everything is in the schema `mcpawl`, which the first to open it makes. A thread of the store's own has all
    connections: one on which reads and writes of `durability::relaxed` follow each other without waiting
    (`synchronous_commit` off), and several for `durability::power_loss`. The latter survives a failover, too, if the
    server has a synchronous standby.

    An operation has 2 seconds, in which a connection that breaks is made anew and the operation repeated where that
    is safe; then it is `store_errc::unreachable` if it was not done, or `unconfirmed` if nobody knows. A server that
    was restarted, or another of the URL that has become the primary, is found without a restart of this process.

    Whether an entry has expired is judged by the clock of the process, so clocks must agree: at the start a difference of more than 5 seconds is refused, and later on one
    of more than a second is told in the log.

    What strangers can fill is bounded by `store_quotas`, of `bounded_bytes`.

    What it does not do: encrypt what it keeps. Whoever can read the tables sees the keys and the values.

    Needs libpq 14 and, to link, `mcpawl::postgres` (CMake), `mcpawl_postgres_dep` (Meson) or `pkg-config mcpawl_postgres`,
    whose variable `source` names a file to compile once. The server must be PostgreSQL 12 or newer.

    @par Errors
    `store_errc`: besides the above `busy` where somebody else holds an entry for a second or too much waits, `full`
    for a full disk of the server, `read_only` where the role may not write, `foreign` where the tables are gone.
    @par Lifetime
    The destructor waits until everything that was submitted is answered, 2 seconds at most, and for a look-up of a
    name. It must not run on a thread that somebody waits for.
    @par Thread safety
    All operations may be called from any thread at once.

    @code
    auto store = mcpawl::postgres_store::open("postgresql://adder@db.example.com/adder");
    if (!store) throw mcpawl::configuration_error("OAUTH_KV: " + store.error().message());
    @endcode
*/
class postgres_store : public kv_store {
public:
  /** What the quotas are parts of. Other keys have as much room as the server. */
  static constexpr std::size_t bounded_bytes = std::size_t{1} << 30;

  /** Connect, look whether the server keeps what it promises, and make the tables if there are none. The clock must
      outlive the store.

      @param url  `postgresql://user@host:port/database?sslrootcert=...`, with all that libpq takes; beyond this machine
                  `sslmode` is `verify-full` unless it says otherwise
      @param why  gets sentences about all that is wrong, without passwords

      @par Errors
      `store_errc::cannot_open` for the URL, the database and TLS, `permissions` for a role that is not let in or may not make the schema, `unreachable`,
      `read_only` for a standby, `unfit` for a server with `fsync` off, too old, or with another time, `foreign`,
      `newer_schema`. */
  MCPAWL_DECL static result<std::unique_ptr<postgres_store>> open(std::string const& url,
                                                                  postgres_options options, clock const& time,
                                                                  std::vector<std::string>& why);
  MCPAWL_DECL static result<std::unique_ptr<postgres_store>> open(std::string const& url,
                                                                  postgres_options options = {},
                                                                  clock const& time = clock::system());

  // for open_store
  static constexpr std::string_view url_form = "postgresql://...";
  static bool takes_url(std::string_view url) noexcept {
    return url.starts_with("postgresql://") || url.starts_with("postgres://");
  }
  static result<std::unique_ptr<postgres_store>> open_url(std::string const& url, clock const& time) {
    return open(url, {}, time);
  }
  static result<std::unique_ptr<postgres_store>> open_url(std::string const& url, clock const& time,
                                                          std::vector<std::string>& why) {
    return open(url, {}, time, why);
  }

  /** The server's clock minus ours, when it was asked last, which is each minute. Expiry does not depend on it. */
  virtual std::chrono::milliseconds clock_offset() const noexcept = 0;

private:
  class impl;

  postgres_store() = default;
};

}  // namespace mcpawl

#ifndef MCPAWL_SEPARATE_COMPILATION
#include <mcpawl/store/postgres_store.ipp>
#endif
