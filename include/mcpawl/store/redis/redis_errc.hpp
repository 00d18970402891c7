// mcpawl/store/redis/redis_errc.hpp - why a Redis server is not taken for a store
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>

namespace mcpawl {

/** What is wrong with a server, or with the URL that names it. Operations of an open store have `store_errc`. */
enum class redis_errc {
  bad_url = 1,  ///< The URL is not of the form that docs/redis.md has.
  cluster,  ///< The server is part of a Cluster and should not be, or should be, or not all of it is there.
  plain_text,     ///< Without TLS to another machine.
  bad_trust,      ///< The file of certificate authorities cannot be used.
  bad_password,   ///< The file of the password cannot be used.
  not_found,      ///< The host has no address, or no Sentinel knows the name.
  not_reached,    ///< No connection, or no answer in time.
  tls_failed,     ///< The handshake of TLS failed.
  certificate,    ///< The certificate of the server is not for it, or of nobody who is trusted.
  no_redis,       ///< What answers does not speak the protocol of Redis.
  login_refused,  ///< User or password are wrong.
  not_allowed,    ///< The user may not run a command that is needed.
  too_old,        ///< Redis before 7.0, Valkey before 7.2.
  replica,        ///< The server is a replica.
  evicting,       ///< The server drops entries when its memory is full.
  not_durable,    ///< Nothing makes a write survive that must.
  loading,        ///< The server is still reading its data.
  refused,        ///< It refused a command of the start for another reason.
};

constexpr error_entry describe(redis_errc e) noexcept {
  using enum redis_errc;
  switch (e) {
    case bad_url: return {"URL of Redis not understood", condition::configuration};
    case cluster:
      return {"the servers are no whole Redis Cluster, or the server is part of one",
              condition::configuration};
    case plain_text: return {"Redis on another machine without TLS", condition::configuration};
    case bad_trust: return {"certificate authorities for Redis not usable", condition::configuration};
    case bad_password: return {"file of the password for Redis not usable", condition::configuration};
    case not_found: return {"Redis server not found", condition::unavailable};
    case not_reached: return {"Redis server not reached", condition::unavailable};
    case tls_failed: return {"TLS with Redis failed", condition::unavailable};
    case certificate: return {"certificate of Redis refused", condition::configuration};
    case no_redis: return {"no Redis server", condition::configuration};
    case login_refused: return {"Redis refused user or password", condition::configuration};
    case not_allowed: return {"Redis does not allow a command that is needed", condition::configuration};
    case too_old: return {"Redis too old", condition::configuration};
    case replica: return {"Redis server is a replica", condition::configuration};
    case evicting: return {"Redis evicts entries", condition::configuration};
    case not_durable: return {"Redis does not keep what must survive", condition::configuration};
    case loading: return {"Redis is loading its data", condition::unavailable};
    case refused: return {"Redis refused a command of the start", condition::unavailable};
  }
  return {"unknown error of Redis", condition::internal};
}
constexpr char const* category_name(redis_errc) noexcept { return "mcpawl.redis"; }
inline error_code make_error_code(redis_errc e) noexcept { return code_of(e); }

}  // namespace mcpawl

template <>
struct boost::system::is_error_code_enum<mcpawl::redis_errc> : std::true_type {};
