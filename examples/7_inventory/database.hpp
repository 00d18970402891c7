// examples/7_inventory/database.hpp - parts, whose number is a type of our own, in SQLite; every call may block
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/mcpawl.hpp>

#include <sqlite3.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <regex>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

/** Two capital letters, a hyphen and four digits: `AB-0042`. */
class part_number {
public:
  part_number() = default;
  static std::optional<part_number> parse(std::string const& text) {
    static std::regex const form("[A-Z]{2}-[0-9]{4}");
    if (!std::regex_match(text, form)) return std::nullopt;
    part_number made;
    made.text_ = text;
    return made;
  }
  std::string const& text() const { return text_; }

private:
  std::string text_ = "AA-0000";
};

template <>
struct mcpawl::as<part_number> {
  using type = std::string;
  static std::optional<part_number> from(std::string const& text) { return part_number::parse(text); }
  static std::string to(part_number const& number) { return number.text(); }
  static constexpr auto docs =
      mcpawl::value_docs<std::string>("The number of a part.").pattern("^[A-Z]{2}-[0-9]{4}$");
};

struct part {
  part_number number;
  std::int64_t pieces = 0;
  std::chrono::sys_seconds changed = {};  // a date-time of RFC 3339
};

/** A connection that all threads share: SQLite lets one of them in at a time. */
class database {
public:
  explicit database(std::string const& file) {
    sqlite3* opened = nullptr;
    int const flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX;
    int const status = sqlite3_open_v2(file.c_str(), &opened, flags, nullptr);
    connection_.reset(opened);
    if (status != SQLITE_OK) throw std::runtime_error("cannot open " + file);
    run("CREATE TABLE IF NOT EXISTS parts (number TEXT PRIMARY KEY, pieces INTEGER, changed INTEGER)");
  }

  /** Run a statement; the rows that it returns are parts. */
  std::vector<part> run(char const* sql,
                        std::vector<std::variant<std::string, std::int64_t>> const& values = {}) {
    sqlite3_stmt* made = nullptr;
    int status = sqlite3_prepare_v2(connection_.get(), sql, -1, &made, nullptr);
    std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> const statement(made, sqlite3_finalize);
    int place = 0;
    for (auto const& value : values) {
      ++place;
      if (auto const* text = std::get_if<std::string>(&value))
        sqlite3_bind_text(made, place, text->c_str(), -1, SQLITE_TRANSIENT);
      else
        sqlite3_bind_int64(made, place, std::get<std::int64_t>(value));
    }
    std::vector<part> rows;
    if (status == SQLITE_OK)
      while ((status = sqlite3_step(made)) == SQLITE_ROW) {
        auto const* text = reinterpret_cast<char const*>(sqlite3_column_text(made, 0));
        std::chrono::seconds const since_1970(sqlite3_column_int64(made, 2));
        rows.push_back({part_number::parse(text).value(), sqlite3_column_int64(made, 1),
                        std::chrono::sys_seconds(since_1970)});
      }
    if (status != SQLITE_DONE) throw std::runtime_error(sqlite3_errmsg(connection_.get()));
    return rows;
  }

private:
  std::unique_ptr<sqlite3, decltype(&sqlite3_close)> connection_{nullptr, sqlite3_close};
};
