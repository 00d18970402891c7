// tests/unit/mcp/session/session_table.cpp - which sessions are known, whose they are, and which go first
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/mcp/session/session_table.hpp>
#include <mcpawl/test/manual_clock.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace mcp_session_table {
namespace {

using namespace mcpawl;
using namespace mcpawl::detail;
using namespace std::chrono_literals;

struct fixture {
  test::manual_clock time;
  change_feed all;
  std::optional<session_table> table;

  fixture() { make({3600s, 600s, 1000}); }
  void make(session_bounds const& bounds) { table.emplace(bounds, time, all); }

  std::shared_ptr<session> add(std::string id, std::string principal = "alice",
                               std::string_view account = {}) {
    return table->add(std::move(id), std::move(principal), time.wall(), revision::v2025_11_25, {}, account);
  }
  bool knows(std::string_view id, std::string_view principal = "alice") {
    return table->find(id, principal) != nullptr;
  }
};

/** Reads the stream of a session, which keeps it from being idle. */
struct reading {
  explicit reading(session& of) : log(of.own_stream().log), ticket(log->attach({})) {}
  ~reading() { log->detach(ticket); }
  reading(reading const&) = delete;
  reading& operator=(reading const&) = delete;
  std::shared_ptr<event_log> log;
  std::uint64_t ticket;
};

}  // namespace
}  // namespace mcp_session_table

BOOST_FIXTURE_TEST_SUITE(mcp_session_table, fixture)

BOOST_AUTO_TEST_CASE(an_empty_table_finds_ends_and_sweeps_nothing) {
  BOOST_TEST(table->size() == 0u);
  BOOST_TEST(!knows("a"));
  BOOST_TEST(!knows("", ""));
  BOOST_TEST(!table->end("a", "alice").has_value());
  BOOST_TEST(!table->sweep());
}

BOOST_AUTO_TEST_CASE(a_session_is_found_by_its_id_and_its_principal_alone) {
  auto const made = add("a");
  BOOST_TEST((table->find("a", "alice") == made));
  BOOST_TEST(!knows("a", "bob"));
  BOOST_TEST(!knows("a", ""));
  BOOST_TEST(!table->end("a", "bob").has_value());
  BOOST_TEST(knows("a"));
}

