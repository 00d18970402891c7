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
#include <mcpawl/transport/endpoint_source.hpp>
#include <mcpawl/transport/guard.hpp>
#include <mcpawl/transport/http_options.hpp>
#include <mcpawl/transport/listener_setup.hpp>
#include <mcpawl/transport/user_routes.hpp>
#include <mcpawl/transport/validate_endpoints.hpp>

#include <algorithm>
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

/** What is wrong with the pages that may call, in sentences. */
inline void note_errors_of_pages(std::vector<std::string> const& origins,
                                 std::vector<std::string> const& headers, std::vector<std::string>& errors) {
  for (auto const& origin : origins)
    if (!guard::is_origin(origin))
      errors.push_back("allowed origin \"" + origin + "\" is not scheme://host[:port]");
  for (auto const& name : headers)
    if (!http::is_token(name))
      errors.push_back("allowed header \"" + name + "\" is not the name of a header");
}

/** What is wrong with one server and where it is, in sentences. */
inline void note_errors_of(endpoint_source const& one,
                           std::vector<std::unique_ptr<listener_setup>> const& listeners,
                           std::vector<std::string>& errors) {
  std::string const& sse_path = one.options.sse_path;
  note_misfits(*one.policy, one.policy->loopback_only(), listeners, errors);
  if (!one.path.starts_with('/') || one.path.find_first_of("?# ") != std::string::npos)
    errors.push_back("path \"" + one.path + "\" must start with / and have no query");
  if (!sse_path.empty() && (!sse_path.starts_with('/') || sse_path == one.path ||
                            sse_path.find_first_of("?# ") != std::string::npos))
    errors.push_back("sse_path \"" + sse_path + "\" must start with /, differ from path and have no query");
  for (auto& wrong : key_errors(*one.protocol)) errors.push_back(std::move(wrong));
  note_errors_of_pages(one.options.allowed_origins, one.options.allowed_headers, errors);
}

/** The listeners of servers whose options are right.

    @par Errors
    Throws `configuration_error` with everything that is wrong with registrations and options. */
inline std::vector<std::unique_ptr<listener_setup>> validate_options(
    std::vector<endpoint_source> const& servers, http_options const& options) {
  std::vector<std::string> errors;
  // of several servers each says which one it is
  auto const add = [&](endpoint_source const& of, std::vector<std::string> wrong) {
    for (auto& each : wrong)
      errors.push_back(servers.size() == 1 ? std::move(each) : of.path + ": " + std::move(each));
  };
  for (auto const& each : servers) add(each, registration_errors(*each.protocol));
  std::size_t const registered = errors.size();
  if (servers.empty()) errors.emplace_back("there must be a server");
  bool const needs_certificates = std::any_of(servers.begin(), servers.end(), [](auto const& each) {
    return each.policy->needs_client_certificates();
  });
  auto listeners = listener_setups(options, needs_certificates, errors);
  for (auto const& each : servers) {
    std::vector<std::string> wrong;
    note_errors_of(each, listeners, wrong);
    add(each, std::move(wrong));
  }
  note_errors_of_sharing(servers, options, errors);
  if (options.threads == 0 || options.threads > 1024) errors.push_back("threads must be from 1 to 1024");
  if (options.executor && options.threads != 1)
    errors.emplace_back("threads must be 1 with an executor, which runs one thing at a time");
  note_errors_of_observing(options, errors);
  note_errors_of_routes(options, servers, errors);
  for (auto const& host : options.allowed_hosts)
    if (!detail::split_authority(host))
      errors.push_back("allowed host \"" + host + "\" is not a name with an optional port");
  note_errors_of_pages(options.allowed_origins, options.allowed_headers, errors);
  if (errors.empty()) return listeners;
  if (registered == 0) throw configuration_error(std::move(errors));
  std::string place(offer_place);
  if (registered != errors.size()) place += " and in the settings";
  throw configuration_error(std::move(errors), place);
}

/** The guards of a server, one for each listener.

    A server that only this machine reaches, or that lets everybody in, must know its names, and so must those beside it. One that
    listens for others behind a policy may be reached by names we do not know.

    @param open  whether one of the servers lets everybody in */
inline std::vector<guard> host_guards(http_options const& options, endpoint_options const& own,
                                      std::vector<std::unique_ptr<listener_setup>> const& listeners,
                                      bool open) {
  std::vector<std::string> origins = options.allowed_origins;
  origins.insert(origins.end(), own.allowed_origins.begin(), own.allowed_origins.end());
  std::vector<guard> guards;
  for (auto const& each : listeners)
    guards.emplace_back(options.allowed_hosts, origins,
                        !each->is_loopback() && !open && options.allowed_hosts.empty());
  return guards;
}

}  // namespace mcpawl::detail
