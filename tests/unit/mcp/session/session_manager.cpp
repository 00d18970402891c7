// tests/unit/mcp/session/session_manager.cpp - session ids that carry their session, and the table of those in use
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/mcp/session/session_manager.hpp>
#include <mcpawl/mcp/session/session_sweeper.hpp>
#include <mcpawl/test/manual_clock.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace mcp_sessions {

using namespace std::chrono_literals;
using mcpawl::client_profile;
using mcpawl::revision;
using mcpawl::detail::session_manager;

namespace {

struct fixture {
  mcpawl::test::manual_clock time;
  mcpawl::detail::change_feed feed;
  mcpawl::sealer seal = mcpawl::sealer::with_random_key();
  session_manager known = another();

  /** The same server, after a restart or on another machine. */
  session_manager another(std::size_t most = 10'000, std::size_t max_of_one = 10'000,
                          std::string_view name = "one") {
    mcpawl::limits each;
    each.max_sessions = max_of_one;
    mcpawl::detail::session_bounds const bounds{3600s, 600s, most, each};
    return {seal, std::make_shared<mcpawl::detail::session_table>(bounds, time, feed), time, name};
  }
  static client_profile someone() {
    client_profile who;
    who.capabilities = 5;
    who.name = "someone";
    who.version = "1.2";
    return who;
  }
  std::string open(std::string_view principal = "alice") {
    return known.open(revision::v2025_06_18, principal, someone()).value().id;
  }
};

/** Reads a stream to see that a session is in use. */
struct reading {
  explicit reading(mcpawl::detail::session& session)
      : log(session.own_stream().log), ticket(log->attach({})) {}
  ~reading() { log->detach(ticket); }
  std::shared_ptr<mcpawl::detail::event_log> log;
  std::uint64_t ticket;
};

}  // namespace

}  // namespace mcp_sessions

BOOST_FIXTURE_TEST_SUITE(mcp_sessions, fixture)

BOOST_AUTO_TEST_CASE(an_id_is_its_session) {
  auto const id = open();
  auto restarted = another();
  for (auto* by : {&known, &restarted}) {
    auto const found = by->find(id, "alice");
    BOOST_TEST_REQUIRE(found);
    BOOST_TEST((found->protocol() == revision::v2025_06_18));
    BOOST_TEST(found->client().name == "someone");
    BOOST_TEST(found->client().version == "1.2");
    BOOST_TEST(found->client().can(mcpawl::client_capability::form));
    BOOST_TEST(!found->client().can(mcpawl::client_capability::url));
    BOOST_TEST(found->client().can(mcpawl::client_capability::sampling));
  }
}

