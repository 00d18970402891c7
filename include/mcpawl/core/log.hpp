// mcpawl/core/log.hpp - one-line log records to a sink the user may replace
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/log_limits.hpp>
#include <mcpawl/core/separate.hpp>

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

namespace mcpawl {

/** How much a line matters; `off` is for loggers that write none. */
enum class log_level { debug, info, warning, error, off };

/** The level as lines of the log have it. */
constexpr std::string_view to_string(log_level level) noexcept {
  switch (level) {
    case log_level::debug: return "debug";
    case log_level::info: return "info";
    case log_level::warning: return "warning";
    case log_level::error: return "error";
    case log_level::off: return "off";
  }
  return "?";
}

/** One `key=value` of a log line. Values are escaped and cut when they are written, never trusted. */
struct log_field {
  std::string_view key;
  std::string_view value;
};

/** Append a value to a log line: quoted where needed, control and non-ASCII bytes as `\xNN`, at most
    256 bytes of it, so that what a client sent can neither end the line nor flood the log. */
MCPAWL_DECL void append_log_value(std::string& line, std::string_view value);

/** Where components report what a client must not be told.

    A copy shares the sink. Records below the level cost a call and a comparison. Tokens, cookies and secrets
    are never passed to a logger by mcpawl.

    @par Thread safety
    Copies may be used from any thread; the sink is then called from that thread and must allow it. A sink
    should not wait: who logs is answering a request. The default sink never does, see `detail::log_writer`.
*/
class logger {
public:
  using sink = std::function<void(log_level, std::string_view line)>;

  /** Log to standard error, with a time stamp in UTC. */
  MCPAWL_DECL logger();
  /** @param limits  of what strangers cause, see `write_limited`. */
  MCPAWL_DECL logger(log_level least, sink to, log_limits limits = {});

  /** A logger that drops everything. */
  MCPAWL_DECL static logger none();

  bool enabled(log_level level) const noexcept { return level >= least_; }

  /** Write `event key=value ...`; `event` is a fixed text of ours. */
  MCPAWL_DECL void write(log_level level, std::string_view event,
                         std::initializer_list<log_field> fields = {}) const;

  /** The same for what strangers can cause without end, such as denials: of each event and level at most
      `log_limits::max_lines` in `log_limits::window`; one line then tells how many were left out. */
  MCPAWL_DECL void write_limited(log_level level, std::string_view event,
                                 std::initializer_list<log_field> fields = {}) const;

  void debug(std::string_view event, std::initializer_list<log_field> fields = {}) const {
    write(log_level::debug, event, fields);
  }
  void info(std::string_view event, std::initializer_list<log_field> fields = {}) const {
    write(log_level::info, event, fields);
  }
  void warning(std::string_view event, std::initializer_list<log_field> fields = {}) const {
    write(log_level::warning, event, fields);
  }
  void error(std::string_view event, std::initializer_list<log_field> fields = {}) const {
    write(log_level::error, event, fields);
  }

private:
  MCPAWL_DECL static sink to_standard_error();

  struct shared;

  log_level least_;
  std::shared_ptr<shared const> shared_;
};

}  // namespace mcpawl

#ifndef MCPAWL_SEPARATE_COMPILATION
#include <mcpawl/core/log.ipp>
#endif
