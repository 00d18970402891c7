// mcpawl/http/close_on_exec.hpp - sockets that programs started by this one do not inherit
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace mcpawl::http::detail {

/** Asio opens sockets without the flag. Where another thread starts a program between the two calls, that
    program has the descriptor all the same; POSIX has no portable remedy. */
inline void close_on_exec(int descriptor) noexcept { ::fcntl(descriptor, F_SETFD, FD_CLOEXEC); }

/** A descriptor that nothing else owns. */
class owned_descriptor {
public:
  explicit owned_descriptor(int descriptor) noexcept : descriptor_(descriptor) {}
  owned_descriptor(owned_descriptor&& other) noexcept : descriptor_(other.release()) {}
  owned_descriptor& operator=(owned_descriptor&&) = delete;
  ~owned_descriptor() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  int get() const noexcept { return descriptor_; }
  int release() noexcept { return std::exchange(descriptor_, -1); }

private:
  int descriptor_;
};

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