BOOST_AUTO_TEST_CASE(an_id_is_of_visible_ascii_and_bounded_however_long_the_names_are) {
  auto const longest = boost::json::parse(R"({"name":")" + std::string(100'000, 'n') + R"(","version":")" +
                                          std::string(100'000, 'v') + R"("})");
  auto const who = client_profile::of(nullptr, &longest.as_object());
  auto const id = known.open(revision::v2025_11_25, "alice", who).value().id;
  BOOST_TEST(id.size() <= 512U);
  for (char c : id) BOOST_TEST((c >= 0x21 && c <= 0x7e));
  auto restarted = another();
  BOOST_TEST(restarted.find(id, "alice")->client().name == std::string(128, 'n'));
}

BOOST_AUTO_TEST_CASE(another_principal_does_not_open_it) {
  auto const id = open();
  auto restarted = another();
  for (std::string const who : {"bob", "", "alic", "alice ", "Alice"}) {
    BOOST_TEST(!known.find(id, who));
    BOOST_TEST(!restarted.find(id, who));
  }
}

BOOST_AUTO_TEST_CASE(another_key_does_not_open_it_and_a_retired_one_does) {
  auto const id = open();
  seal = mcpawl::sealer::with_random_key();
  auto stranger = another();
  BOOST_TEST(!stranger.find(id, "alice"));

  mcpawl::secret const old_key(std::string(32, 'o'));
  mcpawl::secret const new_key(std::string(32, 'n'));
  seal = mcpawl::sealer({old_key});
  auto before = another();
  auto const older = before.open(revision::v2025_11_25, "alice", {}).value().id;
  seal = mcpawl::sealer({new_key, old_key});
  auto after = another();
  BOOST_TEST(after.find(older, "alice"));
  auto const newer = after.open(revision::v2025_11_25, "alice", {}).value().id;
  BOOST_TEST(!before.find(newer, "alice"));
}

BOOST_AUTO_TEST_CASE(it_ends_with_its_lifetime_however_much_it_is_used) {
  auto const id = open();
  for (int i = 0; i != 7; ++i) {
    time.advance(500s);
    BOOST_TEST(known.find(id, "alice"));
  }
  time.advance(100s);
  BOOST_TEST(!known.find(id, "alice"));
  auto restarted = another();
  BOOST_TEST(!restarted.find(id, "alice"));
}

BOOST_AUTO_TEST_CASE(it_ends_when_it_is_idle) {
  auto const id = open();
  time.advance(599s);
  BOOST_TEST(known.find(id, "alice"));
  time.advance(600s);
  BOOST_TEST(!known.find(id, "alice"));
  BOOST_TEST(!known.find(id, "alice"));  // and stays dead, though its id could still be read
}

BOOST_AUTO_TEST_CASE(a_session_that_is_listened_to_is_not_idle) {
  auto const id = open();
  reading const listener(*known.find(id, "alice"));
  time.advance(700s);
  BOOST_TEST(known.find(id, "alice"));
}

BOOST_AUTO_TEST_CASE(over_the_limit_the_longest_idle_leaves) {
  known = another(3);
  auto const first = open();
  time.advance(1s);
  auto const second = open();
  time.advance(1s);
  auto const third = open();
  time.advance(1s);
  BOOST_TEST(known.find(first, "alice"));
  auto const fourth = open();
  BOOST_TEST(!known.table().find(second, "alice"));
  for (auto const& id : {first, third, fourth}) BOOST_TEST(known.table().find(id, "alice"));
  BOOST_TEST(known.table().size() == 3U);
  BOOST_TEST(known.find(second, "alice"));  // it was forgotten, not ended
}

BOOST_AUTO_TEST_CASE(over_the_limit_sessions_in_use_stay_and_a_new_one_is_refused_if_all_are) {
  known = another(2);
  auto const first = open();
  auto const second = open();
  reading const one(*known.find(first, "alice"));
  auto const third = open();
  BOOST_TEST(known.find(first, "alice"));
  BOOST_TEST(!known.table().find(second, "alice"));
  reading const two(*known.find(third, "alice"));
  BOOST_TEST(!known.open(revision::v2025_11_25, "alice", {}).has_value());
}

BOOST_AUTO_TEST_CASE(sessions_of_one_caller_push_out_their_own_and_no_others) {
  known = another(5, 3);
  auto const others = open("bob");
  std::vector<std::string> mine;
  for (int i = 0; i != 4; ++i) mine.push_back(open());
  BOOST_TEST(!known.table().find(mine[0], "alice"));
  for (std::size_t i = 1; i != 4; ++i) BOOST_TEST(known.table().find(mine[i], "alice"));
  // a full table takes of the newcomer first
  open("carol");
  for (int i = 0; i != 3; ++i) mine.push_back(open());
  BOOST_TEST(known.table().size() == 5U);
  BOOST_TEST(known.table().find(others, "bob"));
  // who has none yet takes that of who was away longest
  open("dave");
  BOOST_TEST(known.table().size() == 5U);
}

BOOST_AUTO_TEST_CASE(an_id_of_another_server_with_the_same_keys_does_not_open) {
  auto const id = open();
  auto other = another(10, 10, "two");
  BOOST_TEST(!other.find(id, "alice"));
  BOOST_TEST(another().find(id, "alice"));
}

BOOST_AUTO_TEST_CASE(sessions_that_are_opened_and_abandoned_leave_nothing_behind) {
  known = another(100);
  for (int i = 0; i != 5000; ++i) {
    open();
    time.advance(1s);
  }
  BOOST_TEST(known.table().size() <= 100U);
  time.advance(601s);
  open();
  BOOST_TEST(known.table().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_sweep_drops_what_is_over_and_nothing_else) {
  auto const abandoned = open();
  auto const listened = open();
  reading const reader(*known.find(listened, "alice"));
  time.advance(599s);
  BOOST_TEST(!known.table().sweep());
  BOOST_TEST(known.table().size() == 2U);
  auto const fresh = open();
  std::weak_ptr<mcpawl::detail::session> const gone = known.find(abandoned, "alice");
  time.advance(1s);
  known.table().sweep();
  BOOST_TEST(known.table().size() == 3U);  // it was just used
  time.advance(599s);
  known.table().sweep();
  BOOST_TEST(known.table().size() == 1U);
  BOOST_TEST(gone.expired());
  BOOST_TEST(!known.find(abandoned, "alice"));
  BOOST_TEST(!known.find(fresh, "alice"));
  BOOST_TEST(known.find(listened, "alice"));
}

BOOST_AUTO_TEST_CASE(a_session_is_idle_from_when_it_was_last_listened_to) {
  auto const id = open();
  {
    reading const reader(*known.find(id, "alice"));
    time.advance(3000s);
    known.table().sweep();
  }
  time.advance(500s);
  BOOST_TEST(known.find(id, "alice"));
}

BOOST_AUTO_TEST_CASE(a_sweep_looks_at_a_bounded_number_and_says_that_there_are_more) {
  for (int i = 0; i != 2500; ++i) open();
  time.advance(600s);
  int rounds = 1;
  while (known.table().sweep()) ++rounds;
  BOOST_TEST(rounds == 3);
  BOOST_TEST(known.table().size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_sweeper_sweeps_by_its_timer_and_ends_when_it_is_stopped) {
  boost::asio::io_context context;
  mcpawl::detail::session_manager brief{seal,
                                        std::make_shared<mcpawl::detail::session_table>(
                                            mcpawl::detail::session_bounds{3600s, 0s, 10'000}, time, feed),
                                        time};
  for (int i = 0; i != 2500; ++i) brief.open(revision::v2025_06_18, "alice", someone());
  mcpawl::detail::session_sweeper sweeper(context.get_executor(), brief.table());
  sweeper.start();
  while (brief.table().size() != 0) context.run_one();
  sweeper.stop();
  // returns, since there is nothing left to wait for
  context.run();
  BOOST_TEST(context.stopped());
}

BOOST_AUTO_TEST_CASE(an_ended_session_is_dead_in_every_copy) {
  auto copy = known;
  auto const id = open();
  BOOST_TEST(!known.end(id, "bob").has_value());
  BOOST_TEST(known.find(id, "alice"));
  BOOST_TEST(known.end(id, "alice").has_value());
  BOOST_TEST(!copy.find(id, "alice"));
  BOOST_TEST(!copy.end(id, "alice").has_value());
}

BOOST_AUTO_TEST_CASE(keys_that_anybody_could_guess_are_refused) {
  auto const mistakes_with = [](std::string const& key) {
    mcpawl::server_options options;
    options.keys.emplace_back(key);
    return mcpawl::detail::key_errors(mcpawl::detail::server_state({"one", "1"}, std::move(options)));
  };
  auto const repeated = [](std::string_view text) {
    std::string key;
    while (key.size() < mcpawl::sealer::key_size) key += text;
    return key.substr(0, mcpawl::sealer::key_size);
  };
  std::string const words = "key 1 of server_options " + std::string(mcpawl::weak_key_words);
  std::string rising;
  for (char c = 'A'; rising.size() != mcpawl::sealer::key_size; ++c) rising += c;
  for (auto const& weak :
       {std::string(32, '\0'), repeated("\xff"), repeated("ab"), repeated("password"), rising}) {
    auto const errors = mistakes_with(weak);
    BOOST_TEST_REQUIRE(errors.size() == 1u);
    BOOST_TEST(errors[0] == words);
  }
  // with a period of nine it is none of these
  BOOST_TEST(mistakes_with(repeated("passwords")).empty());
  BOOST_TEST(mistakes_with(mcpawl::detail::random_hex(16)).empty());
  BOOST_TEST(mistakes_with(mcpawl::detail::random_hex(16).substr(1)).at(0) ==
             "key 1 of server_options must have 32 bytes");
}

BOOST_AUTO_TEST_CASE(any_altered_character_kills_it) {
  auto const id = open();
  for (std::size_t i = 0; i != id.size(); ++i) {
    auto altered = id;
    altered[i] = altered[i] == 'A' ? 'B' : 'A';
    BOOST_TEST(!known.find(altered, "alice"));
  }
  BOOST_TEST(!known.find(id.substr(1), "alice"));
  BOOST_TEST(!known.find(id + "A", "alice"));
  BOOST_TEST(!known.find(id + "=", "alice"));
  BOOST_TEST(!known.find("", "alice"));
}

BOOST_AUTO_TEST_CASE(ids_never_repeat) {
  std::set<std::string> seen;
  for (int i = 0; i != 1000; ++i) BOOST_TEST(seen.insert(open()).second);
}

BOOST_AUTO_TEST_CASE(the_memory_of_ended_sessions_is_bounded) {
  mcpawl::detail::ended_sessions ended;
  int const most = static_cast<int>(mcpawl::detail::ended_sessions::most);
  for (int i = 0; i != most + 1; ++i) ended.add("id" + std::to_string(i), 1000 + i, 0);
  BOOST_TEST(ended.size() == mcpawl::detail::ended_sessions::most);
  BOOST_TEST(!ended.contains("id0"));  // it would have lapsed first
  BOOST_TEST(ended.contains("id1"));
  BOOST_TEST(ended.contains("id" + std::to_string(most)));
  ended.add("late", 500'000, 100'000);  // the others have lapsed by now
  BOOST_TEST(ended.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_table_may_be_used_by_several_threads) {
  known = another(50);
  std::vector<std::thread> threads;
  for (int t = 0; t != 4; ++t)
    threads.emplace_back([this, mine = known]() mutable {
      for (int i = 0; i != 200; ++i) {
        auto const opened = mine.open(revision::v2025_11_25, "alice", {});
        if (opened && i % 3 == 0) mine.end(opened->id, "alice");
        if (opened) mine.find(opened->id, "alice");
        feed.tell({mcpawl::detail::change::kind::tools});
      }
    });
  for (auto& thread : threads) thread.join();
  BOOST_TEST(known.table().size() <= 50U);
}

BOOST_AUTO_TEST_SUITE_END()
