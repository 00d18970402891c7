// tests/unit/store/sqlite_store.cpp - what a file can do to a store, and what the store does for its file
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/store/sqlite_connection.hpp>
#include <mcpawl/store/sqlite_store.hpp>
#include <mcpawl/test/manual_clock.hpp>

#include "await.hpp"
#include "backends.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/test/unit_test.hpp>

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(store_sqlite_store)

using namespace mcpawl;
using namespace std::chrono_literals;

namespace {

error_code why_not(std::string const& path) {
  auto const opened = sqlite_store::open(path, clock::system(), 50ms);
  return opened ? error_code{} : opened.error();
}

std::unique_ptr<sqlite_store> must_open(std::string const& path,
                                        std::chrono::milliseconds patience = sqlite_store::default_patience) {
  return sqlite_store::open(path, clock::system(), patience).value();
}

store_write durable(std::string key, std::string value) {
  store_write made(std::move(key), std::move(value));
  made.survives(durability::power_loss);
  return made;
}

void write_file(std::string const& path, std::string const& content) {
  std::ofstream(path, std::ios::binary) << content;
}

void run_sql(std::string const& path, std::string const& sql) {
  sqlite3* opened = nullptr;
  BOOST_TEST_REQUIRE(sqlite3_open(path.c_str(), &opened) == SQLITE_OK);
  detail::sqlite_handle const database(opened);
  BOOST_TEST_REQUIRE(sqlite3_exec(opened, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
}

/** Entries with keys of the prefix and eleven digits in no order. */
void add_entries(std::string const& path, std::string const& prefix, int count, int value_bytes) {
  run_sql(path, "WITH RECURSIVE some(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM some WHERE i < " +
                    std::to_string(count) + ") INSERT INTO entry SELECT CAST('" + prefix +
                    "' || printf('%011d', i * 7919 % 1000003) AS BLOB), zeroblob(" +
                    std::to_string(value_bytes) + "), i, 9223372036854775807 FROM some");
}

unsigned mode_of(std::string const& path) {
  struct stat info{};
  return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 0777u : 0u;
}

/** Run `f` in a process of its own and return its exit status, or minus the signal that ended it. */
template <class F>
int in_child(F f) {
  pid_t const child = ::fork();
  if (child == 0) {
    int status = 99;
    try {
      status = f();
    } catch (...) {
    }
    ::_exit(status);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_file_and_its_companions_are_for_their_owner_alone) {
  temporary_folder folder;
  std::string const path = folder.file("store.db");
  ::mode_t const old = ::umask(0);
  auto store = must_open(path);
  await(store->put(durable("k", "v"))).value();
  ::umask(old);
  for (char const* tail : {"", "-wal", "-shm"}) BOOST_TEST(mode_of(path + tail) == 0600u);
  store.reset();
  ::chmod(path.c_str(), 0664);
  store = must_open(path);
  await(store->put(durable("k", "w"))).value();
  for (char const* tail : {"", "-wal", "-shm"}) BOOST_TEST(mode_of(path + tail) == 0600u);
}

BOOST_AUTO_TEST_CASE(a_path_that_cannot_be_opened_is_refused) {
  temporary_folder folder;
  BOOST_TEST((why_not("") == store_errc::cannot_open));
  BOOST_TEST((why_not(std::string("a\0b", 3)) == store_errc::cannot_open));
  BOOST_TEST((why_not(folder.file("missing/store.db")) == store_errc::cannot_open));
  BOOST_TEST((why_not(folder.file("")) == store_errc::cannot_open));
  BOOST_TEST((why_not("/dev/null") == store_errc::cannot_open));
  write_file(folder.file("plain"), "x");
  BOOST_TEST((why_not(folder.file("plain/store.db")) == store_errc::cannot_open));
  BOOST_TEST((why_not(folder.file("missing/store.db")) == condition::configuration));
}

BOOST_AUTO_TEST_CASE(a_folder_that_cannot_be_written_to_is_refused) {
  temporary_folder folder;
  std::string const path = folder.file("store.db");
  must_open(path);
  ::chmod(folder.file("").c_str(), 0555);
  int const status = in_child([&] {
    // root may write anywhere
    if (::geteuid() == 0 && ::setresuid(65534, 65534, 65534) != 0) return 98;
    auto const made = why_not(folder.file("new.db"));
    auto const old = why_not(path);
    return made == store_errc::cannot_open && old ? 0 : 1;
  });
  ::chmod(folder.file("").c_str(), 0755);
  BOOST_TEST(status == 0);
}

BOOST_AUTO_TEST_CASE(what_is_no_database_is_refused_and_left_alone) {
  temporary_folder folder;
  std::string const path = folder.file("store.db");
  std::string const text(5000, 'x');
  write_file(path, text);
  BOOST_TEST((why_not(path) == store_errc::corrupt));
  std::ifstream in(path, std::ios::binary);
  BOOST_TEST((std::string(std::istreambuf_iterator<char>(in), {}) == text));
}

BOOST_AUTO_TEST_CASE(a_damaged_database_is_an_error_and_no_crash) {
  temporary_folder folder;
  std::string const path = folder.file("store.db");
  {
    auto store = must_open(path);
    for (int i = 0; i != 200; ++i)
      await(store->put(store_write("k" + std::to_string(i), std::string(500, 'v')))).value();
  }
  auto const size = std::filesystem::file_size(path);
  {
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(4096);
    file << std::string(size - 4096, '\xa5');
  }
  auto const opened = sqlite_store::open(path);
  error_code found;
  if (opened) {
    auto const read = await((*opened)->get("k7"));
    BOOST_REQUIRE(!read);
    found = read.error();
    BOOST_TEST((await((*opened)->put(durable("new", "v"))).error() == store_errc::corrupt));
  } else {
    found = opened.error();
  }
  BOOST_TEST((found == store_errc::corrupt));
}

BOOST_AUTO_TEST_CASE(the_database_of_another_program_is_left_alone) {
  temporary_folder folder;
  std::string const path = folder.file("other.db");
  run_sql(path, "CREATE TABLE entry (a); INSERT INTO entry VALUES (1)");
  ::chmod(path.c_str(), 0644);
  BOOST_TEST((why_not(path) == store_errc::foreign));
  BOOST_TEST(mode_of(path) == 0644u);
  run_sql(path, "PRAGMA journal_mode = DELETE; INSERT INTO entry VALUES (2)");
  std::string const empty = folder.file("empty.db");
  run_sql(empty, "PRAGMA application_id = 7");
  BOOST_TEST((why_not(empty) == store_errc::foreign));
}

BOOST_AUTO_TEST_CASE(a_newer_schema_is_refused) {
  temporary_folder folder;
  std::string const path = folder.file("store.db");
  must_open(path);
  run_sql(path, "PRAGMA user_version = 2");
  BOOST_TEST((why_not(path) == store_errc::newer_schema));
  run_sql(path, "PRAGMA user_version = 0");
  BOOST_TEST((why_not(path) == store_errc::corrupt));
  run_sql(path, "PRAGMA user_version = 1");
  BOOST_TEST(!why_not(path));
}

BOOST_AUTO_TEST_CASE(while_another_process_writes_reads_go_on_and_writes_wait) {
  temporary_folder folder;
  std::string const path = folder.file("store.db");
  auto store = must_open(path, 50ms);
  await(store->put(durable("k", "v"))).value();
  sqlite3* opened = nullptr;
  BOOST_TEST_REQUIRE(sqlite3_open(path.c_str(), &opened) == SQLITE_OK);
  detail::sqlite_handle const other(opened);
  BOOST_TEST_REQUIRE(sqlite3_exec(opened, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_OK);
  BOOST_TEST((await(store->put(durable("k", "w"))).error() == store_errc::busy));
  BOOST_TEST((await(store->take("k", durability::relaxed)).error() == store_errc::busy));
  BOOST_TEST((make_error_code(store_errc::busy) == condition::unavailable));
  BOOST_TEST(await(store->get("k")).value()->value == "v");
  BOOST_TEST(await(store->scan("", "", 10)).value().items.size() == 1u);
  BOOST_TEST_REQUIRE(sqlite3_exec(opened, "ROLLBACK", nullptr, nullptr, nullptr) == SQLITE_OK);
  await(store->put(durable("k", "w"))).value();
  BOOST_TEST(await(store->get("k")).value()->value == "w");
}

BOOST_AUTO_TEST_CASE(a_database_that_another_process_keeps_to_itself_is_busy) {
  temporary_folder folder;
  std::string const path = folder.file("store.db");
  must_open(path);
  sqlite3* opened = nullptr;
  BOOST_TEST_REQUIRE(sqlite3_open(path.c_str(), &opened) == SQLITE_OK);
  detail::sqlite_handle const other(opened);
  BOOST_TEST_REQUIRE(sqlite3_exec(opened,
                                  "PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE;"
                                  "INSERT INTO entry VALUES ('k', 'v', 1, 9); COMMIT",
                                  nullptr, nullptr, nullptr) == SQLITE_OK);
  BOOST_TEST((why_not(path) == store_errc::busy));
}

BOOST_AUTO_TEST_CASE(every_acknowledged_write_is_found_after_the_process_was_killed) {
  temporary_folder folder;
  std::string const path = folder.file("store.db");
  for (int round = 0; round != 5; ++round) {
    int pipe_ends[2];
    BOOST_TEST_REQUIRE(::pipe(pipe_ends) == 0);
    pid_t const child = ::fork();
    if (child == 0) {
      ::close(pipe_ends[0]);
      auto store = must_open(path);
      for (int i = 0;; ++i) {
        std::string const key = "grant/" + std::to_string(round) + '/' + std::to_string(i);
        store_write write(key, "value of " + key);
        write.survives(i % 2 == 0 ? durability::power_loss : durability::relaxed);
        if (!await(store->put(std::move(write)))) ::_exit(1);
        // the acknowledgement: only now may anybody rely on it
        if (::write(pipe_ends[1], &i, sizeof i) != sizeof i) ::_exit(2);
      }
    }
    ::close(pipe_ends[1]);
    int acknowledged = -1;
    for (int i = 0; acknowledged < 5 + 7 * round && ::read(pipe_ends[0], &i, sizeof i) == sizeof i;)
      acknowledged = i;
    ::kill(child, SIGKILL);
    for (int i = 0; ::read(pipe_ends[0], &i, sizeof i) == sizeof i;) acknowledged = i;
    ::close(pipe_ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    BOOST_TEST_REQUIRE(WIFSIGNALED(status));
    BOOST_TEST_REQUIRE(acknowledged >= 5);
    auto store = must_open(path);
    for (int i = 0; i <= acknowledged; ++i) {
      std::string const key = "grant/" + std::to_string(round) + '/' + std::to_string(i);
      auto const found = await(store->get(key)).value();
      BOOST_TEST_REQUIRE(found.has_value());
      BOOST_TEST_REQUIRE(found->value == "value of " + key);
    }
  }
}

BOOST_AUTO_TEST_CASE(closing_carries_out_what_was_submitted) {
  temporary_folder folder;
  std::string const path = folder.file("store.db");
  boost::asio::io_context context{1};
  auto store = must_open(path);
  for (int i = 0; i != 300; ++i) {
    auto write = [](sqlite_store& to, int n) -> task<> {
      (void)co_await to.put(durable("k" + std::to_string(n), "v"));
    };
    boost::asio::co_spawn(context, write(*store, i), boost::asio::detached);
  }
  context.poll();
  store.reset();
  store = must_open(path);
  BOOST_TEST(await(store->scan("k", "", 1000)).value().items.size() == 300u);
}

BOOST_AUTO_TEST_CASE(coroutines_may_die_with_their_context_while_they_wait) {
  temporary_folder folder;
  auto store = must_open(folder.file("store.db"));
  for (int round = 0; round != 50; ++round) {
    boost::asio::io_context context{1};
    for (int i = 0; i != 5; ++i) {
      auto write = [](sqlite_store& to, int n) -> task<> {
        (void)co_await to.put(durable("k" + std::to_string(n), "v"));
      };
      boost::asio::co_spawn(context, write(*store, i), boost::asio::detached);
    }
    context.poll();
  }
  await(store->put(durable("k9", "v"))).value();
  BOOST_TEST(await(store->scan("", "", 100)).value().items.size() == 6u);
}

BOOST_AUTO_TEST_CASE(a_write_that_is_cancelled_says_so) {
  temporary_folder folder;
  std::string const path = folder.file("store.db");
  auto store = must_open(path);
  sqlite3* opened = nullptr;
  BOOST_TEST_REQUIRE(sqlite3_open(path.c_str(), &opened) == SQLITE_OK);
  detail::sqlite_handle const other(opened);
  BOOST_TEST_REQUIRE(sqlite3_exec(opened, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_OK);

  boost::asio::io_context context{1};
  boost::asio::cancellation_signal cancel;
  std::optional<error_code> ended;
  auto write = [](sqlite_store& to, std::optional<error_code>& end) -> task<> {
    auto const written = co_await to.put(durable("k", "v"));
    end = written ? error_code{} : written.error();
  };
  auto bound = boost::asio::bind_cancellation_slot(cancel.slot(), boost::asio::detached);
  boost::asio::co_spawn(context, write(*store, ended), bound);
  context.poll();
  BOOST_TEST(!ended);
  cancel.emit(boost::asio::cancellation_type::terminal);
  context.run();
  sqlite3_exec(opened, "ROLLBACK", nullptr, nullptr, nullptr);
  BOOST_REQUIRE(ended);
  BOOST_TEST((*ended == boost::asio::error::operation_aborted));
}

BOOST_AUTO_TEST_CASE(a_path_is_never_a_uri) {
  temporary_folder folder;
  std::string const here = std::filesystem::current_path().string();
  std::filesystem::current_path(folder.file(""));
  BOOST_TEST(!why_not("file:store.db?mode=memory"));
  BOOST_TEST(!why_not(":memory:"));
  BOOST_TEST(std::filesystem::exists("file:store.db?mode=memory"));
  BOOST_TEST(std::filesystem::exists(":memory:"));
  std::filesystem::current_path(here);
}

BOOST_AUTO_TEST_CASE(a_quota_holds_for_its_keys_and_for_all_processes) {
  temporary_folder folder;
  std::string const file = folder.file("store.db");
  auto const store = sqlite_store::open(file).value();
  auto one = detail::sqlite_connection::open(file, std::chrono::milliseconds{0}).value();
  auto other = detail::sqlite_connection::open(file, std::chrono::milliseconds{0}).value();
  clock::steady_time now{std::chrono::hours{1}};
  // of 10 000 bytes, "flow/" may have 1000: ten entries of 100
  auto const entry = [](int i) {
    return store_write("flow/" + std::to_string(100 + i), std::string(92, 'v'));
  };
  for (int i = 0; i != 5; ++i) {
    BOOST_TEST(!one.check_quota(entry(i), 10'000, now));
    BOOST_TEST(one.put(entry(i)).has_value());
  }
  for (int i = 5; i != 10; ++i) {
    BOOST_TEST(!other.check_quota(entry(i), 10'000, now));
    BOOST_TEST(other.put(entry(i)).has_value());
  }
  BOOST_CHECK(other.check_quota(entry(10), 10'000, now) == error_code(store_errc::over_quota));
  BOOST_TEST(!other.check_quota(store_write("grant/1", std::string(5000, 'v')), 10'000, now));
  BOOST_TEST(one.take("flow/100", 0).value().has_value());
  BOOST_CHECK(other.check_quota(entry(10), 10'000, now) == error_code(store_errc::over_quota));
  now += std::chrono::seconds{1};
  BOOST_TEST(!other.check_quota(entry(10), 10'000, now));
}

BOOST_AUTO_TEST_CASE(more_than_a_page_is_counted_to_the_end) {
  temporary_folder folder;
  std::string const file = folder.file("store.db");
  must_open(file).reset();
  add_entries(file, "flow/", 15'000, 9);  // 25 bytes each
  auto one = detail::sqlite_connection::open(file, std::chrono::milliseconds{0}).value();
  constexpr std::size_t of = 10 * 25 * 15'100;  // room for a hundred
  clock::steady_time const now{std::chrono::hours{1}};
  store_write const entry("flow/a", std::string(19, 'v'));
  // a page leaves much room; after the second there is less than what was let in meanwhile
  int let_in = 0;
  while (!one.check_quota(entry, of, now)) ++let_in;
  BOOST_TEST(let_in == 256);
}

// it was 21 pages where each node of the tree held whole rows
BOOST_AUTO_TEST_CASE(a_look_up_among_many_long_entries_reads_few_pages) {
  temporary_folder folder;
  std::string const path = folder.file("store.db");
  must_open(path).reset();
  add_entries(path, "grant/", 10'000, 2800);
  run_sql(
      path,
      "INSERT INTO entry VALUES (CAST('grant/00000500000mine' AS BLOB), zeroblob(2800), 1, 9223372036854775807)");
  auto const database = detail::connect_sqlite(path, 0ms).value();
  detail::sqlite_statement find;
  BOOST_TEST_REQUIRE(!find.prepare(
      database.get(), "SELECT value FROM entry WHERE key = CAST('grant/00000500000mine' AS BLOB)"));
  auto const look_up = [&] {
    detail::sqlite_use const use(find);
    BOOST_TEST(use->step() == SQLITE_ROW);
    BOOST_TEST(use->bytes(0).size() == 2800u);
  };
  look_up();  // the first reads the schema
  int hits = 0, misses = 0, most = 0;
  sqlite3_db_status(database.get(), SQLITE_DBSTATUS_CACHE_HIT, &hits, &most, 1);
  sqlite3_db_status(database.get(), SQLITE_DBSTATUS_CACHE_MISS, &misses, &most, 1);
  look_up();
  sqlite3_db_status(database.get(), SQLITE_DBSTATUS_CACHE_HIT, &hits, &most, 0);
  sqlite3_db_status(database.get(), SQLITE_DBSTATUS_CACHE_MISS, &misses, &most, 0);
  BOOST_TEST(hits + misses <= 9);
}

BOOST_AUTO_TEST_CASE(a_file_whose_table_has_no_row_ids_is_used_as_it_is) {
  temporary_folder folder;
  std::string const path = folder.file("store.db");
  run_sql(
      path,
      "PRAGMA journal_mode = WAL;"
      "CREATE TABLE entry (key BLOB PRIMARY KEY, value BLOB NOT NULL, version INTEGER NOT NULL, expires INTEGER NOT NULL)"
      " WITHOUT ROWID;"
      "CREATE INDEX entry_by_expiry ON entry (expires) WHERE expires < 9223372036854775807;"
      "INSERT INTO entry VALUES (CAST('k' AS BLOB), CAST('old' AS BLOB), 7, 9223372036854775807);"
      "INSERT INTO entry VALUES (CAST('over' AS BLOB), CAST('x' AS BLOB), 8, 1);"
      "PRAGMA application_id = 1835233399; PRAGMA user_version = 1");
  test::manual_clock time;
  auto const store = sqlite_store::open(path, time).value();
  time.advance(1h);  // before that nothing is deleted
  BOOST_TEST(await(store->get("k")).value().value().value == "old");
  BOOST_TEST(await(store->compare_and_set(durable("k", "new"), 7)).value().has_value());
  await(store->put(durable("l", "other"))).value();
  BOOST_TEST(await(store->scan("", "", 10)).value().items.size() == 2u);
  BOOST_TEST(await(store->take("k", durability::relaxed)).value().value().value == "new");
  BOOST_TEST(!await(store->get("k")).value());
  store_write over("flow/1", "x");
  over.expires(time.wall() + 1);
  await(store->put(std::move(over))).value();
  time.advance(2s);
  BOOST_TEST(await(store->purge(10)).value() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
