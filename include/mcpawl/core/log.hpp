// mcpawl/core/log.hpp - one-line log records to a sink the user may replace
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/log_limiter.hpp>
#include <mcpawl/core/log_writer.hpp>

#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

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
inline void append_log_value(std::string& line, std::string_view value) {
  constexpr std::size_t longest = 256;
  constexpr char hex[] = "0123456789abcdef";
  bool const cut = value.size() > longest;
  if (cut) value = value.substr(0, longest);
  bool const quoted = value.empty() || value.find_first_of(" =\"\\") != std::string_view::npos;
  if (quoted) line += '"';
  for (char c : value) {
    auto const byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7f) {
      line += "\\x";
      line += hex[byte >> 4];
      line += hex[byte & 15];
    } else {
      if (c == '"' || c == '\\') line += '\\';
      line += c;
    }
  }
  if (quoted) line += '"';
  if (cut) line += "...";
}

/** Where components report what a client must not be told.

    A copy shares the sink. Records below the level cost one comparison. Tokens, cookies and secrets
    are never passed to a logger by mcpawl.

    @par Thread safety
    Copies may be used from any thread; the sink is then called from that thread and must allow it. A sink
    should not wait: who logs is answering a request. The default sink never does, see `detail::log_writer`.
*/
class logger {
public:
  using sink = std::function<void(log_level, std::string_view line)>;

  /** Log to standard error, with a time stamp in UTC. */
  logger() : logger(log_level::info, to_standard_error()) {}
  /** @param limits  of what strangers cause, see `write_limited`. */
  logger(log_level least, sink to, log_limits limits = {})
      : least_(least), shared_(std::make_shared<shared const>(std::move(to), limits)) {}

  /** A logger that drops everything. */
  static logger none() {
    return {log_level::off, [](log_level, std::string_view) {}};
  }

  bool enabled(log_level level) const noexcept { return level >= least_; }

  /** Write `event key=value ...`; `event` is a fixed text of ours. */
  void write(log_level level, std::string_view event, std::initializer_list<log_field> fields = {}) const {
    if (!enabled(level)) return;
    std::string line{event};
    for (auto const& field : fields) {
      line += ' ';
      line += field.key;
      line += '=';
      append_log_value(line, field.value);
    }
    shared_->to(level, line);
  }

  /** The same for what strangers can cause without end, such as denials: of each event and level at most
      `log_limits::max_lines` in `log_limits::window`; one line then tells how many were left out. */
  void write_limited(log_level level, std::string_view event,
                     std::initializer_list<log_field> fields = {}) const {
    if (!enabled(level)) return;
    auto const tell = [this](std::string_view what, std::uint64_t count) {
      std::string const left_out = std::to_string(count);
      write(log_level::warning, "log_lines_left_out", {{"event", what}, {"count", left_out}});
    };
    if (shared_->limiter.admit(to_string(level), event, std::chrono::steady_clock::now(), tell))
      write(level, event, fields);
  }

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
  static sink to_standard_error() {
    return [](log_level level, std::string_view line) {
      char stamp[32];
      std::time_t const now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
      std::tm utc{};
      ::gmtime_r(&now, &utc);
      std::size_t const size = std::strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ ", &utc);
      std::string text(stamp, size);
      text += to_string(level);
      text += ' ';
      text += line;
      text += '\n';
      standard_error().write(text);
    };
  }

  /** Made at the first line and never destroyed, since objects that die at the end of the program log, too. */
  static detail::log_writer& standard_error() {
    static detail::log_writer* const writer = [] {
      auto* const made = new detail::log_writer(STDERR_FILENO);
      std::atexit([] { standard_error().flush(); });
      return made;
    }();
    return *writer;
  }

  struct shared {
    shared(sink target, log_limits limits) : to(std::move(target)), limiter(limits) {}
    sink to;
    mutable detail::log_limiter limiter;
  };

  log_level least_;
  std::shared_ptr<shared const> shared_;
};

}  // namespace mcpawl
