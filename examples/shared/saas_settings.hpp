// examples/shared/saas_settings.hpp - the settings of servers that are their own authorization server, before Access
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/auth/access_oauth.hpp>
#include <mcpawl/mcpawl.hpp>
#include <mcpawl/store/memory_store.hpp>
#include <mcpawl/store/open_store.hpp>
#include <mcpawl/store/sqlite_store.hpp>
#ifdef EXAMPLES_WITH_POSTGRES
#include <mcpawl/store/postgres_store.hpp>
#endif

#include "options.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace examples {

/** What `access_oauth` is made of. */
class saas_settings {
public:
  /** Read them from the environment, noting the errors in `settings`. */
  saas_settings(mcpawl::settings& settings, std::string server_name)
      : access_(mcpawl::access_oauth_options::from(settings)), store_(open_store(settings)) {
    access_.server_name = std::move(server_name);
    access_.operator_name = settings.optional("OPERATOR_NAME");
    access_.operator_url = settings.optional("OPERATOR_URL");
    access_.refresh_unchecked = settings.flag("REFRESH_UNCHECKED");
  }

  saas_settings& lifetimes(mcpawl::oauth::token_lifetimes times) {
    access_.lifetimes = times;
    return *this;
  }

  saas_settings& scopes(std::vector<mcpawl::offered_scope> all) {
    access_.scopes = std::move(all);
    return *this;
  }

  /** Let in who calls the server by its public name. Not before it is known that nothing is wrong. */
  void serve_at(mcpawl::http_options& options) const {
    options.allowed_hosts.push_back(access_.endpoint().authority());
  }

  mcpawl::access_oauth policy() && { return {std::move(access_), std::move(store_)}; }

private:
  /** Of the kinds that the examples are built with. */
  static std::shared_ptr<mcpawl::kv_store> open_store(mcpawl::settings& settings) {
#ifdef EXAMPLES_WITH_POSTGRES
    return mcpawl::open_store<mcpawl::sqlite_store, mcpawl::postgres_store, mcpawl::memory_store>(settings);
#else
    return mcpawl::open_store<mcpawl::sqlite_store, mcpawl::memory_store>(settings);
#endif
  }

  mcpawl::access_oauth_options access_;
  std::shared_ptr<mcpawl::kv_store> store_;
};

}  // namespace examples
