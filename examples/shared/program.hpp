// examples/shared/program.hpp - how the examples say that they are ready, and what they end with when they fail
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/configuration_error.hpp>

#include <cstdio>
#include <exception>
#include <string>

namespace examples {

/** Tell whoever waits on standard output where the server is: for `http_options::on_ready`. */
inline void print_ready(std::string const& url) {
  std::printf("listening on %s\n", url.c_str());
  std::fflush(stdout);
}

/** Inside of a `catch (...)` of `main`: print what was thrown and return the exit code for it, 2 for errors
    in the settings, which are all in it, and 1 for everything else. */
inline int exit_code_of_failure() {
  try {
    throw;
  } catch (mcpawl::configuration_error const& errors) {
    std::fprintf(stderr, "%s\n", errors.what());
    return 2;
  } catch (std::exception const& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    return 1;
  }
}

}  // namespace examples
