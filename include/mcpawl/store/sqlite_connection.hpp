// mcpawl/store/sqlite_connection.hpp - one connection with the statements of a store
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/store/entry.hpp>
#include <mcpawl/store/errc.hpp>
#include <mcpawl/store/quota.hpp>
#include <mcpawl/store/sqlite_file.hpp>
#include <mcpawl/store/sqlite_handle.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::detail {

/** The operations of a store on one connection, each one statement and so atomic by itself.

    @par Thread safety
    One thread at a time.
*/
class sqlite_connection {
public:
  static result<sqlite_connection> open(std::string const& path, std::chrono::milliseconds busy) {
    auto database = connect_sqlite(path, busy);
    if (!database) return database.error();
    sqlite_connection made(std::move(*database));
    if (error_code const failed = made.prepare()) return failed;
    return made;
  }

  result<std::optional<store_entry>> get(std::string_view key, unix_seconds now) {
    sqlite_use const use(get_);
    use->bind(1, key);
    use->bind(2, now);
    return entry_of(use);
  }

  result<std::optional<store_entry>> take(std::string_view key, unix_seconds now) {
    sqlite_use const use(take_);
    use->bind(1, key);
    use->bind(2, now);
    auto found = entry_of(use);
    // the row is returned before the statement has ended
    if (found && *found && use->step() != SQLITE_DONE) return last_error();
    return found;
  }

  result<store_version> put(store_write const& write) {
    auto const version = write_one(put_, write, 0, store_absent);
    if (!version) return version.error();
    if (!*version) return make_error_code(store_errc::io);
    return **version;
  }

  result<std::optional<store_version>> compare_and_set(store_write const& write, store_version expected,
                                                       unix_seconds now) {
    return write_one(expected == store_absent ? insert_ : update_, write, now, expected);
  }

  /** Entries from `from` on, or behind it, and before `end`. */
  result<store_page> scan(std::string_view prefix, std::string_view after, std::size_t limit,
                          unix_seconds now) {
    limit = std::clamp<std::size_t>(limit, 1, max_store_page);
    auto const end = end_of_prefix(std::string{prefix});
    sqlite_use const use(end ? scan_ : scan_to_end_);
    use->bind(1, prefix);
    use->bind(2, after);
    use->bind(3, now);
    use->bind(4, static_cast<std::int64_t>(limit) + 1);
    if (end) use->bind(5, *end);
    store_page page;
    std::size_t bytes = 0;
    int code;
    while ((code = use->step()) == SQLITE_ROW) {
      if (page.items.size() == limit || bytes > max_store_page_bytes) {
        page.next = page.items.back().key;
        return page;
      }
      store_item item{use->bytes(0), {use->bytes(1), version_of(use->integer(2)), use->integer(3)}};
      bytes += item.key.size() + item.entry.value.size();
      page.items.push_back(std::move(item));
    }
    if (code != SQLITE_DONE) return sqlite_error(code);
    return page;
  }

  result<std::size_t> purge(std::size_t limit, unix_seconds now) {
    constexpr std::size_t most = std::size_t{1} << 31;
    sqlite_use const use(purge_);
    use->bind(1, now);
    use->bind(2, static_cast<std::int64_t>(std::min(limit, most)));
    if (int const code = use->step(); code != SQLITE_DONE) return sqlite_error(code);
    return static_cast<std::size_t>(sqlite3_changes64(database_.get()));
  }

  /** Whether a new entry is within its quota; `store_errc::over_quota` if not. `quota_tally` tells how exactly that is known. */
  error_code check_quota(store_write const& write, std::size_t of, clock::steady_time now) {
    auto const which = quota_of(write.key());
    if (!which) return {};
    std::string const from{store_quotas[*which].prefix};
    std::size_t const most = quota_bytes(*which, of), size = write.key().size() + write.value().size();
    quota_tally& tally = tallies_[*which];
    if (auto const behind = tally.wants_page(from, size, most, now)) {
      // the statement keeps views of both
      std::string const end = end_of_prefix(from).value();
      sqlite_use const use(count_);
      use->bind(1, std::string_view{*behind});
      use->bind(2, std::string_view{end});
      use->bind(3, static_cast<std::int64_t>(quota_tally::page_entries));
      if (int const code = use->step(); code != SQLITE_ROW) {
        tally.give_up();
        return sqlite_error(code);
      }
      tally.add({static_cast<std::size_t>(use->integer(0)), static_cast<std::size_t>(use->integer(1)),
                 use->bytes(2)});
    }
    return tally.charge(size, most) ? error_code{} : make_error_code(store_errc::over_quota);
  }

