// mcpawl/store/postgres_fitness.hpp - whether a PostgreSQL server keeps what a store promises
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/store/errc.hpp>
#include <mcpawl/store/postgres_statements.hpp>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace mcpawl::detail {

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
