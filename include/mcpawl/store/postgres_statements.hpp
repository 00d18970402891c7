// mcpawl/store/postgres_statements.hpp - the tables of a PostgreSQL store, and the statements that are its operations
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace mcpawl::detail {

inline constexpr int postgres_schema_version = 1;

/** How long a taken entry is kept for who took it and lost the answer, in seconds. */
inline constexpr std::int64_t postgres_taken_kept = 60;

/** Made in a transaction that holds the advisory lock, where there is no schema of this name.

    Values stay uncompressed and in the row as long as they fit into a page, of which a bit less than half is filled:
    an update then finds room beside the old row and touches no index. `taker` is the number of who took the entry, 0 for one that is
    there, `taken` the second of that; `past` is the last taker of what was written over. */
inline constexpr char const* postgres_make_schema =
    "CREATE SCHEMA mcpawl;"
    "CREATE TABLE mcpawl.about (product text NOT NULL, version int NOT NULL);"
    "INSERT INTO mcpawl.about VALUES ('mcpawl', 1);"
    "CREATE TABLE mcpawl.entry ("
    "  key bytea PRIMARY KEY, value bytea NOT NULL, version bigint NOT NULL,"
    "  expires bigint NOT NULL, taker bigint NOT NULL, taken bigint NOT NULL, past bigint NOT NULL)"
    "  WITH (fillfactor = 45, toast_tuple_target = 8160);"
    "ALTER TABLE mcpawl.entry ALTER value SET STORAGE EXTERNAL;"
    "CREATE INDEX entry_by_expiry ON mcpawl.entry (expires) WHERE expires < 9223372036854775807;"
    "CREATE INDEX entry_by_taking ON mcpawl.entry (taken) WHERE taken > 0;";

/** Names a prepared statement; the number is its place in `postgres_statements`. */
enum class postgres_operation : unsigned char {
  get,
  put,
  insert,
  update,
  take,
  erase,
  scan,
  purge,
  count,
  notify,
  time
};

struct postgres_statement {
  char const* name;
  char const* sql;
  int parameters;
  unsigned bytea;     ///< The parameters of type bytea as bits, the first is 1; the others are int8.
  unsigned text = 0;  ///< Those of type text.
};

/** Each is atomic by itself. What may be sent twice finds by version or taker that it was done. */
inline constexpr std::array<postgres_statement, 11> postgres_statements{{
    // key, now
    {"get", "SELECT value, version, expires FROM mcpawl.entry WHERE key = $1 AND expires > $2 AND taker = 0",
     2, 0b1},
    // key, value, version, expires
    {"put",
     "INSERT INTO mcpawl.entry AS e (key, value, version, expires, taker, taken, past)"
     " VALUES ($1, $2, $3, $4, 0, 0, 0)"
     " ON CONFLICT (key) DO UPDATE SET value = excluded.value, version = excluded.version,"
     " expires = excluded.expires, taker = 0, taken = 0, past = CASE WHEN e.taker <> 0 THEN e.taker ELSE e.past END",
     4, 0b11},
    // key, value, version, expires, now; what this very write wrote and somebody took stays taken
    {"insert",
     "INSERT INTO mcpawl.entry AS e (key, value, version, expires, taker, taken, past)"
     " VALUES ($1, $2, $3, $4, 0, 0, 0)"
     " ON CONFLICT (key) DO UPDATE SET value = excluded.value, version = excluded.version,"
     " expires = excluded.expires, taker = CASE WHEN e.version = $3 THEN e.taker ELSE 0 END,"
     " taken = CASE WHEN e.version = $3 THEN e.taken ELSE 0 END,"
     " past = CASE WHEN e.taker <> 0 AND e.version <> $3 THEN e.taker ELSE e.past END"
     " WHERE e.expires <= $5 OR e.taker <> 0 OR e.version = $3 RETURNING version",
     5, 0b11},
    // key, value, version, expires, now, expected
    {"update",
     "UPDATE mcpawl.entry SET value = $2, version = $3, expires = $4"
     " WHERE key = $1 AND (version = $3 OR (version = $6 AND expires > $5 AND taker = 0)) RETURNING version",
     6, 0b11},
    // key, taker, now; who took what was written over since comes too late
    {"take",
     "UPDATE mcpawl.entry SET taker = $2, taken = $3 WHERE key = $1 AND expires > $3 AND taker IN (0, $2)"
     " AND past <> $2 RETURNING value, version, expires",
     3, 0b1},
    {"erase",
     "UPDATE mcpawl.entry SET taker = $2, taken = $3, value = '' WHERE key = $1 AND expires > $3"
     " AND taker IN (0, $2) AND past <> $2 RETURNING version",
     3, 0b1},
    // from, behind, end, now, rows, bytes; a value beyond the bytes is null. An end that may be missing would keep a plan that is made
    // for any parameters from stopping there
    {"scan",
     "SELECT key, CASE WHEN coalesce(before, 0) <= $6 THEN value END, version, expires FROM ("
     " SELECT key, value, version, expires, sum(octet_length(key) + octet_length(value))"
     "  OVER (ORDER BY key ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)::bigint AS before FROM ("
     "  SELECT key, value, version, expires FROM mcpawl.entry WHERE key >= $1 AND key > $2"
     "   AND key < $3 AND expires > $4 AND taker = 0 ORDER BY key LIMIT $5) AS page)"
     " AS summed ORDER BY key",
     6, 0b111},
    // now, taken before, rows; each half has an index, and rows are named by their places, since a plan for any number of keys would
    // read the whole table
    {"purge",
     "DELETE FROM mcpawl.entry WHERE ctid = ANY (ARRAY(SELECT place FROM ("
     " SELECT place FROM (SELECT ctid AS place FROM mcpawl.entry WHERE expires < 9223372036854775807 AND expires <= $1"
     "  ORDER BY expires LIMIT $3 FOR UPDATE SKIP LOCKED) AS expired UNION ALL"
     " SELECT place FROM (SELECT ctid AS place FROM mcpawl.entry WHERE taken > 0 AND taken < $2"
     "  ORDER BY taken LIMIT $3 FOR UPDATE SKIP LOCKED) AS taken) AS gone LIMIT $3))",
     3, 0},
    // behind, end, rows
    {"count",
     "WITH page AS MATERIALIZED (SELECT key, octet_length(key) + octet_length(value) AS size FROM mcpawl.entry"
     " WHERE key > $1 AND key < $2 ORDER BY key LIMIT $3) SELECT coalesce(sum(size), 0)::bigint, count(*),"
     " (SELECT key FROM page ORDER BY key DESC LIMIT 1) FROM page",
     3, 0b11},
    // to whom, what
    {"notify", "SELECT pg_notify($1, $2)", 2, 0, 0b11},
    {"time", "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::int8", 0, 0},
}};

}  // namespace mcpawl::detail
