// mcpawl/store/redis/redis_options.hpp - where a Redis server is, and what a store asks of it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/core/separate.hpp>
#include <mcpawl/store/redis/redis_errc.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpawl {

namespace unsafe {

/** Lets a `redis_store` talk to another machine without TLS: whoever is in between reads and changes grants. */
struct plain_redis {
  explicit plain_redis() = default;
};

}  // namespace unsafe

/** A host and a port of a Redis server or of a Sentinel. */
struct redis_host {
  std::string name;
  std::uint16_t port = 6379;
};

/** What a `redis_store` needs to know. */
struct redis_options {
  /** The server; the Sentinels where `primary` is set; some servers of a Cluster where `cluster` is, which tell the others. */
  std::vector<redis_host> hosts;
  /** The name by which Sentinels know the primary; empty without Sentinel. */
  std::string primary;
  bool cluster = false;  ///< The servers are those of a Redis Cluster.
  bool tls = false;
  /** PEM of the authorities that a certificate is checked against; empty for those of the system. */
  std::string authorities;
  /** Talk to other machines without TLS. */
  std::optional<unsafe::plain_redis> plain = {};

  std::string user;  ///< Empty: the default user.
  secret password;
  secret sentinel_password;  ///< Of the Sentinels; they are asked without one if it is empty.
  unsigned database = 0;

  /** What all names in Redis begin with: letters, digits, dots, underscores and hyphens. Stores with one prefix are one store. */
  std::string prefix = "mcpawl";
  /** So many replicas must have a write of `durability::power_loss` before it is acknowledged. */
  unsigned replicas = 0;
  /** False: every write is as `durability::relaxed`, and a server that keeps nothing is good enough. */
  bool durable = true;

  logger log = {};

  /** Read a URL:
      `redis://`, `rediss://[user:password@]host[:port][/database][?name=value&...]`, or
      `redis+sentinel://`, `rediss+sentinel://[user:password@]host[:port],host[:port].../name[?...]`, or
      `redis+cluster://`, `rediss+cluster://[user:password@]host[:port],host[:port]...[?...]`. Names are
      `prefix`, `replicas`, `durable` (`yes`, `no`), `database`, `authorities` and `password_file` (paths), `unsafe=plain_text`. What is
      wrong is appended to `mistakes`, a sentence each, without what the URL holds.

      @par Errors
      That of the first mistake: `redis_errc::bad_url`, `cluster`, `plain_text`, `bad_trust`, `bad_password`. */
  MCPAWL_DECL static result<redis_options> parse(std::string_view url, std::vector<std::string>& mistakes);
};

namespace detail {

/** Whether nobody on the way could read or change what is said, or the options say that it does not matter. */
MCPAWL_DECL bool may_talk_to(redis_options const& with, redis_host const& where);

}  // namespace detail

}  // namespace mcpawl

#ifndef MCPAWL_SEPARATE_COMPILATION
#include <mcpawl/store/redis/redis_options.ipp>
#endif
