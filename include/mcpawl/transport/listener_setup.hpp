// mcpawl/transport/listener_setup.hpp - checks the options of listeners and makes the rules of each
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/http/listener_rules.hpp>
#include <mcpawl/http/passed_sockets.hpp>
#include <mcpawl/http/tls_slot.hpp>
#include <mcpawl/http/unix_listener.hpp>
#include <mcpawl/transport/erased_policy.hpp>
#include <mcpawl/transport/http_options.hpp>

#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** What a server knows of one of its listeners. */
struct listener_setup {
  listener_options options;  ///< Of a socket that was passed: with the address that it has.
  http::listener_rules rules;
  int passed = -1;  ///< The descriptor of a socket that was passed, which stays open; -1 if it is to be made.

  bool is_unix() const noexcept { return options.address.starts_with(http::detail::unix_scheme); }
  std::string unix_path() const { return options.address.substr(http::detail::unix_scheme.size()); }

  /** What records call it. */
  std::string name() const {
    return is_unix() ? options.address : options.address + ':' + std::to_string(options.port);
  }

  /** Whether only programs of this machine reach it, a browser among them: over a Unix-domain socket none does, but a
      proxy may let one through. */
  bool is_loopback() const {
    boost::system::error_code ignored;
    return !is_unix() && boost::asio::ip::make_address(options.address, ignored).is_loopback();
  }

  /** Whether other machines reach it without anything in between. */
  bool is_for_other_machines() const {
    boost::system::error_code ec;
    auto const at = boost::asio::ip::make_address(options.address, ec);
    return !is_unix() && !ec && !at.is_loopback();
  }

  /** The URL of a path there; of a Unix-domain socket in the notation of nginx. */
  std::string url(std::uint16_t port, std::string_view path) const {
    std::string text = options.tls ? "https://" : "http://";
    bool const v6 = !is_unix() && options.address.find(':') != std::string::npos;
    if (v6) text += '[';
    text += options.address;
    if (v6) text += ']';
    text += ':';
    if (!is_unix()) text += std::to_string(port);
    return text.append(path);
  }
};

/** Find the socket that was passed for a listener. */
inline void take_passed(listener_setup& to, std::vector<std::string>& errors) {
  auto const found = http::detail::passed_sockets::of_process().find(to.options.address);
  if (!found.fault.empty()) {
    errors.push_back("address \"" + to.options.address + "\" " + found.fault);
    return;
  }
  to.passed = found.descriptor;
  to.options.address = found.address;
  to.options.port = found.port;
}

/** The listeners of a server.

    @par Errors
    Appends a sentence to `errors` for everything that is wrong; files of certificates are read for it.
*/
inline std::vector<std::unique_ptr<listener_setup>> listener_setups(http_options const& options,
                                                                    bool needs_client_certificates,
                                                                    std::vector<std::string>& errors) {
  std::vector<listener_options> wanted = options.listeners;
  if (wanted.empty())
    wanted.push_back({options.address, options.port, options.tls, options.unix_mode, options.proxies});
  else if (options.tls || !options.proxies.peers.empty())
    errors.emplace_back("tls and proxies belong into each of the listeners, where there are any");
  std::vector<std::unique_ptr<listener_setup>> made;
  for (auto& each : wanted) {
    auto one = std::make_unique<listener_setup>();
    one->options = std::move(each);
    one->rules.number = made.size();
    std::vector<std::string> wrong;
    if (http::detail::is_passed(one->options.address)) take_passed(*one, wrong);
    one->rules.unix_socket = one->is_unix();
    boost::system::error_code ec;
    boost::asio::ip::make_address(one->options.address, ec);
    if (one->passed >= 0 || http::detail::is_passed(one->options.address)) {
      // there is nothing to be made, or the fault is noted
    } else if (one->is_unix()) {
      std::string const fault = http::detail::validate_unix_path(one->unix_path());
      if (!fault.empty()) wrong.push_back("address \"" + one->options.address + "\" " + fault);
      if (one->options.unix_mode > 0777) wrong.emplace_back("unix_mode must be from 0 to 0777");
    } else if (ec) {
      wrong.push_back("address \"" + one->options.address +
                      "\" is not a literal IPv4 or IPv6 address, unix:/path or fd:NAME");
    }
    one->rules.proxies = http::detail::proxy_rules::read(one->options.proxies, wrong);
    if (one->options.tls) {
      std::string const name = one->options.address + ":" + std::to_string(one->options.port);
      one->rules.tls = std::make_shared<http::detail::tls_slot>(*one->options.tls, name);
      for (auto& fault : one->rules.tls->reload().all) wrong.push_back("tls: " + std::move(fault));
    }
    if (needs_client_certificates && (!one->options.tls || one->options.tls->client_authorities.empty()))
      wrong.emplace_back("the policy knows callers by their certificates: set tls.client_authorities");
    for (auto& fault : wrong)
      errors.push_back(wanted.size() == 1
                           ? std::move(fault)
                           : "listener " + std::to_string(made.size() + 1) + ": " + std::move(fault));
    made.push_back(std::move(one));
  }
  return made;
}

/** Where listeners and policy do not go together, a sentence each.

    @param loopback_only  what the policy says of it */
inline void note_misfits(erased_policy const& policy, std::string const& loopback_only,
                         std::vector<std::unique_ptr<listener_setup>> const& listeners,
                         std::vector<std::string>& errors) {
  std::string const local_only = policy.local_only();
  bool asked = false;
  for (auto const& each : listeners) {
    std::string const& address = each->options.address;
    if (!loopback_only.empty() && !each->is_loopback())
      errors.push_back("address \"" + address + "\" can be reached by " +
                       (each->is_unix() ? "proxies" : "other machines") +
                       "; it must be 127.0.0.1 or ::1, because " + loopback_only);
    // the PROXY protocol adds nothing to a request by which it could be told from one of this machine
    if (!loopback_only.empty() && !each->options.proxies.peers.empty())
      errors.push_back("proxies hand on what other machines send; there must be none, because " +
                       loopback_only);
    if (!local_only.empty() && each->is_for_other_machines())
      errors.push_back("address \"" + address +
                       "\" can be reached by other machines; it must be 127.0.0.1, " +
                       "::1 or unix:/path, because " + local_only);
    asked = asked || (each->options.tls && !each->options.tls->client_authorities.empty());
  }
  if (!asked && policy.takes_client_certificates() && !policy.needs_client_certificates())
    errors.emplace_back(
        "the policy knows some callers by their certificates: set tls.client_authorities of a listener");
}

}  // namespace mcpawl::detail
