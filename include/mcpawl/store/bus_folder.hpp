// mcpawl/store/bus_folder.hpp - a folder of sockets, by which processes of one machine send each other datagrams
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/owned_descriptor.hpp>
#include <mcpawl/crypto/random.hpp>
#include <mcpawl/store/bus_channel.hpp>
#include <mcpawl/store/bus_name.hpp>
#include <mcpawl/store/errc.hpp>

#include <dirent.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** The folder, opened once more for each use, since an operator may have removed it.

    A socket is called `<instance>-<number>`, 16 hexadecimal digits each. The number is random, so that a name is never used
    again: where nobody is behind it, nobody will be. */
class bus_folder {
public:
  enum class delivery : unsigned char { done, full, gone };

  /** @param make  whether to make the folder if there is none

      @par Errors
      `store_errc::cannot_open`, `read_only`, `permissions` for a folder of somebody else. */
  static result<bus_folder> open(std::string path, bool make) {
    if (make && ::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
      return make_error_code(errno == EROFS ? store_errc::read_only : store_errc::cannot_open);
    owned_descriptor at(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    struct stat info{};
    if (!at || ::fstat(at.get(), &info) != 0) return make_error_code(store_errc::cannot_open);
    if (info.st_uid != ::geteuid()) return make_error_code(store_errc::permissions);
    if ((info.st_mode & 077) != 0 && ::fchmod(at.get(), 0700) != 0)
      return make_error_code(store_errc::permissions);
    return bus_folder(std::move(path), std::move(at));
  }

  /** Give a socket a name for an instance.

      @par Errors
      `store_errc::cannot_open`. */
  result<std::string> bind(int socket, instance_id of) const {
    std::string name = bus_name(of) + '-' + random_hex(8);
    // under the other name nobody finds it before it can be sent to
    std::string const before = '.' + name;
    auto const to = address(before);
    if (!to || ::bind(socket, reinterpret_cast<sockaddr const*>(&*to), sizeof *to) != 0)
      return make_error_code(store_errc::cannot_open);
    if (::renameat(at_.get(), before.c_str(), at_.get(), name.c_str()) == 0) return name;
    ::unlinkat(at_.get(), before.c_str(), 0);
    return make_error_code(store_errc::cannot_open);
  }

  /** The sockets of an instance, or of all. */
  std::vector<std::string> names(instance_id of) const {
    std::vector<std::string> out;
    // a copy that begins at the front and is closed with the list
    int const again = ::openat(at_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    std::unique_ptr<DIR, closer> const list(again < 0 ? nullptr : ::fdopendir(again));
    if (!list) {
      if (again >= 0) ::close(again);
      return out;
    }
    std::string const wanted = of == 0 ? std::string() : bus_name(of);
    while (auto const* const each = ::readdir(list.get())) {
      std::string_view const name = each->d_name;
      if (is_name(name) && name.starts_with(wanted)) out.emplace_back(name);
    }
    return out;
  }

  /** Send at once, or not; what nobody is behind any more is removed. */
  delivery send(int from, std::string const& name, std::string_view message) const {
    auto const to = address(name);
    if (!to) return delivery::gone;
#ifdef MSG_NOSIGNAL
    constexpr int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
#else
    constexpr int flags = MSG_DONTWAIT;
#endif
    ssize_t sent = 0;
    do {
      sent = ::sendto(from, message.data(), message.size(), flags, reinterpret_cast<sockaddr const*>(&*to),
                      sizeof *to);
    } while (sent < 0 && errno == EINTR);
    if (sent >= 0) return delivery::done;
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS) return delivery::full;
    if (errno == ECONNREFUSED) remove(name);
    return delivery::gone;
  }

  bool has(std::string const& name) const noexcept {
    struct stat info{};
    return ::fstatat(at_.get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0;
  }
  void remove(std::string const& name) const noexcept { ::unlinkat(at_.get(), name.c_str(), 0); }

private:
  struct closer {
    void operator()(DIR* it) const noexcept { ::closedir(it); }
  };

  bus_folder(std::string path, owned_descriptor at) : path_(std::move(path)), at_(std::move(at)) {}

  static bool is_name(std::string_view text) noexcept {
    return text.size() == 33 && text[16] == '-' &&
           text.find_first_not_of("0123456789abcdef-") == std::string_view::npos;
  }

  std::optional<sockaddr_un> address(std::string const& name) const {
    sockaddr_un out{};
    out.sun_family = AF_UNIX;
    std::string whole = path_ + '/' + name;
#ifdef __linux__
    // a path may be longer than an address
    if (whole.size() >= sizeof out.sun_path)
      whole = "/proc/self/fd/" + std::to_string(at_.get()) + '/' + name;
#endif
    if (whole.size() >= sizeof out.sun_path) return std::nullopt;
    std::memcpy(out.sun_path, whole.data(), whole.size());
    return out;
  }

  std::string path_;
  owned_descriptor at_;
};

}  // namespace mcpawl::detail
