// mcpawl/store/postgres_handle.hpp - connections and results of libpq that free themselves, and what its errors mean here
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/store/errc.hpp>
#include <mcpawl/text/fixed_number.hpp>

#include <libpq-fe.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace mcpawl::detail {

struct finish_postgres {
  void operator()(PGconn* it) const noexcept { PQfinish(it); }
  void operator()(PGresult* it) const noexcept { PQclear(it); }
  void operator()(PQconninfoOption* it) const noexcept { PQconninfoFree(it); }
};
using postgres_handle = std::unique_ptr<PGconn, finish_postgres>;
using postgres_result = std::unique_ptr<PGresult, finish_postgres>;
using postgres_options_list = std::unique_ptr<PQconninfoOption, finish_postgres>;

/** The SQLSTATE of a result, five characters; empty if the library gave none. */
inline std::string_view postgres_state(PGresult const* of) noexcept {
  char const* const state = PQresultErrorField(of, PG_DIAG_SQLSTATE);
  return state == nullptr ? std::string_view{} : std::string_view{state};
}

/** What becomes of a statement that the server refused, so that nothing was changed by it. */
enum class postgres_verdict : unsigned char {
  final,      ///< It is the answer.
  again,      ///< The same once more, on the same connection.
  elsewhere,  ///< The same once more, on another connection: this server goes down, or only reads now.
};

struct postgres_refusal {
  error_code why;
  postgres_verdict verdict;
};

/** PostgreSQL's documentation, appendix A. */
inline postgres_refusal judge_postgres(std::string_view state) noexcept {
  using enum postgres_verdict;
  // without one it is the library that speaks, of a connection that broke
  if (state.empty() || state.starts_with("08") || state.starts_with("57P") || state == "25006")
    return {store_errc::unreachable, elsewhere};
  if (state == "40001" || state == "40P01") return {store_errc::busy, again};
  if (state == "55P03" || state == "57014") return {store_errc::busy, final};
  if (state == "53300") return {store_errc::unreachable, elsewhere};
  if (state.starts_with("53")) return {store_errc::full, final};
  if (state.starts_with("XX")) return {store_errc::corrupt, final};
  if (state == "42501") return {store_errc::read_only, final};
  // somebody has dropped the tables, or this is another database
  if (state == "42P01" || state == "3F000" || state == "26000") return {store_errc::foreign, elsewhere};
  return {store_errc::io, final};
}

/** Eight bytes as libpq sends and receives them. */
inline std::string postgres_integer(std::int64_t value) {
  std::string out;
  append_big_endian(out, static_cast<std::uint64_t>(value), 8);
  return out;
}

/** The bytes of a field; they end with the result. */
inline std::string_view postgres_bytes(PGresult const* of, int row, int field) noexcept {
  return {PQgetvalue(of, row, field), static_cast<std::size_t>(PQgetlength(of, row, field))};
}

/** A field of type int8; 0 for one that is none. */
inline std::int64_t postgres_integer(PGresult const* of, int row, int field) noexcept {
  std::string_view const bytes = postgres_bytes(of, row, field);
  return bytes.size() == 8 ? static_cast<std::int64_t>(read_big_endian(bytes)) : 0;
}

}  // namespace mcpawl::detail
