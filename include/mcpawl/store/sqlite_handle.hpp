// mcpawl/store/sqlite_handle.hpp - SQLite's objects as owners, its result codes as ours
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/store/errc.hpp>

#include <sqlite3.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace mcpawl::detail {

struct sqlite_close {
  void operator()(sqlite3* database) const noexcept { sqlite3_close(database); }
};
using sqlite_handle = std::unique_ptr<sqlite3, sqlite_close>;

struct sqlite_finalize {
  void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};

/** Whether SQLite's last call could not write for want of room: the user's, or what a file may have. SQLite tells of a
    full disk alone; of the others there is nothing but the `errno` that it left behind. */
inline bool is_want_of_room(int code) noexcept {
  bool const writes =
      code == SQLITE_IOERR_WRITE || code == SQLITE_IOERR_TRUNCATE || code == SQLITE_IOERR_SHMSIZE;
  return writes && (errno == EDQUOT || errno == EFBIG || errno == ENOSPC);
}

/** What a result code of SQLite means for a store. Call it before anything else that may set `errno`. */
inline error_code sqlite_error(int code) noexcept {
  switch (code & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE: return {};
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return store_errc::busy;
    case SQLITE_FULL: return store_errc::full;
    case SQLITE_READONLY: return store_errc::read_only;
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH: return store_errc::cannot_open;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return store_errc::corrupt;
    case SQLITE_IOERR: return is_want_of_room(code) ? store_errc::full : store_errc::io;
    default: return store_errc::io;
  }
}

/** A prepared statement. Between two uses it is reset, so that it holds no lock and no value. */
class sqlite_statement {
public:
  sqlite_statement() = default;

  error_code prepare(sqlite3* database, char const* sql) noexcept {
    sqlite3_stmt* made = nullptr;
    int const code = sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &made, nullptr);
    handle_.reset(made);
    return sqlite_error(code);
  }

  void bind(int at, std::int64_t value) noexcept { sqlite3_bind_int64(handle_.get(), at, value); }
  /** The bytes must live until the statement is reset. */
  void bind(int at, std::string_view bytes) noexcept {
    // a null pointer would be taken for NULL
    char const* const data = bytes.empty() ? "" : bytes.data();
    sqlite3_bind_blob64(handle_.get(), at, data, bytes.size(), SQLITE_STATIC);
  }

  /** SQLITE_ROW, SQLITE_DONE or an error. */
  int step() noexcept { return sqlite3_step(handle_.get()); }

  std::int64_t integer(int column) noexcept { return sqlite3_column_int64(handle_.get(), column); }
  std::string bytes(int column) {
    auto const* const data = static_cast<char const*>(sqlite3_column_blob(handle_.get(), column));
    auto const size = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
    return data == nullptr ? std::string{} : std::string{data, size};
  }

  void reset() noexcept {
    sqlite3_reset(handle_.get());
    sqlite3_clear_bindings(handle_.get());
  }

private:
  std::unique_ptr<sqlite3_stmt, sqlite_finalize> handle_;
};

/** One use of a statement; resets it at the end, also after an exception. */
class sqlite_use {
public:
  explicit sqlite_use(sqlite_statement& statement) noexcept : statement_(statement) {}
  sqlite_use(sqlite_use const&) = delete;
  sqlite_use& operator=(sqlite_use const&) = delete;
  ~sqlite_use() { statement_.reset(); }
  sqlite_statement* operator->() const noexcept { return &statement_; }

private:
  sqlite_statement& statement_;
};

}  // namespace mcpawl::detail
