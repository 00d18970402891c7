// tests/unit/mcp/offer/change_feed.cpp - who hears of which change
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/mcp/offer/change_feed.hpp>
#include <mcpawl/mcp/session/session.hpp>

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>

BOOST_AUTO_TEST_SUITE(mcp_change_feed)

using mcpawl::detail::change;
using mcpawl::detail::change_feed;
using mcpawl::detail::covers;

namespace {

struct hearer final : mcpawl::detail::change_listener {
  void changed(change const& what) override { heard += std::string(what.method()) + ' '; }
  void feed_closed() override { heard += "closed"; }
  std::string heard;
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_subscription_covers_its_resource_and_what_lies_below) {
  BOOST_TEST(covers("test://a", "test://a"));
  BOOST_TEST(covers("test://a", "test://a/b"));
  BOOST_TEST(covers("test://a/", "test://a/"));
  BOOST_TEST(!covers("test://a/", "test://a/b"));
  BOOST_TEST(!covers("test://a/", "test://a//b"));
  BOOST_TEST(!covers("test://a", "test://ab"));
  BOOST_TEST(!covers("test://a/b", "test://a"));
  BOOST_TEST(!covers("test://a", "test://A"));
}

BOOST_AUTO_TEST_CASE(a_feed_tells_feeds_and_forgets_the_dead) {
  change_feed server;
  auto const served = std::make_shared<change_feed>();
  server.listen(served);
  auto const stays = std::make_shared<hearer>();
  auto leaves = std::make_shared<hearer>();
  served->listen(stays);
  served->listen(leaves);
  server.tell({change::kind::tools});
  BOOST_TEST(leaves->heard == "notifications/tools/list_changed ");
  leaves.reset();
  server.tell({change::kind::resource, "test://a"});
  BOOST_TEST(stays->heard == "notifications/tools/list_changed notifications/resources/updated ");
}

BOOST_AUTO_TEST_CASE(a_closed_feed_says_so_once_and_then_nothing) {
  change_feed feed;
  auto const one = std::make_shared<hearer>();
  feed.listen(one);
  feed.close();
  feed.close();
  feed.tell({change::kind::tools});
  BOOST_TEST(one->heard == "closed");
  BOOST_TEST(!feed.listen(one));
}

BOOST_AUTO_TEST_CASE(a_session_bounds_its_subscriptions) {
  mcpawl::detail::session session{mcpawl::revision::v2025_11_25, {}};
  for (std::size_t i = 0; i != mcpawl::limits{}.max_subscribed_uris; ++i)
    BOOST_TEST(session.subscribe("test://" + std::to_string(i)));
  BOOST_TEST(!session.subscribe("test://one-more"));
  BOOST_TEST(session.subscribe("test://7"));  // it is there already
  session.unsubscribe("test://7");
  BOOST_TEST(session.subscribe("test://one-more"));
  session.unsubscribe("test://nothing");
}

BOOST_AUTO_TEST_CASE(the_bounds_of_a_session_can_be_set) {
  mcpawl::limits bounds;
  bounds.max_subscribed_uris = 2;
  bounds.max_kept_streams = 2;
  bounds.max_kept_events = 2;
  bounds.max_pages = 2;
  mcpawl::detail::session session{mcpawl::revision::v2025_11_25, {}};
  session.charge_to(std::make_shared<mcpawl::detail::budgets>(bounds), "alice");
  BOOST_TEST(session.subscribe("test://1"));
  BOOST_TEST(session.subscribe("test://2"));
  BOOST_TEST(!session.subscribe("test://3"));

  auto const one = session.keep(session.make_stream());
  auto const two = session.keep(session.make_stream());
  BOOST_TEST(session.find_stream(one).log);
  auto const three = session.keep(session.make_stream());
  BOOST_TEST(!session.find_stream(one).log);
  BOOST_TEST(session.find_stream(two).log);
  auto const log = session.find_stream(three).log;
  for (int i = 0; i != 3; ++i) log->append("x");
  log->attach({});
  BOOST_TEST(log->backlog() == 2u);

  // of three pages the end of the first is not told any more
  session.initialized();
  for (char const* page : {"p1", "p2", "p3"}) session.sent_to_page(page);
  auto const own = session.own_stream().log;
  own->attach({});
  session.changed({change::kind::visit, "p1"});
  BOOST_TEST(own->backlog() == 0u);
  for (char const* page : {"p2", "p3"}) session.changed({change::kind::visit, page});
  BOOST_TEST(own->backlog() == 2u);
}

BOOST_AUTO_TEST_CASE(a_session_keeps_the_newest_streams) {
  mcpawl::detail::session session{mcpawl::revision::v2025_11_25, {}};
  auto const make = [] {
    return std::make_shared<mcpawl::detail::event_log>(mcpawl::detail::event_log::retention::keep);
  };
  auto const first = session.keep(make());
  std::string last;
  for (std::size_t i = 0; i != mcpawl::limits{}.max_kept_streams; ++i) last = session.keep(make());
  BOOST_TEST(!session.find_stream(first).log);
  BOOST_TEST(session.find_stream(last).log);
  BOOST_TEST(!session.find_stream("").log);
  BOOST_TEST(session.find_stream(session.own_stream().name).log == session.own_stream().log);
}

BOOST_AUTO_TEST_SUITE_END()
