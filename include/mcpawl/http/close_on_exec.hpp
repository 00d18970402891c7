// mcpawl/http/close_on_exec.hpp - sockets that programs started by this one do not inherit
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>

#include <boost/asio/ip/tcp.hpp>

#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>

namespace mcpawl::http::detail {

/** Asio opens sockets without the flag. Where another thread starts a program between the two calls, that
    program has the descriptor all the same; POSIX has no portable remedy. */
inline void close_on_exec(int descriptor) noexcept { ::fcntl(descriptor, F_SETFD, FD_CLOEXEC); }

/** Accept a connection that is closed on exec, without waiting. `ec` is what accept(2) says. */
inline boost::asio::ip::tcp::socket accept_connection(boost::asio::ip::tcp::acceptor& acceptor,
                                                      boost::asio::ip::tcp const& protocol, error_code& ec) {
  boost::asio::ip::tcp::socket socket(acceptor.get_executor());
#if defined(__linux__) || defined(__FreeBSD__)
  int const accepted = ::accept4(acceptor.native_handle(), nullptr, nullptr, SOCK_CLOEXEC);
#else
  int const accepted = ::accept(acceptor.native_handle(), nullptr, nullptr);
  if (accepted >= 0) close_on_exec(accepted);
#endif
  if (accepted < 0) {
    ec.assign(errno, boost::system::system_category());
    return socket;
  }
  socket.assign(protocol, accepted, ec);
  if (ec) ::close(accepted);
  return socket;
}

}  // namespace mcpawl::http::detail
