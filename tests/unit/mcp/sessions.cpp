// tests/unit/mcp/sessions.cpp - session ids that carry their session
#include <mcpawl/mcp/sessions.hpp>
#include <mcpawl/test/manual_clock.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <set>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using mcpawl::revision;
using mcpawl::sessions;

namespace {

struct fixture {
  mcpawl::test::manual_clock time;
  sessions known{mcpawl::sealer::with_random_key(), 3600s, time};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(mcp_sessions, fixture)

BOOST_AUTO_TEST_CASE(an_id_is_its_session) {
  auto const id = known.open(revision::v2025_06_18, "alice");
  auto const found = known.find(id, "alice");
  BOOST_TEST_REQUIRE(found.has_value());
  BOOST_TEST((found->protocol == revision::v2025_06_18));
  BOOST_TEST(found->opened == time.wall());
}

BOOST_AUTO_TEST_CASE(another_principal_does_not_open_it) {
  auto const id = known.open(revision::v2025_06_18, "alice");
  for (std::string const who : {"bob", "", "alic", "alice ", "Alice"}) BOOST_TEST(!known.find(id, who));
}

BOOST_AUTO_TEST_CASE(a_copy_with_the_same_key_reads_it_and_one_with_another_does_not) {
  auto const id = known.open(revision::v2025_06_18, "alice");
  auto copy = known;
  BOOST_TEST(copy.find(id, "alice").has_value());
  sessions stranger{mcpawl::sealer::with_random_key(), 3600s, time};
  BOOST_TEST(!stranger.find(id, "alice"));
}

BOOST_AUTO_TEST_CASE(it_ends_with_its_lifetime) {
  auto const id = known.open(revision::v2025_06_18, "alice");
  time.advance(3599s);
  BOOST_TEST(known.find(id, "alice").has_value());
  time.advance(1s);
  BOOST_TEST(!known.find(id, "alice"));
}

BOOST_AUTO_TEST_CASE(an_ended_session_is_dead_in_every_copy) {
  auto copy = known;
  auto const id = known.open(revision::v2025_06_18, "alice");
  BOOST_TEST(!known.end(id, "bob"));
  BOOST_TEST(known.find(id, "alice").has_value());
  BOOST_TEST(known.end(id, "alice"));
  BOOST_TEST(!copy.find(id, "alice"));
  BOOST_TEST(!copy.end(id, "alice"));
}

BOOST_AUTO_TEST_CASE(any_altered_character_kills_it) {
  auto const id = known.open(revision::v2025_11_25, "alice");
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
  for (int i = 0; i != 1000; ++i) BOOST_TEST(seen.insert(known.open(revision::v2025_11_25, "alice")).second);
}

BOOST_AUTO_TEST_CASE(the_memory_of_ended_sessions_is_bounded) {
  mcpawl::ended_sessions ended;
  for (int i = 0; i != 10'001; ++i) ended.add("id" + std::to_string(i), 1000 + i, 0);
  BOOST_TEST(!ended.contains("id0"));  // it would have lapsed first
  BOOST_TEST(ended.contains("id1"));
  BOOST_TEST(ended.contains("id10000"));
  ended.add("late", 50'000, 11'000);  // the others have lapsed by now
  BOOST_TEST(!ended.contains("id9000"));
}

BOOST_AUTO_TEST_SUITE_END()