  error_code run(char const* sql) noexcept { return run_sql(database_.get(), sql); }
  bool in_transaction() const noexcept { return sqlite3_get_autocommit(database_.get()) == 0; }

private:
  explicit sqlite_connection(sqlite_handle database) noexcept : database_(std::move(database)) {}

  error_code prepare() noexcept {
    struct line {
      sqlite_statement& statement;
      char const* sql;
    };
    line const lines[] = {
        {get_, "SELECT value, version, expires FROM entry WHERE key = ?1 AND expires > ?2"},
        {take_, "DELETE FROM entry WHERE key = ?1 AND expires > ?2 RETURNING value, version, expires"},
        // what has the version of the write was written by it, and is the same once more
        {put_,
         "INSERT INTO entry (key, value, version, expires) VALUES (?1, ?2, ?5, ?3)"
         " ON CONFLICT (key) DO UPDATE SET value = ?2, version = ?5, expires = ?3"
         " RETURNING version"},
        {insert_,
         "INSERT INTO entry (key, value, version, expires) VALUES (?1, ?2, ?5, ?3)"
         " ON CONFLICT (key) DO UPDATE SET value = ?2, version = ?5, expires = ?3"
         " WHERE expires <= ?4 OR version = ?5 RETURNING version"},
        {update_,
         "UPDATE entry SET value = ?2, version = ?5, expires = ?3"
         " WHERE key = ?1 AND version IN (?5, ?6) AND expires > ?4 RETURNING version"},
        {scan_,
         "SELECT key, value, version, expires FROM entry"
         " WHERE key >= ?1 AND key > ?2 AND key < ?5 AND expires > ?3 ORDER BY key LIMIT ?4"},
        {scan_to_end_,
         "SELECT key, value, version, expires FROM entry"
         " WHERE key >= ?1 AND key > ?2 AND expires > ?3 ORDER BY key LIMIT ?4"},
        {purge_,
         "DELETE FROM entry WHERE key IN (SELECT key FROM entry"
         " WHERE expires < 9223372036854775807 AND expires <= ?1 LIMIT ?2)"},
        {count_,
         "SELECT COALESCE(SUM(size), 0), COUNT(*), MAX(key) FROM (SELECT key, LENGTH(key) + LENGTH(value) AS size"
         " FROM entry WHERE key > ?1 AND key < ?2 ORDER BY key LIMIT ?3)"},
    };
    for (auto const& each : lines)
      if (error_code const failed = each.statement.prepare(database_.get(), each.sql)) return failed;
    return {};
  }

  static store_version version_of(std::int64_t stored) noexcept { return static_cast<store_version>(stored); }

  error_code last_error() const noexcept {
    error_code const known = sqlite_error(sqlite3_errcode(database_.get()));
    return known ? known : make_error_code(store_errc::io);
  }

  static result<std::optional<store_entry>> entry_of(sqlite_use const& use) {
    int const code = use->step();
    if (code == SQLITE_DONE) return std::optional<store_entry>{};
    if (code != SQLITE_ROW) return sqlite_error(code);
    return std::optional<store_entry>{
        store_entry{use->bytes(0), version_of(use->integer(1)), use->integer(2)}};
  }

  result<std::optional<store_version>> write_one(sqlite_statement& statement, store_write const& write,
                                                 unix_seconds now, store_version expected) {
    sqlite_use const use(statement);
    use->bind(1, std::string_view{write.key()});
    use->bind(2, std::string_view{write.value()});
    use->bind(3, write.expiry());
    use->bind(4, now);
    use->bind(5, static_cast<std::int64_t>(write.version()));
    use->bind(6, static_cast<std::int64_t>(expected));
    int code = use->step();
    if (code == SQLITE_DONE) return std::optional<store_version>{};
    if (code != SQLITE_ROW) return sqlite_error(code);
    store_version const version = version_of(use->integer(0));
    if (use->step() != SQLITE_DONE) return last_error();
    return std::optional<store_version>{version};
  }

  sqlite_handle database_;  // declared first: the statements are finalized before it is closed
  sqlite_statement get_, take_, put_, insert_, update_, scan_, scan_to_end_, purge_, count_;

  std::array<quota_tally, store_quotas.size()> tallies_{};
};

}  // namespace mcpawl::detail
