// mcpawl/transport/validate_options.hpp - checks a server and its options before it is served
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/ip/address.hpp>

#include <mcpawl/core/configuration_error.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/crypto/weak_key.hpp>
#include <mcpawl/http/fields.hpp>
#include <mcpawl/mcp/offer/registration.hpp>
#include <mcpawl/mcp/offer/server_state.hpp>
#include <mcpawl/mcp/session/session_manager.hpp>
#include <mcpawl/transport/erased_policy.hpp>
#include <mcpawl/transport/guard.hpp>
#include <mcpawl/transport/http_options.hpp>
#include <mcpawl/transport/listener_setup.hpp>
#include <mcpawl/transport/user_routes.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** What is wrong with the options of observers and of the admin listener, in sentences. */
inline void note_errors_of_observing(http_options const& options, std::vector<std::string>& errors) {
  for (auto const* each : options.observers)
    if (each == nullptr) errors.emplace_back("observers must not hold a null pointer");
  auto const size = options.hash_key.reveal().size();
  if (size != 0 && (size < 32 || size > 64))
    errors.emplace_back("hash_key must have 32 to 64 bytes");
  else if (size != 0 && is_weak_key(options.hash_key))
    errors.push_back("hash_key " + std::string(weak_key_words));
  if (!options.admin) return;
  error_code ec;
  boost::asio::ip::make_address(options.admin->address, ec);
  if (ec)
    errors.push_back("admin address \"" + options.admin->address +
                     "\" is not a literal IPv4 or IPv6 address");
}

/** The listeners of a server whose options are right.

    @par Errors
    Throws `configuration_error` with everything that is wrong with registrations and options. */
inline std::vector<std::unique_ptr<listener_setup>> validate_options(server_state const& protocol,
                                                                     erased_policy const& policy,
                                                                     std::string const& loopback_only,
                                                                     http_options const& options) {
  std::vector<std::string> errors = registration_errors(protocol);
  std::size_t const registered = errors.size();
  auto listeners = listener_setups(options, policy.needs_client_certificates(), errors);
  note_misfits(policy, loopback_only, listeners, errors);
  if (options.threads == 0 || options.threads > 1024) errors.push_back("threads must be from 1 to 1024");
  if (options.executor && options.threads != 1)
    errors.emplace_back("threads must be 1 with an executor, which runs one thing at a time");
  if (!options.path.starts_with('/') || options.path.find_first_of("?# ") != std::string::npos)
    errors.push_back("path \"" + options.path + "\" must start with / and have no query");
  if (!options.sse_path.empty() && (!options.sse_path.starts_with('/') || options.sse_path == options.path ||
                                    options.sse_path.find_first_of("?# ") != std::string::npos))
    errors.push_back("sse_path \"" + options.sse_path +
                     "\" must start with /, differ from path and have no query");
  for (auto& wrong : key_errors(protocol)) errors.push_back(std::move(wrong));
  note_errors_of_observing(options, errors);
  note_errors_of_routes(options, policy, errors);
  for (auto const& host : options.allowed_hosts)
    if (!detail::split_authority(host))
      errors.push_back("allowed host \"" + host + "\" is not a name with an optional port");
  for (auto const& origin : options.allowed_origins)
    if (!guard::is_origin(origin))
      errors.push_back("allowed origin \"" + origin + "\" is not scheme://host[:port]");
  for (auto const& name : options.allowed_headers)
    if (!http::is_token(name))
      errors.push_back("allowed header \"" + name + "\" is not the name of a header");
  if (errors.empty()) return listeners;
  if (registered == 0) throw configuration_error(std::move(errors));
  std::string place(offer_place);
  if (registered != errors.size()) place += " and in the settings";
  throw configuration_error(std::move(errors), place);
}

/** A server that only this machine reaches, or that lets everybody in, must know its names. One that
    listens for others behind a policy may be reached by names we do not know. */
inline std::vector<guard> host_guards(http_options const& options,
                                      std::vector<std::unique_ptr<listener_setup>> const& listeners,
                                      bool open) {
  std::vector<guard> guards;
  for (auto const& each : listeners)
    guards.emplace_back(options.allowed_hosts, options.allowed_origins,
                        !each->is_loopback() && !open && options.allowed_hosts.empty());
  return guards;
}

}  // namespace mcpawl::detail
