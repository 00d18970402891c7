// examples/shared/program.hpp - what the examples that serve HTTP share: where they listen, and that they are ready
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/settings.hpp>
#include <mcpawl/transport/http_options.hpp>

#include "options.hpp"

#include <cstdio>
#include <string>
#include <utility>

namespace examples {

/** Tell whoever waits on standard output where the server is: for `http_options::on_ready`. */
inline void print_ready(std::string const& url) {
  std::printf("listening on %s\n", url.c_str());
  std::fflush(stdout);
}

/** Read where to listen, `--listen`, and by how many threads, `--threads`; says when the server is ready. */
inline mcpawl::http_options listening(command_line& line, std::string fallback) {
  endpoint const at = line.listen("--listen", std::move(fallback));
  mcpawl::http_options options{.address = at.address, .port = at.port};
  options.threads = line.number("--threads", 1, 1, 256);
  options.on_ready = print_ready;
  return options;
}

/** Read the public names of the server, `ALLOWED_HOSTS`, and the web pages that may call it, `ALLOWED_ORIGINS`. */
inline void read_allowed(mcpawl::settings& settings, mcpawl::http_options& options) {
  options.allowed_hosts = list(settings, "ALLOWED_HOSTS");
  options.allowed_origins = list(settings, "ALLOWED_ORIGINS");
}

}  // namespace examples
