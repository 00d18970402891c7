// mcpawl/store/postgres_session.hpp - connects to PostgreSQL, looks whether the server is fit, and prepares the statements
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/store/errc.hpp>
#include <mcpawl/store/postgres_fitness.hpp>
#include <mcpawl/store/postgres_handle.hpp>
#include <mcpawl/store/postgres_statements.hpp>
#include <mcpawl/store/postgres_target.hpp>

#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** What a connection is for; it decides what its commits wait for. */
enum class postgres_use : unsigned char {
  relaxed,  ///< Reads, and writes that the engine's crash may take back: `synchronous_commit = off`.
  durable,  ///< What would hold others up: statements that take long, and writes that are on the disk, and with its standby where the server has one, once they are answered.
  listening,  ///< Hears notifications, and sends nothing.
};

/** One connection while it is made, on a thread that may wait for it: libpq looks names up without regard for others.

    @par Thread safety
    One thread at a time. Writing to the descriptor `interrupt` ends every wait. */
class postgres_session {
public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit postgres_session(int interrupt) noexcept : interrupt_(interrupt) {}

  /** Connect to one server.

      @par Errors
      `store_errc::unreachable`, or what `why_no_postgres` knows; `reason` says it. */
  error_code connect(postgres_target::parameters const& to, time_point deadline) {
    deadline_ = deadline;
    std::vector<char const*> names, values;
    for (auto const& [name, value] : to) {
      names.push_back(name.c_str());
      values.push_back(value.c_str());
    }
    names.push_back(nullptr);
    values.push_back(nullptr);
    connection_.reset(PQconnectStartParams(names.data(), values.data(), 0));
    if (!connection_) return store_errc::unreachable;
    if (PQstatus(connection_.get()) == CONNECTION_BAD) return refused();
    PQsetNoticeProcessor(connection_.get(), [](void*, char const*) {}, nullptr);
    PostgresPollingStatusType state = PGRES_POLLING_WRITING;
    while (state == PGRES_POLLING_READING || state == PGRES_POLLING_WRITING) {
      if (!wait(state == PGRES_POLLING_READING ? POLLIN : POLLOUT)) {
        reason_ = why_no_postgres({}).sentence;
        return store_errc::unreachable;
      }
      state = PQconnectPoll(connection_.get());
    }
    if (state != PGRES_POLLING_OK) return refused();
    return PQsetnonblocking(connection_.get(), 1) == 0 ? error_code{}
                                                       : make_error_code(store_errc::unreachable);
  }

  /** Run statements that return no rows, or whose rows nobody needs. */
  error_code run(std::string const& sql) {
    auto const done = ask(sql);
    return done ? error_code{} : done.error();
  }

  /** Run statements and return the last result.

      @par Errors
      `store_errc::unreachable` if there is none in time, or what the server says (`judge_postgres`). */
  result<postgres_result> ask(std::string const& sql) {
    if (PQsendQuery(connection_.get(), sql.c_str()) == 0) return make_error_code(store_errc::unreachable);
    return last_result();
  }

  /** What there is to know about a server before it is trusted. */
  result<postgres_facts> look() {
    auto const before = std::chrono::system_clock::now();
    auto const first =
        ask("SELECT pg_is_in_recovery()::int, (current_setting('transaction_read_only') = 'on')::int,"
            " (current_setting('fsync') = 'on')::int, current_setting('server_version_num'),"
            " extract(epoch FROM clock_timestamp()),"
            " (SELECT count(*) FROM pg_catalog.pg_namespace WHERE nspname = 'mcpawl'),"
            " (to_regclass('mcpawl.about') IS NOT NULL AND to_regclass('mcpawl.entry') IS NOT NULL)::int,"
            " has_database_privilege(current_database(), 'CREATE')::int");
    auto const after = std::chrono::system_clock::now();
    if (!first) return first.error();
    PGresult const* const row = first->get();
    if (PQntuples(row) != 1) return make_error_code(store_errc::io);
    auto const number = [row](int field) { return std::atoi(PQgetvalue(row, 0, field)); };
    postgres_facts out;
    out.in_recovery = number(0) != 0;
    out.read_only = number(1) != 0;
    out.fsync = number(2) != 0;
    out.version = number(3);
    auto const middle = before + (after - before) / 2;
    out.clock_offset = std::strtod(PQgetvalue(row, 0, 4), nullptr) -
                       std::chrono::duration<double>(middle.time_since_epoch()).count();
    out.can_make_schema = number(7) != 0;
    if (number(5) == 0) return out;
    out.schema = -1;
    if (number(6) == 0) return out;
    auto const about = ask("SELECT version FROM mcpawl.about WHERE product = 'mcpawl'");
    if (!about && about.error() == store_errc::read_only) return about.error();
    if (about && PQntuples(about->get()) == 1)
      out.schema = std::max(1, std::atoi(PQgetvalue(about->get(), 0, 0)));
    return out;
  }

  /** Make the tables, unless somebody else is faster. */
  error_code make_schema() {
    // the number is "mcpawl" as ASCII
    auto const begun = run("BEGIN; SELECT pg_advisory_xact_lock(120256868284268)");
    if (begun) return begun;
    auto const there = ask("SELECT count(*) FROM pg_catalog.pg_namespace WHERE nspname = 'mcpawl'");
    if (!there) return there.error();
    if (std::atoi(PQgetvalue(there->get(), 0, 0)) == 0) {
      if (error_code const failed = run(postgres_make_schema)) return failed;
    }
    return run("COMMIT");
  }

