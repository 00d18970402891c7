// mcpawl/http/listener_rules.hpp - what all connections of one listener have in common
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/http/forwarded.hpp>
#include <mcpawl/http/tls_slot.hpp>
#include <mcpawl/observe/observation.hpp>

#include <cstddef>
#include <memory>
#include <string>

namespace mcpawl::http {

/** What a connection has to know of the socket it came by. Read by all threads. */
struct listener_rules {
  std::size_t number = 0;                      ///< Of the listener, from 0 on.
  bool unix_socket = false;                    ///< Clients have no address.
  std::shared_ptr<detail::tls_slot> tls = {};  ///< Null: HTTP without TLS.
  detail::proxy_rules proxies = {};
  std::string name = {};                                  ///< For observers: the address, as in the options.
  mcpawl::detail::observation const* observed = nullptr;  ///< Null where nobody observes.
};

}  // namespace mcpawl::http
