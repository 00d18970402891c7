// mcpawl/oauth/client/client_registry.hpp - the clients that registered themselves
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/oauth/client/client.hpp>
#include <mcpawl/oauth/client/client_metadata.hpp>
#include <mcpawl/oauth/common/errc.hpp>
#include <mcpawl/oauth/common/redirect_uri.hpp>
#include <mcpawl/oauth/grant/token.hpp>
#include <mcpawl/store/kv_store.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::oauth {

/** A client just registered. */
struct registered_client {
  client record;
  secret client_secret;  ///< Empty if it has none. Nobody will see it again.
};

/** Keeps registered clients (RFC 7591) in a store.

    Anybody can register, so a registration lives for `unused_lifetime` until its client gets a token, and
    then for `lifetime` after the latest; being looked up does not prolong it. A client with a secret is told
    that the secret does not expire, since it is prolonged in the same way.

    @par Errors
    `oauth_errc::unknown_client`, or what the store says.
    @par Lifetime
    The store and the clock must outlive the registry and its tasks.
    @par Thread safety
    All functions may be called from any thread at once. Copies are alike.
*/
class client_registry {
public:
  static constexpr unix_seconds default_lifetime = 90 * 86'400;
  static constexpr unix_seconds default_unused_lifetime = 3600;
  static constexpr std::size_t id_bytes = 18;      ///< Random bytes of a client_id.
  static constexpr std::size_t secret_bytes = 33;  ///< Random bytes of a client_secret.

  explicit client_registry(kv_store& store, redirect_rules rules = {},
                           unix_seconds lifetime = default_lifetime, clock const& time = clock::system(),
                           unix_seconds unused_lifetime = default_unused_lifetime)
      : store_(&store),
        clock_(&time),
        rules_(std::move(rules)),
        lifetime_(lifetime),
        unused_lifetime_(unused_lifetime) {}

  redirect_rules const& rules() const noexcept { return rules_; }

  /** Register a client, for good once it is answered. */
  task<result<registered_client>> add(client_metadata metadata) {
    registered_client out;
    out.record.id = detail::random_base64url(id_bytes);
    out.record.metadata = std::move(metadata);
    out.record.issued = clock_->wall();
    if (has_secret(out.record.metadata.auth)) {
      out.client_secret = secret{detail::random_base64url(secret_bytes)};
      out.record.secret_digest = client::digest_of(out.client_secret);
    }
    auto const saved = co_await save(out.record, store_absent, unused_lifetime_, durability::power_loss);
    if (!saved) co_return saved.error();
    if (!*saved) co_return oauth_errc::contended;  // 144 random bits came twice
    co_return out;
  }

  /** Find a client. */
  task<result<client>> find(std::string id) {
    if (!can_be_id(id)) co_return oauth_errc::unknown_client;
    auto const found = co_await store_->get(client::key_of(id));
    if (!found) co_return found.error();
    if (!*found) co_return oauth_errc::unknown_client;
    co_return client::parse((*found)->value, rules_);
  }

  /** Prolong a registration, since its client got a token; 1 if that was due and is done. Writes once in half a
      `lifetime`. Does nothing for what is no id of ours. */
  task<result<std::size_t>> prolong(std::string id) {
    if (!can_be_id(id)) co_return std::size_t{0};
    auto const found = co_await store_->get(client::key_of(id));
    if (!found) co_return found.error();
    if (!*found) co_return std::size_t{0};
    store_entry const& entry = **found;
    if (entry.expires - clock_->wall() >= lifetime_ / 2) co_return std::size_t{0};
    auto const parsed = client::parse(entry.value, rules_);
    if (!parsed) co_return parsed.error();
    co_return co_await save(*parsed, entry.version, lifetime_, durability::relaxed);
  }

  /** Forget a client; its grants end when they are next refreshed. */
  task<result<std::size_t>> remove(std::string id) {
    if (!can_be_id(id)) co_return std::size_t{0};
    co_return co_await store_->erase(client::key_of(id), durability::power_loss);
  }

private:
  static bool can_be_id(std::string_view id) noexcept {
    return id.size() == id_bytes / 3 * 4 && mcpawl::detail::is_base64url(id);
  }

  task<result<std::size_t>> save(client const& record, store_version expected, unix_seconds lifetime,
                                 durability survives) {
    store_write write(client::key_of(record.id), record.bytes());
    write.expires(clock_->wall() + lifetime).survives(survives);
    auto const written = co_await store_->compare_and_set(std::move(write), expected);
    if (!written) co_return written.error();
    co_return std::size_t{written->has_value()};
  }

  kv_store* store_;
  clock const* clock_;
  redirect_rules rules_;
  unix_seconds lifetime_;
  unix_seconds unused_lifetime_;
};

}  // namespace mcpawl::oauth
