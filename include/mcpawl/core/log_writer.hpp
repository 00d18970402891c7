// mcpawl/core/log_writer.hpp - writes log lines to a descriptor from a thread of its own
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/separate.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace mcpawl::detail {

/** How a `log_writer` writes. */
struct log_writer_options {
  std::size_t max_bytes = 1024 * 1024;        ///< Of lines that wait; beyond, the newest are dropped.
  std::chrono::milliseconds patience{1'000};  ///< How long its end waits for what is queued.
  std::chrono::milliseconds gather{0};  ///< How long lines are collected, so that many are written at once.
  std::chrono::milliseconds retry{0};   ///< After an error; without it the lines at hand are given up.
  /** The line that tells how many were dropped. */
  std::string (*dropped_line)(std::uint64_t count) = [](std::uint64_t count) {
    return "log_lines_dropped count=" + std::to_string(count) + "\n";
  };
};

/** Writes lines to a descriptor without ever holding up who logs them.

    Lines wait in a queue of bounded size; beyond it they are dropped, and a line that tells their number
    follows when there is room again. A descriptor that nobody reads, or that is closed, costs its lines and
    nothing else: no signal, no wait.

    @par Lifetime
    The descriptor must stay open. The destructor waits `patience` at most for what is queued; a thread that hangs in
    the system is then left alone with what it needs.
    @par Thread safety
    All members but constructor and destructor may be called from any thread.
*/
class log_writer {
public:
  static constexpr std::size_t default_max_bytes = 1024 * 1024;

  explicit log_writer(int descriptor, std::size_t max_bytes = default_max_bytes)
      : log_writer(descriptor, log_writer_options{.max_bytes = max_bytes}) {}
  MCPAWL_DECL log_writer(int descriptor, log_writer_options options);
  log_writer(log_writer const&) = delete;
  log_writer& operator=(log_writer const&) = delete;
  MCPAWL_DECL ~log_writer();

  /** Queue a line, which ends with its newline. Never waits for the descriptor. */
  MCPAWL_DECL void write(std::string_view line);

  /** Wait until what is queued was written or dropped, `patience` at most; tells whether it was. */
  MCPAWL_DECL bool flush();

  /** Lines that were dropped since the beginning. */
  MCPAWL_DECL std::uint64_t dropped() const;
  /** Attempts to write that failed. */
  MCPAWL_DECL std::uint64_t failures() const;

private:
  struct state;

  std::shared_ptr<state> state_;
};

}  // namespace mcpawl::detail

#ifndef MCPAWL_SEPARATE_COMPILATION
#include <mcpawl/core/log_writer.ipp>
#endif
