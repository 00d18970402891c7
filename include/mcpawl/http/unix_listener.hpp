// mcpawl/http/unix_listener.hpp - opens a Unix-domain socket to listen on, and removes its file again
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/http/close_on_exec.hpp>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <ctime>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::http::detail {

inline constexpr std::string_view unix_scheme = "unix:";
/** What fits into the address of a socket, the zero at the end apart. */
inline constexpr std::size_t max_unix_path = sizeof(sockaddr_un::sun_path) - 1;

/** What is wrong with the path of a socket, as the end of a sentence; empty if it can be one. */
inline std::string validate_unix_path(std::string_view path) {
  if (!path.starts_with('/') || path.ends_with('/'))
    return "must be an absolute path of a file, such as unix:/run/mcp/mcp.sock";
  if (path.find('\0') != std::string_view::npos) return "has a character that no path has";
  if (path.size() > max_unix_path)
    return "is too long: a socket has " + std::to_string(max_unix_path) + " bytes for its path";
  return {};
}

inline sockaddr_un unix_address(std::string const& path) noexcept {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(static_cast<char*>(address.sun_path), path.c_str(), path.size() + 1);
  return address;
}

/** A file that a socket is reached by, removed at the end unless another has taken its place. */
class unix_socket_file {
public:
  unix_socket_file(std::string path, struct stat const& made) noexcept
      : path_(std::move(path)), device_(made.st_dev), inode_(made.st_ino), made_at_(made.st_mtim) {}
  unix_socket_file(unix_socket_file&& other) noexcept
      : path_(std::exchange(other.path_, {})),
        device_(other.device_),
        inode_(other.inode_),
        made_at_(other.made_at_) {}
  unix_socket_file& operator=(unix_socket_file&&) = delete;
  ~unix_socket_file() { remove(); }

  void remove() noexcept {
    struct stat now{};
    bool const there = !path_.empty() && ::lstat(path_.c_str(), &now) == 0;
    // the number of a file that was removed is given to the next one, so the time counts as well
    bool const ours = there && now.st_dev == device_ && now.st_ino == inode_ &&
                      now.st_mtim.tv_sec == made_at_.tv_sec && now.st_mtim.tv_nsec == made_at_.tv_nsec;
    if (ours) ::unlink(path_.c_str());
    path_.clear();
  }

private:
  std::string path_;
  dev_t device_;
  ino_t inode_;
  timespec made_at_;
};

/** A socket that listens, with its file. */
struct unix_listener {
  owned_descriptor socket;
  unix_socket_file file;
};

inline error_code last_system_error() noexcept { return {errno, boost::system::system_category()}; }

inline owned_descriptor unix_socket() noexcept {
  owned_descriptor made(::socket(AF_UNIX, SOCK_STREAM, 0));
  if (made.get() >= 0) close_on_exec(made.get());
  return made;
}

/** Remove the file of a server that ended without doing so. A file that is no socket, and one where somebody listens,
    stays. */
inline error_code remove_stale_socket(std::string const& path) {
  struct stat there{};
  if (::lstat(path.c_str(), &there) != 0) return errno == ENOENT ? error_code() : last_system_error();
  if (!S_ISSOCK(there.st_mode)) return {EEXIST, boost::system::system_category()};
  owned_descriptor const probe = unix_socket();
  if (probe.get() < 0) return last_system_error();
  sockaddr_un const address = unix_address(path);
  // without a server this is refused at once
  if (::connect(probe.get(), reinterpret_cast<sockaddr const*>(&address), sizeof address) == 0 ||
      errno == EAGAIN)
    return {EADDRINUSE, boost::system::system_category()};
  if (errno != ECONNREFUSED) return last_system_error();
  return ::unlink(path.c_str()) == 0 || errno == ENOENT ? error_code() : last_system_error();
}

/** Listen on a path that `validate_unix_path` has nothing against; `mode` says who may connect.

    @par Errors
    What the operating system says: address in use where a server listens, file exists where that is no socket.
*/
inline result<unix_listener> listen_unix(std::string const& path, mode_t mode) {
  if (error_code const wrong = remove_stale_socket(path)) return wrong;
  owned_descriptor socket = unix_socket();
  if (socket.get() < 0) return last_system_error();
  sockaddr_un const address = unix_address(path);
  if (::bind(socket.get(), reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0)
    return last_system_error();
  struct stat made{};
  if (::lstat(path.c_str(), &made) != 0) return last_system_error();
  unix_socket_file file(path, made);
  // nobody can connect before listen(2), so nobody comes in by the mode that the umask gave
  if (::chmod(path.c_str(), mode) != 0 || ::listen(socket.get(), SOMAXCONN) != 0) return last_system_error();
  return unix_listener{std::move(socket), std::move(file)};
}

}  // namespace mcpawl::http::detail
