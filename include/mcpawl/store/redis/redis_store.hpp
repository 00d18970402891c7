// mcpawl/store/redis/redis_store.hpp - a store in a Redis or Valkey server, for many machines
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/separate.hpp>
#include <mcpawl/store/errc.hpp>
#include <mcpawl/store/kv_store.hpp>
#include <mcpawl/store/redis/redis_errc.hpp>
#include <mcpawl/store/redis/redis_options.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mcpawl {

/** A `kv_store` in a Redis server (7.0 or newer) or a Valkey server (7.2 or newer), alone, found by Sentinels, or as a Cluster; any
    number of processes on any number of machines may share it.

    Each operation is one command or script, which the server carries out at one moment. An entry whose writer has told its version is
    written once, however often it is sent, and so is a take; so what is lost with a connection is sent again, for 2 seconds at
    most. `put` alone is not: its outcome is `store_errc::unconfirmed` then.

    A write of `durability::power_loss` is acknowledged when the server's log is flushed (`appendfsync always`, or WAITAOF), and
    `redis_options::replicas` have it (WAIT). `durability::relaxed` is what the server makes of it: with `appendfsync everysec` its crash
    loses a second.

    `scan` lists one group: the prefix is a class and a group, `grant/<owner>/`, and perhaps the beginning of what follows. Keys that
    begin with `flow/`, `client/`, `assertion/` or `upstream/` are in no group. `purge` has nothing to do: the server deletes what has
    expired, a minute later. There is no quota for what strangers cause; a full server takes no new entries, and lets those that
    are there be changed and removed.

    What it does not do: encrypt. Whoever can read the server sees keys and values, and who can write to it makes grants.

    Needs hiredis (0.14 or newer) and, to link, `mcpawl::redis` (CMake), `mcpawl_redis_dep` (Meson) or `pkg-config mcpawl_redis`, whose
    variable `source` names a file to compile once.

    @par Errors
    `store_errc`: `unreachable` where nothing was done, `unconfirmed` where that is not known, `full` (the server's `maxmemory`), `busy`
    (a script of somebody else does not end, or too much waits), `foreign` (the name is used by another program), `bad_key`
    (also the prefix of a scan that names no group), `io`, `closed`.
    @par Lifetime
    The destructor waits until everything that was submitted is answered, 2 seconds at most.
    @par Thread safety
    All operations may be called from any thread at once.

    @code
    auto store = mcpawl::redis_store::open_url("rediss://adder:secret@cache.example.com/0", mcpawl::clock::system());
    if (!store) throw mcpawl::configuration_error("OAUTH_KV: " + store.error().message());
    @endcode
*/
class redis_store : public kv_store {
public:
  /** Connect, and see whether the server is fit. The clock must outlive the store.

      @param mistakes  gets a sentence for each thing that is wrong, if it is not null

      @par Errors
      `redis_errc`: that of the first mistake. */
  MCPAWL_DECL static result<std::unique_ptr<redis_store>> open(redis_options options,
                                                               clock const& time = clock::system(),
                                                               std::vector<std::string>* mistakes = nullptr);

  // for open_store: what redis_options::parse reads
  static constexpr std::string_view url_form = "a redis:// or rediss:// URL";
  MCPAWL_DECL static bool takes_url(std::string_view url) noexcept;
  MCPAWL_DECL static result<std::unique_ptr<redis_store>> open_url(std::string_view url, clock const& time);
  MCPAWL_DECL static result<std::unique_ptr<redis_store>> open_url(std::string_view url, clock const& time,
                                                                   std::vector<std::string>& mistakes);

  /** The server's clock minus ours, when it was asked last. Expiry does not depend on it. */
  virtual std::chrono::milliseconds clock_offset() const noexcept = 0;

private:
  class impl;

  redis_store() = default;
};

}  // namespace mcpawl

#ifndef MCPAWL_SEPARATE_COMPILATION
#include <mcpawl/store/redis/redis_store.ipp>
#endif
