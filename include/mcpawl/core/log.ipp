// mcpawl/core/log.ipp - the bodies of log.hpp
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <unistd.h>

#include <mcpawl/core/log.hpp>
#include <mcpawl/core/log_limiter.hpp>
#include <mcpawl/core/log_writer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::detail {

/** Made at the first line and never destroyed, since objects that die at the end of the program log, too. */
inline log_writer& standard_error_writer() {
  static log_writer* const writer = [] {
    auto* const made = new log_writer(STDERR_FILENO);
    std::atexit([] { standard_error_writer().flush(); });
    return made;
  }();
  return *writer;
}

}  // namespace mcpawl::detail

namespace mcpawl {

MCPAWL_DECL void append_log_value(std::string& line, std::string_view value) {
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

struct logger::shared {
  shared(sink target, log_limits const& limits) : to(std::move(target)), limiter(limits) {}
  sink to;
  mutable detail::log_limiter limiter;
};

MCPAWL_DECL logger::sink logger::to_standard_error() {
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
    detail::standard_error_writer().write(text);
  };
}

MCPAWL_DECL logger::logger() : logger(log_level::info, to_standard_error()) {}

MCPAWL_DECL logger::logger(log_level least, sink to, log_limits limits)
    : least_(least), shared_(std::make_shared<shared const>(std::move(to), limits)) {}

MCPAWL_DECL logger logger::none() {
  return {log_level::off, [](log_level, std::string_view) {}};
}

MCPAWL_DECL void logger::write(log_level level, std::string_view event,
                               std::initializer_list<log_field> fields) const {
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

MCPAWL_DECL void logger::write_limited(log_level level, std::string_view event,
                                       std::initializer_list<log_field> fields) const {
  if (!enabled(level)) return;
  auto const tell = [this](std::string_view what, std::uint64_t count) {
    std::string const left_out = std::to_string(count);
    write(log_level::warning, "log_lines_left_out", {{"event", what}, {"count", left_out}});
  };
  if (shared_->limiter.admit(to_string(level), event, std::chrono::steady_clock::now(), tell))
    write(level, event, fields);
}

}  // namespace mcpawl
