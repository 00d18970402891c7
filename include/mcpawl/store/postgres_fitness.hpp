// mcpawl/store/postgres_fitness.hpp - whether a PostgreSQL server keeps what a store promises
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/store/errc.hpp>
#include <mcpawl/store/postgres_statements.hpp>

#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** What keeps us out of a server. */
struct postgres_refusal_reason {
  std::string_view
      words;  ///< Part of what libpq says about it, which may repeat parts of the URL and so is told to nobody.
  store_errc code;
  std::string_view sentence;
};

/** Before version 18 libpq has words alone for why there is no connection. */
inline postgres_refusal_reason why_no_postgres(std::string_view message) noexcept {
  using enum store_errc;
  constexpr postgres_refusal_reason known[] = {
      {"password authentication failed", permissions,
       "the PostgreSQL server does not take this password for this role"},
      {"no password supplied", permissions, "the PostgreSQL server wants a password"},
      {"permission denied for database", permissions,
       "the role may not use this database of the PostgreSQL server"},
      {"no pg_hba.conf entry", permissions,
       "the PostgreSQL server's pg_hba.conf does not let this role in from here"},
      {"authentication failed", permissions, "the PostgreSQL server does not let this role in"},
      {"not permitted to log in", permissions, "the role may not log in at the PostgreSQL server"},
      {"root certificate file", cannot_open,
       "there is no root certificate to validate the PostgreSQL server by: sslrootcert names one"},
      {"certificate verify failed", cannot_open,
       "the certificate of the PostgreSQL server is not of the authority in sslrootcert"},
      {"does not match host name", cannot_open,
       "the certificate of the PostgreSQL server is for another name"},
      {"server does not support SSL", cannot_open, "the PostgreSQL server has no TLS"},
      {"FATAL:  role \"", permissions, "the PostgreSQL server has no such role"},
      {"FATAL:  database \"", cannot_open, "the PostgreSQL server has no such database"},
      {"could not translate host name", unreachable, "the name of the PostgreSQL server cannot be looked up"},
      {"Connection refused", unreachable, "nobody listens where the PostgreSQL server should be"},
  };
  for (auto const& each : known)
    if (message.find(each.words) != std::string_view::npos) return each;
  return {{}, unreachable, "the PostgreSQL server does not answer"};
}

/** Seconds by which the clocks of a server and of this machine may differ. */
inline constexpr int postgres_max_clock_offset = 5;

/** What the start looks at in a server. */
struct postgres_facts {
  bool in_recovery = false;
  bool read_only = false;
  bool fsync = true;
  int version = 0;            ///< As 150020.
  double clock_offset = 0.0;  ///< Seconds that the server is ahead of this machine.
  int schema = 0;             ///< The version of ours; 0: none, -1: a schema of this name that is not ours.
  bool can_make_schema = true;
};

/** Everything that is wrong with a server, as sentences; the code is that of the first. */
inline error_code find_postgres_faults(postgres_facts const& facts, bool compare_clocks,
                                       std::vector<std::string>& why) {
  error_code first;
  auto const wrong = [&](store_errc code, std::string what) {
    if (!first) first = code;
    why.push_back(std::move(what));
  };
  if (facts.in_recovery)
    wrong(store_errc::read_only, "the PostgreSQL server is a standby (pg_is_in_recovery)");
  else if (facts.read_only)
    wrong(store_errc::read_only, "the PostgreSQL server only reads (transaction_read_only)");
  if (facts.version < 120000) wrong(store_errc::unfit, "the PostgreSQL server is older than version 12");
  if (!facts.fsync)
    wrong(store_errc::unfit,
          "the PostgreSQL server runs with fsync = off, which loses what was acknowledged");
  if (compare_clocks && std::fabs(facts.clock_offset) > postgres_max_clock_offset)
    wrong(store_errc::unfit, "the clock of the PostgreSQL server differs by " +
                                 std::to_string(static_cast<long long>(std::fabs(facts.clock_offset))) +
                                 " seconds from that of this machine");
  if (facts.schema < 0)
    wrong(store_errc::foreign, "the database has a schema mcpawl that mcpawl has not made");
  if (facts.schema > postgres_schema_version)
    wrong(store_errc::newer_schema, "the schema mcpawl was made by a newer version of mcpawl");
  if (facts.schema == 0 && !facts.can_make_schema && !facts.in_recovery)
    wrong(store_errc::permissions,
          "the role may not make the schema mcpawl: GRANT CREATE ON DATABASE to it, or make the"
          " schema once with another role");
  return first;
}

}  // namespace mcpawl::detail
