// mcpawl/http/passed_sockets.hpp - listening sockets that a service manager has opened and passed to this process
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/http/close_on_exec.hpp>
#include <mcpawl/http/unix_listener.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::http::detail {

inline constexpr std::string_view passed_scheme = "fd:";
/** Where descriptors begin that are passed (sd_listen_fds(3)). */
inline constexpr int first_passed = 3;
/** More are the mistake of somebody: the process could not have them open. */
inline constexpr int max_passed = 1024;

inline bool is_passed(std::string_view address) noexcept { return address.starts_with(passed_scheme); }

/** A whole decimal number that is not negative; nothing else is one. */
inline std::optional<long> whole_number(std::string_view text) noexcept {
  long value = 0;
  auto const [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

/** A listening socket that was found, or why there is none. */
struct passed_socket {
  int descriptor = -1;
  std::string address = {};  ///< As `listener_options::address` has it: of IP, or `unix:` and a path.
  std::uint16_t port = 0;
  std::string fault = {};  ///< The end of a sentence; empty if all is well.
};

/** What a descriptor listens on. */
inline passed_socket describe_passed(int descriptor) {
  passed_socket out;
  int type = 0, listens = 0;
  socklen_t size = sizeof type;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) != 0) {
    out.fault = "is no socket";
    return out;
  }
  size = sizeof listens;
  bool const told = ::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0;
  if (type != SOCK_STREAM || (told && listens == 0)) {
    out.fault = "is no stream socket that listens (ListenStream=, and no Accept=yes)";
    return out;
  }
  sockaddr_storage at{};
  socklen_t length = sizeof at;
  if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&at), &length) != 0) {
    out.fault = "has no address";
    return out;
  }
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (at.ss_family == AF_INET) {
    auto const& v4 = reinterpret_cast<sockaddr_in const&>(at);
    ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    out.port = ntohs(v4.sin_port);
    out.address = text.data();
  } else if (at.ss_family == AF_INET6) {
    auto const& v6 = reinterpret_cast<sockaddr_in6 const&>(at);
    ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
    out.port = ntohs(v6.sin6_port);
    out.address = text.data();
  } else if (at.ss_family == AF_UNIX) {
    auto const& local = reinterpret_cast<sockaddr_un const&>(at);
    auto const* const path = static_cast<char const*>(local.sun_path);
    std::size_t const offset = offsetof(sockaddr_un, sun_path);
    std::string_view name(path, length > offset ? length - offset : 0);
    bool const abstract = !name.empty() && name.front() == '\0';
    if (!abstract) name = name.substr(0, name.find('\0'));
    out.address = unix_scheme;
    out.address.append(abstract ? "@" : "").append(abstract ? name.substr(1) : name);
  } else {
    out.fault = "is of neither IP nor the Unix domain";
    return out;
  }
  out.descriptor = descriptor;
  return out;
}

/** The sockets of a process, by number and by name.

    @par Thread safety
    What is made by `of_process` may be read on any thread. */
class passed_sockets {
public:
  /** Those that the environment tells of (sd_listen_fds(3)): none unless `LISTEN_PID` is this process. Read once; the
      descriptors are closed on exec from then on, and the variables are taken away, so that programs started by this one do not
      believe that they are meant. */
  static passed_sockets const& of_process() {
    static passed_sockets const all = [] {
      auto const value = [](char const* name) {
        char const* const text = std::getenv(name);
        return std::string(text == nullptr ? "" : text);
      };
      passed_sockets read(::getpid(), value("LISTEN_PID"), value("LISTEN_FDS"), value("LISTEN_FDNAMES"));
      for (auto const* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) ::unsetenv(name);
      for (std::size_t i = 0; i != read.names_.size(); ++i) close_on_exec(first_passed + static_cast<int>(i));
      return read;
    }();
    return all;
  }

  /** What such variables say to the process `self`. */
  passed_sockets(long self, std::string_view pid, std::string_view count, std::string_view names) {
    auto const meant = whole_number(pid);
    auto const many = whole_number(count);
    if (!meant || *meant != self || !many || *many == 0 || *many > max_passed) return;
    names_.resize(static_cast<std::size_t>(*many));
    for (auto& name : names_) {
      auto const end = names.find(':');
      name = names.substr(0, end);
      names = end == std::string_view::npos ? std::string_view() : names.substr(end + 1);
    }
  }

  std::size_t size() const noexcept { return names_.size(); }

  /** The descriptor that `fd:NAME` or `fd:NUMBER` names; -1 with a reason in `fault` if there is none. */
  int descriptor_of(std::string_view address, std::string& fault) const {
    std::string_view const wanted = address.substr(passed_scheme.size());
    if (names_.empty()) {
      fault = "is no socket that was passed: there are none (LISTEN_PID and LISTEN_FDS)";
      return -1;
    }
    std::vector<int> found;
    auto const number = whole_number(wanted);
    for (std::size_t i = 0; i != names_.size(); ++i) {
      int const here = first_passed + static_cast<int>(i);
      if (number ? *number == here : !wanted.empty() && names_[i] == wanted) found.push_back(here);
    }
    if (found.size() == 1) return found.front();
    if (found.empty()) {
      fault = "is no socket that was passed; there are";
      for (std::size_t i = 0; i != names_.size(); ++i)
        fault += " fd:" + std::to_string(first_passed + static_cast<int>(i)) +
                 (names_[i].empty() ? std::string() : " (" + names_[i] + ')');
    } else {
      fault = "is the name of several sockets that were passed: say";
      for (int each : found) fault += " fd:" + std::to_string(each);
    }
    return -1;
  }

  /** The socket that an address names. */
  passed_socket find(std::string_view address) const {
    passed_socket out;
    int const descriptor = descriptor_of(address, out.fault);
    return descriptor < 0 ? out : describe_passed(descriptor);
  }

private:
  std::vector<std::string> names_;  // of the first descriptor and those behind it
};

}  // namespace mcpawl::http::detail
