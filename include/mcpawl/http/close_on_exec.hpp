// mcpawl/http/close_on_exec.hpp - sockets that programs started by this one do not inherit
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/owned_descriptor.hpp>

#include <sys/socket.h>

#include <cerrno>

namespace mcpawl::http::detail {

using mcpawl::detail::close_on_exec;
using mcpawl::detail::owned_descriptor;

/** Accept a connection that is closed on exec, without waiting. `ec` is what accept(2) says. */
inline owned_descriptor accept_connection(int acceptor, error_code& ec) {
#if defined(__linux__) || defined(__FreeBSD__)
  owned_descriptor accepted(::accept4(acceptor, nullptr, nullptr, SOCK_CLOEXEC));
#else
  owned_descriptor accepted(::accept(acceptor, nullptr, nullptr));
  if (accepted.get() >= 0) close_on_exec(accepted.get());
#endif
  if (accepted.get() < 0)
    ec.assign(errno, boost::system::system_category());
  else
    ec.clear();
  return accepted;
}

}  // namespace mcpawl::http::detail
