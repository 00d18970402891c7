// examples/saas_settings.hpp - the settings of servers that are their own authorization server, before Access
#pragma once

#include <mcpawl/auth/access_oauth.hpp>
#include <mcpawl/mcpawl.hpp>
#include <mcpawl/store/local_store.hpp>

#include "options.hpp"

#include <memory>
#include <string>
#include <utility>

namespace examples {

/** What `access_oauth` is made of. */
class saas_settings {
public:
  using policy_type = mcpawl::access_oauth<mcpawl::local_store>;

  /** Read them from the environment, noting the mistakes in `settings`. */
  saas_settings(mcpawl::settings& settings, std::string server_name)
      : access_(mcpawl::access_oauth_options::from(settings)),
        store_(mcpawl::open_store<mcpawl::local_store>(settings)) {
    access_.named(std::move(server_name));
    access_.run_by(settings.optional("OPERATOR_NAME"), settings.optional("OPERATOR_URL"));
    if (settings.flag("REFRESH_UNCHECKED")) access_.refresh_unchecked();
  }

  saas_settings& lifetimes(mcpawl::oauth::token_lifetimes times) {
    access_.lifetimes(times);
    return *this;
  }

  /** Let in who calls the server by its public name. Not before it is known that nothing is wrong. */
  void serve_at(mcpawl::http_options& options) const {
    options.allowed_hosts.push_back(access_.public_url().authority());
  }

  policy_type policy() && { return policy_type(std::move(access_), std::move(store_)); }

private:
  mcpawl::access_oauth_options access_;
  std::shared_ptr<mcpawl::local_store> store_;
};

}  // namespace examples