  /** Settings of the session, then the statements; after that the connection is in pipeline mode. */
  error_code prepare(postgres_use use) {
    if (error_code const failed =
            set(use == postgres_use::relaxed
                    ? "SET synchronous_commit = off;"
                    : "SELECT set_config('synchronous_commit', 'on', false)"
                      " WHERE current_setting('synchronous_commit') NOT IN ('on', 'remote_apply');"))
      return failed;
    if (PQenterPipelineMode(connection_.get()) == 0) return store_errc::unreachable;
    for (auto const& each : postgres_statements) {
      constexpr Oid bytea = 17, int8 = 20, text = 25;
      std::array<Oid, 8> types{};
      for (int i = 0; i != each.parameters; ++i)
        types[static_cast<std::size_t>(i)] = (each.bytea >> i & 1) != 0  ? bytea
                                             : (each.text >> i & 1) != 0 ? text
                                                                         : int8;
      if (PQsendPrepare(connection_.get(), each.name, each.sql, each.parameters, types.data()) == 0)
        return store_errc::unreachable;
    }
    if (PQpipelineSync(connection_.get()) == 0) return store_errc::unreachable;
    return prepared();
  }

  /** Settings of the session, and notifications by these names from now on. */
  error_code listen(std::vector<std::string> const& names) {
    std::string settings;
    // quiet is not abandoned
    if (PQserverVersion(connection_.get()) >= 140000) settings = "SET idle_session_timeout = 0;";
    for (auto const& each : names) settings += "LISTEN \"" + each + "\";";
    return set(settings);
  }

  /** Why there is no connection, as a sentence. */
  std::string_view reason() const noexcept { return reason_; }

  postgres_handle take() && noexcept { return std::move(connection_); }

private:
  /** The settings of every session, and those of one use. */
  error_code set(std::string const& besides) {
    std::string settings =
        "SET search_path = pg_catalog; SET statement_timeout = 1500; SET lock_timeout = 1000;"
        "SET idle_in_transaction_session_timeout = 5000; SET default_transaction_isolation = 'read committed';";
    if (PQserverVersion(connection_.get()) >= 140000)
      settings += "SET client_connection_check_interval = 1000;";
    settings += besides;
    // also after a failover: what only reads, or is being restored, is not the one
    settings += "SELECT (pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on')::int";
    auto const done = ask(settings);
    if (!done) return done.error();
    if (PQntuples(done->get()) != 1 || std::string_view{PQgetvalue(done->get(), 0, 0)} != "0")
      return store_errc::read_only;
    return {};
  }

  error_code refused() noexcept {
    auto const known = why_no_postgres(PQerrorMessage(connection_.get()));
    reason_ = known.sentence;
    return known.code;
  }

  /** Wait until the socket can be read or written; false if it took too long, or the wait was interrupted. */
  bool wait(short events) const {
    for (;;) {
      auto const left =
          std::chrono::ceil<std::chrono::milliseconds>(deadline_ - std::chrono::steady_clock::now());
      if (left.count() <= 0) return false;
      std::array<pollfd, 2> both{{{PQsocket(connection_.get()), events, 0}, {interrupt_, POLLIN, 0}}};
      int const ready = ::poll(both.data(), both.size(), static_cast<int>(left.count()));
      if (ready < 0 && errno != EINTR) return false;
      if (ready > 0) return both[1].revents == 0;
    }
  }

  /** The next result, when it is there; `null` at the end of what a statement gives. */
  result<postgres_result> next_result() {
    for (;;) {
      int const left = PQflush(connection_.get());
      if (left < 0) return make_error_code(store_errc::unreachable);
      if (PQisBusy(connection_.get()) == 0) return postgres_result(PQgetResult(connection_.get()));
      if (!wait(static_cast<short>(left == 0 ? POLLIN : POLLIN | POLLOUT)) ||
          PQconsumeInput(connection_.get()) == 0)
        return make_error_code(store_errc::unreachable);
    }
  }

  result<postgres_result> last_result() {
    result<postgres_result> last = make_error_code(store_errc::unreachable);
    error_code failed;
    for (;;) {
      auto next = next_result();
      if (!next) return next.error();
      if (!*next) break;
      if (PQresultStatus(next->get()) == PGRES_FATAL_ERROR && !failed)
        failed = judge_postgres(postgres_state(next->get())).why;
      last = std::move(next);
    }
    if (failed) return failed;
    return last;
  }

  error_code prepared() {
    error_code failed;
    for (;;) {
      auto const next = next_result();
      if (!next) return next.error();
      if (!*next) continue;  // between two statements
      auto const status = PQresultStatus(next->get());
      if (status == PGRES_PIPELINE_SYNC) return failed;
      if (status == PGRES_FATAL_ERROR && !failed) failed = judge_postgres(postgres_state(next->get())).why;
    }
  }

  int interrupt_;
  time_point deadline_{};
  postgres_handle connection_;
  std::string_view reason_;
};

}  // namespace mcpawl::detail
