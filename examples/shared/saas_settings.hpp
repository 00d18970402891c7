// examples/shared/saas_settings.hpp - the settings of servers that are their own authorization server, before Access
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/auth/access_oauth.hpp>
#include <mcpawl/mcpawl.hpp>
#include <mcpawl/store/sqlite_store.hpp>

#include "options.hpp"
#include "stores.hpp"

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
      : access_(mcpawl::access_oauth_options::from(settings)),
        store_(examples::open_store<mcpawl::sqlite_store>(settings, "OAUTH_KV")) {
    access_.server_name = std::move(server_name);
    access_.several_instances = !settings.optional("SHARED_STORE").empty();
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
  mcpawl::access_oauth_options access_;
  std::shared_ptr<mcpawl::kv_store> store_;
};

}  // namespace examples
