// mcpawl/transport/service_manager.hpp - tells a service manager such as systemd how the process is
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/http/close_on_exec.hpp>
#include <mcpawl/http/passed_sockets.hpp>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace mcpawl::detail {

/** The datagrams of sd_notify(3), to the socket that NOTIFY_SOCKET names: an absolute path, or `@` and an abstract name.

    @par Errors
    Every function returns what the system says; the server goes on without.
    @par Thread safety
    One thread. */
class service_manager {
public:
  /** The one that the environment names; nothing if there is none. */
  static std::optional<service_manager> from_environment() {
    char const* const socket = std::getenv("NOTIFY_SOCKET");
    if (socket == nullptr || *socket == '\0') return std::nullopt;
    char const* const interval = std::getenv("WATCHDOG_USEC");
    char const* const meant = std::getenv("WATCHDOG_PID");
    auto const watched = http::detail::whole_number(interval == nullptr ? "" : interval);
    bool const ours = meant == nullptr || http::detail::whole_number(meant) == long{::getpid()};
    std::chrono::microseconds const period(watched && ours ? *watched : 0);
    return service_manager(socket, period);
  }

  service_manager(std::string_view address, std::chrono::microseconds watchdog) : watchdog_(watchdog) {
    to_.sun_family = AF_UNIX;
    bool const named = address.starts_with('/') || address.starts_with('@');
    if (!named || address.size() < 2 || address.size() >= sizeof to_.sun_path) return;
    address.copy(static_cast<char*>(to_.sun_path), address.size());
    if (address.front() == '@') to_.sun_path[0] = '\0';
    size_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address.size());
  }

  /** How often it wants to hear that the process is alive; 0: not at all. */
  std::chrono::microseconds watchdog() const noexcept { return watchdog_; }

  error_code ready(std::string_view status) const { return tell("READY=1\nSTATUS=" + line(status)); }
  error_code stopping(std::string_view status) const { return tell("STOPPING=1\nSTATUS=" + line(status)); }
  error_code status(std::string_view text) const { return tell("STATUS=" + line(text)); }
  error_code alive() const { return tell("WATCHDOG=1"); }
  /** Settings are read anew; `ready` follows. Type=notify-reload demands the time, in the same datagram. */
  error_code reloading() const {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    std::int64_t const microseconds = std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1'000;
    return tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds) + "\nSTATUS=reloading");
  }

private:
  /** A status has one line, and is no place for control characters. */
  static std::string line(std::string_view status) {
    std::string out(status.substr(0, 512));
    for (char& c : out)
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    return out;
  }

  error_code tell(std::string const& datagram) const {
    if (size_ == 0) return {EINVAL, boost::system::system_category()};
    http::detail::owned_descriptor const socket(::socket(AF_UNIX, SOCK_DGRAM, 0));
    if (socket.get() < 0) return {errno, boost::system::system_category()};
    http::detail::close_on_exec(socket.get());
    // an I/O thread does not wait for a manager that does not read
    auto const sent = ::sendto(socket.get(), datagram.data(), datagram.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                               reinterpret_cast<sockaddr const*>(&to_), size_);
    return sent < 0 ? error_code(errno, boost::system::system_category()) : error_code();
  }

  sockaddr_un to_{};
  socklen_t size_ = 0;
  std::chrono::microseconds watchdog_;
};

}  // namespace mcpawl::detail
