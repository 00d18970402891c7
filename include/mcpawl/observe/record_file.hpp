// mcpawl/observe/record_file.hpp - where records are written: a descriptor of others, or a file of its own
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/log_writer.hpp>
#include <mcpawl/observe/record_line.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>

namespace mcpawl::detail {

/** Writes lines to a descriptor or a file, from a thread of its own.

    @par Errors
    The constructor throws `std::system_error` if the file cannot be opened. Later errors are counted, and the write is tried again
    after a second.
    @par Thread safety
    As of `log_writer`. */
class record_file {
public:
  record_file(int descriptor, std::string path, std::size_t max_bytes)
      : path_(std::move(path)),
        descriptor_(path_.empty() ? descriptor : opened(path_)),
        writer_(descriptor_, {.max_bytes = max_bytes,
                              .patience = std::chrono::milliseconds{2'000},
                              .gather = std::chrono::milliseconds{20},
                              .retry = std::chrono::milliseconds{1'000},
                              .dropped_line = records_lost_line}) {}
  record_file(record_file const&) = delete;
  record_file& operator=(record_file const&) = delete;

  void write(std::string_view line) { writer_.write(line); }
  bool flush() { return writer_.flush(); }
  std::uint64_t dropped() const { return writer_.dropped(); }
  std::uint64_t failures() const { return writer_.failures(); }

  /** Whether it is a file of its own, which may be renamed. */
  bool has_name() const noexcept { return !path_.empty(); }
  /** Go on in the file that has the name now, after the old one was renamed. */
  void reopen() {
    if (path_.empty()) return;
    int const next = opened(path_);
    ::dup3(next, descriptor_, O_CLOEXEC);
    ::close(next);
  }

private:
  static int opened(std::string const& path) {
    int const made = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (made < 0) throw std::system_error(errno, std::system_category(), "cannot open " + path);
    return made;
  }

  std::string path_;
  int descriptor_;  // a file of its own stays open: the thread of the writer may be abandoned with it
  log_writer writer_;
};

}  // namespace mcpawl::detail
