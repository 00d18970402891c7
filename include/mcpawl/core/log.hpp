// mcpawl/core/log.hpp - one-line log records to a sink the user may replace
#pragma once

#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl {

enum class log_level { debug, info, warning, error, off };

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
    Copies may be used from any thread; the sink is then called from that thread and must allow it.
    The default sink writes each record to standard error with a single `write`.
*/
class logger {
public:
  using sink = std::function<void(log_level, std::string_view line)>;

  /** Log to standard error, with a time stamp in UTC. */
  logger() : logger(log_level::info, to_standard_error()) {}
  logger(log_level least, sink to) : least_(least), sink_(std::make_shared<sink const>(std::move(to))) {}

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
    (*sink_)(level, line);
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
      // a log that cannot be written has nobody left to tell
      [[maybe_unused]] auto const written = ::write(STDERR_FILENO, text.data(), text.size());
    };
  }

  log_level least_;
  std::shared_ptr<sink const> sink_;
};

}  // namespace mcpawl
