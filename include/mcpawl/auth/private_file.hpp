// mcpawl/auth/private_file.hpp - reads a file that only its owner and a group may read
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cerrno>
#include <cstddef>
#include <string>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace mcpawl::detail {

/** Read a whole file, of which others than its owner can write nothing and others than its group read nothing.

    @par Errors
    Appends a sentence to `errors` for what is wrong, and returns an empty text then. */
inline std::string read_private_file(std::string const& path, std::vector<std::string>& errors) {
  constexpr std::size_t max_bytes = 256 * 1024;
  auto const failed = [&](std::string const& why) {
    errors.push_back('"' + path + "\" " + why);
    return std::string();
  };
  auto const reason = [] { return std::error_code(errno, std::generic_category()).message(); };
  // a FIFO that nobody writes to must not hold the start
  int const file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (file < 0) return failed("cannot be opened: " + reason());
  struct closing {
    int file;
    ~closing() { ::close(file); }
  } const end{file};
  struct ::stat info{};
  if (::fstat(file, &info) != 0) return failed("cannot be looked at: " + reason());
  if (!S_ISREG(info.st_mode)) return failed("is not a file");
  if ((info.st_mode & (S_IROTH | S_IWOTH | S_IWGRP)) != 0)
    return failed("can be read by everybody, or written by others than its owner: chmod 0640 or less");
  std::string text;
  char bytes[4096];
  for (;;) {
    ssize_t const n = ::read(file, bytes, sizeof bytes);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return failed("cannot be read: " + reason());
    if (n == 0) return text;
    text.append(bytes, static_cast<std::size_t>(n));
    if (text.size() > max_bytes) return failed("is larger than 256 KiB");
  }
}

}  // namespace mcpawl::detail