BOOST_AUTO_TEST_CASE(an_id_that_is_there_already_stands_for_the_session_that_has_it) {
  auto const first = add("a");
  BOOST_TEST((add("a") == first));
  BOOST_TEST(table->size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_session_that_was_ended_is_not_taken_in_again) {
  add("a");
  BOOST_TEST(table->end("a", "alice").has_value());
  BOOST_TEST(!table->end("a", "alice").has_value());
  BOOST_TEST(!add("a"));
  BOOST_TEST(table->size() == 0u);
}

BOOST_AUTO_TEST_CASE(a_session_lives_to_the_last_second_of_its_lifetime) {
  auto const opened = time.wall();
  auto const restore = [&] { return table->add("a", "alice", opened, revision::v2025_11_25, {}); };
  time.advance(3599s);
  BOOST_TEST(restore());
  time.advance(1s);
  BOOST_TEST(!knows("a"));
  BOOST_TEST(!restore());
  BOOST_TEST(!table->add("b", "alice", opened, revision::v2025_11_25, {}));
}

BOOST_AUTO_TEST_CASE(a_session_is_idle_after_its_time_and_not_a_second_before) {
  add("a");
  time.advance(599s);
  BOOST_TEST(knows("a"));  // which counts as use
  time.advance(599s);
  BOOST_TEST(knows("a"));
  time.advance(600s);
  BOOST_TEST(!knows("a"));
  BOOST_TEST(table->size() == 0u);
}

BOOST_AUTO_TEST_CASE(a_full_table_holds_its_bound_and_forgets_one_for_one_more) {
  make({3600s, 600s, 3});
  for (char const* id : {"a", "b", "c"}) add(id);
  BOOST_TEST(table->size() == 3u);
  BOOST_TEST(add("d"));
  BOOST_TEST(table->size() == 3u);
  BOOST_TEST(!knows("a"));
  // it was forgotten, not ended: who comes back with it goes on
  BOOST_TEST(add("a"));
}

BOOST_AUTO_TEST_CASE(a_table_with_room_for_none_takes_none) {
  make({3600s, 600s, 0});
  BOOST_TEST(!add("a"));
  BOOST_TEST(table->size() == 0u);
}

BOOST_AUTO_TEST_CASE(one_caller_holds_its_bound_and_loses_one_for_one_more) {
  limits each;
  each.max_sessions = 2;
  make({3600s, 600s, 1000, each});
  add("other", "bob");
  for (char const* id : {"a", "b"}) add(id);
  BOOST_TEST(table->size() == 3u);
  add("c");
  BOOST_TEST(table->size() == 3u);
  BOOST_TEST(!knows("a"));
  BOOST_TEST(knows("other", "bob"));
}

BOOST_AUTO_TEST_CASE(a_caller_whose_sessions_are_all_in_use_gets_no_more) {
  limits each;
  each.max_sessions = 1;
  make({3600s, 600s, 1000, each});
  reading const busy(*add("a"));
  BOOST_TEST(!add("b"));
  BOOST_TEST(knows("a"));
  BOOST_TEST(add("c", "bob"));
}

BOOST_AUTO_TEST_CASE(callers_without_a_principal_are_counted_by_their_account) {
  limits each;
  each.max_sessions = 1;
  make({3600s, 600s, 1000, each});
  add("a", "", "192.0.2.1");
  add("b", "", "192.0.2.2");
  BOOST_TEST(table->size() == 2u);
  add("c", "", "192.0.2.1");
  BOOST_TEST(!knows("a", ""));
  BOOST_TEST(knows("b", ""));
  // who cannot be told apart shares the bound of the table alone
  for (char const* id : {"x", "y", "z"}) add(id, "");
  BOOST_TEST(table->size() == 5u);
}

BOOST_AUTO_TEST_CASE(what_a_session_keeps_is_counted_by_its_caller_and_given_back_at_its_end) {
  auto made = add("a", "alice", "account");
  made->subscribe("test://12345");
  BOOST_TEST(table->budget().held("account", budget_item::bytes) == 12u);
  made.reset();
  table->end("a", "alice");
  BOOST_TEST(table->budget().held("account", budget_item::bytes) == 0u);
}

BOOST_AUTO_TEST_CASE(sessions_hear_what_changes_until_they_end) {
  auto const made = add("a");
  made->initialized();
  reading const reader(*made);
  all.tell({change::kind::tools});
  BOOST_TEST(reader.log->backlog() == 1u);
  table->feed().close();
  all.tell({change::kind::prompts});
  BOOST_TEST(reader.log->backlog() == 1u);
}

BOOST_AUTO_TEST_CASE(
    a_closed_table_ends_streams_but_no_calls_and_takes_in_sessions_whose_streams_end_at_once) {
  auto const made = add("a");
  auto const log = made->own_stream().log;
  table->close();
  table->close();
  BOOST_TEST(log->finished());
  BOOST_TEST(knows("a"));
  auto const late = add("b");
  BOOST_TEST_REQUIRE(late != nullptr);
  BOOST_TEST(knows("b"));
  BOOST_TEST(late->own_stream().log->finished());
}

BOOST_AUTO_TEST_CASE(many_threads_that_add_find_end_and_sweep_stay_within_the_bounds) {
  limits each;
  each.max_sessions = 8;
  make({3600s, 600s, 20, each});
  std::atomic<bool> over{false};
  std::atomic<int> too_many{0};
  std::thread watch([&] {
    while (!over) {
      if (table->size() > 20) ++too_many;
      table->sweep();
      std::this_thread::yield();
    }
  });
  std::vector<std::thread> threads;
  for (int t = 0; t != 4; ++t)
    threads.emplace_back([this, t] {
      std::string const mine = "caller " + std::to_string(t);
      for (int i = 0; i != 200; ++i) {
        std::string const id = mine + " " + std::to_string(i);
        add(id, mine);
        table->find(id, mine);
        if (i % 2 == 0) table->end(id, mine);
      }
    });
  for (auto& each_thread : threads) each_thread.join();
  over = true;
  watch.join();
  BOOST_TEST(too_many == 0);
  BOOST_TEST(table->size() <= 20u);
}

BOOST_AUTO_TEST_SUITE_END()
