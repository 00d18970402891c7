// mcpawl/store/sqlite_file.hpp - the file of a SQLite store: made, closed to others, of a schema we know
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/store/errc.hpp>
#include <mcpawl/store/sqlite_handle.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

namespace mcpawl::detail {

inline constexpr std::int64_t sqlite_schema_version = 1;
inline constexpr std::int64_t sqlite_application_id = 0x6d637077;  // "mcpw"

/** Make the file if there is none, for its owner alone. */
inline error_code make_sqlite_file(std::string const& path) noexcept {
  int const file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
  if (file < 0) return errno == EROFS ? store_errc::read_only : store_errc::cannot_open;
  struct stat info{};
  bool const regular = ::fstat(file, &info) == 0 && S_ISREG(info.st_mode);
  ::close(file);
  return regular ? error_code{} : make_error_code(store_errc::cannot_open);
}

/** Let only its owner read and write the file; SQLite gives its permissions to the journal files, too. */
inline error_code close_to_others(std::string const& path) noexcept {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) return store_errc::io;
  if ((info.st_mode & 077) != 0 && ::chmod(path.c_str(), 0600) != 0) return store_errc::permissions;
  return {};
}

/** Write the folder's entry for the file to the disk; SQLite does so for its journals only. */
inline error_code sync_folder_of(std::string const& path) {
  auto const slash = path.rfind('/');
  std::string const folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  int const opened = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (opened < 0) return store_errc::io;
  int const code = ::fsync(opened);
  ::close(opened);
  // some file systems cannot sync a folder, and need not
  return code == 0 || errno == EINVAL ? error_code{} : make_error_code(store_errc::io);
}

inline error_code run_sql(sqlite3* database, char const* sql) noexcept {
  return sqlite_error(sqlite3_exec(database, sql, nullptr, nullptr, nullptr));
}

inline result<std::int64_t> ask_sql(sqlite3* database, char const* sql) noexcept {
  sqlite_statement statement;
  if (error_code const failed = statement.prepare(database, sql)) return failed;
  int const code = statement.step();
  if (code != SQLITE_ROW) return code == SQLITE_DONE ? make_error_code(store_errc::io) : sqlite_error(code);
  return statement.integer(0);
}

/** Open one connection. A path is a path here, never a `file:` URI. */
inline result<sqlite_handle> connect_sqlite(std::string const& path, std::chrono::milliseconds busy) {
  // one thread uses a connection at a time, so it needs no lock of its own
  constexpr int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  bool const is_special = path.starts_with("file:") || path.starts_with(':');
  sqlite3* opened = nullptr;
  int const code = sqlite3_open_v2((is_special ? "./" + path : path).c_str(), &opened, flags, nullptr);
  sqlite_handle database{opened};
  if (code != SQLITE_OK) return sqlite_error(code);
  sqlite3_busy_timeout(database.get(), static_cast<int>(busy.count()));
  if (sqlite3_db_readonly(database.get(), "main") == 1) return make_error_code(store_errc::read_only);
  // content decides nothing here: no views, triggers or functions of the file are run
  sqlite3_db_config(database.get(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  if (error_code const failed = run_sql(database.get(), "PRAGMA trusted_schema = OFF")) return failed;
  // 16 MiB, taken as they are needed: the inner nodes for a million grants are 5 MB
  if (error_code const failed = run_sql(database.get(), "PRAGMA cache_size = -16384")) return failed;
  return database;
}

enum class sqlite_content { nothing, ours };

/** Look whose database it is; an empty one is for us to fill. */
inline result<sqlite_content> look_at_schema(sqlite3* database) noexcept {
  auto const version = ask_sql(database, "PRAGMA user_version");
  if (!version) return version.error();
  auto const owner = ask_sql(database, "PRAGMA application_id");
  if (!owner) return owner.error();
  auto const tables = ask_sql(database, "SELECT count(*) FROM sqlite_schema");
  if (!tables) return tables.error();
  if (*tables == 0 && *version == 0 && *owner == 0) return sqlite_content::nothing;
  if (*owner != sqlite_application_id) return make_error_code(store_errc::foreign);
  if (*version > sqlite_schema_version) return make_error_code(store_errc::newer_schema);
  if (*version < 1) return make_error_code(store_errc::corrupt);
  return sqlite_content::ours;
}

/** Make the tables of this version in an empty database. */
inline error_code prepare_schema(sqlite3* database) noexcept {
  // the mode is a property of the file; it cannot be changed inside of a transaction
  if (error_code const failed = run_sql(database, "PRAGMA journal_mode = WAL")) return failed;
  if (error_code const failed = run_sql(database, "PRAGMA synchronous = FULL")) return failed;
  if (error_code const failed = run_sql(database, "BEGIN IMMEDIATE")) return failed;
  // another process may have made them just now
  auto const found = look_at_schema(database);
  error_code ec = found ? error_code{} : found.error();
  if (found && *found == sqlite_content::nothing) {
    // Values are too long for a table WITHOUT ROWID: all nodes of its tree hold whole rows, and a look-up would read some of them to
    // the end to compare keys.
    ec = run_sql(database,
                 "CREATE TABLE entry ("
                 "  key BLOB NOT NULL PRIMARY KEY, value BLOB NOT NULL,"
                 "  version INTEGER NOT NULL, expires INTEGER NOT NULL);"
                 "CREATE INDEX entry_by_expiry ON entry (expires) WHERE expires < 9223372036854775807;"
                 "PRAGMA application_id = 1835233399;"
                 "PRAGMA user_version = 1;");
  }
  if (!ec) ec = run_sql(database, "COMMIT");
  if (ec) run_sql(database, "ROLLBACK");
  return ec;
}

}  // namespace mcpawl::detail
