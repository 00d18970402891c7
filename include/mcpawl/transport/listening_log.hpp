// mcpawl/transport/listening_log.hpp - what the log says of where a server listens, and with what
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/log.hpp>
#include <mcpawl/transport/listener_setup.hpp>
#include <mcpawl/transport/served_endpoint.hpp>
#include <mcpawl/version.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace mcpawl::detail {

/** Say where a server is reached by a listener, and that nobody is kept away if so.

    @param url  of its endpoint there */
inline void log_listening(served_endpoint const& which, listener_setup const& listener, std::string_view url,
                          logger const& log) {
  server_state const& offered = which.protocol();
  std::string const tools = std::to_string(offered.tools.size());
  std::string const resources = std::to_string(offered.resources.size());
  std::string const templates = std::to_string(offered.templates.size());
  std::string const prompts = std::to_string(offered.prompts.size());
  log.info("listening", {{"url", url},
                         {"policy", which.policy_name},
                         {"tools", tools},
                         {"resources", resources},
                         {"templates", templates},
                         {"prompts", prompts},
                         {"version", MCPAWL_VERSION_STRING}});
  if (which.source.open && !listener.is_loopback() && !listener.is_unix())
    log.warning(
        "open_to_everybody",
        {{"url", url},
         {"reason", "there is no policy that tells callers apart, and other machines reach the address"}});
}

/** Say where the admin listener is. */
inline void log_admin_listening(std::string_view address, std::uint16_t port, logger const& log) {
  bool const v6 = address.find(':') != std::string_view::npos;
  std::string at = "http://";
  at.append(v6 ? "[" : "").append(address).append(v6 ? "]:" : ":");
  at += std::to_string(port);
  log.info("admin_listening", {{"url", at}});
}

}  // namespace mcpawl::detail
