// examples/shared/stores.hpp - the stores that the examples are built with, by the settings OAUTH_KV and SHARED_STORE
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/settings.hpp>
#include <mcpawl/mcp/offer/server_options.hpp>
#include <mcpawl/store/memory_store.hpp>
#include <mcpawl/store/open_store.hpp>
#ifdef EXAMPLES_WITH_POSTGRES
#include <mcpawl/store/postgres_store.hpp>
#endif
#ifdef EXAMPLES_WITH_REDIS
#include <mcpawl/store/redis/redis_store.hpp>
#endif

#include "session_keys.hpp"

#include <memory>
#include <string>

namespace examples {

/** Open the store that a setting names, which must be there, of kinds that carry messages between instances, or of others. */
template <class... Others>
std::shared_ptr<mcpawl::kv_store> open_store(mcpawl::settings& settings, std::string const& name) {
#if defined(EXAMPLES_WITH_POSTGRES) && defined(EXAMPLES_WITH_REDIS)
  return mcpawl::open_store<Others..., mcpawl::postgres_store, mcpawl::redis_store, mcpawl::memory_store>(
      settings, name);
#elif defined(EXAMPLES_WITH_POSTGRES)
  return mcpawl::open_store<Others..., mcpawl::postgres_store, mcpawl::memory_store>(settings, name);
#elif defined(EXAMPLES_WITH_REDIS)
  return mcpawl::open_store<Others..., mcpawl::redis_store, mcpawl::memory_store>(settings, name);
#else
  return mcpawl::open_store<Others..., mcpawl::memory_store>(settings, name);
#endif
}

/** What instances of a server have in common: `SESSION_KEYS`, and `SHARED_STORE` where there are several at once. */
inline mcpawl::server_options shared_by_instances(mcpawl::settings& settings) {
  mcpawl::server_options out;
  out.keys = session_keys(settings);
  std::string const name = "SHARED_STORE";
  if (!settings.optional(name).empty()) out.shared_store = examples::open_store(settings, name);
  return out;
}

}  // namespace examples
