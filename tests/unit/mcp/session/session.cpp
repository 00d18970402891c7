// tests/unit/mcp/session/session.cpp - what a session expects, keeps and tells
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/mcp/session/session.hpp>

#include <mcpawl/mcp/protocol/response.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include "../noted_call.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace mcp_session {
namespace {

using namespace mcpawl;
using namespace mcpawl::detail;
using mcp_tests::noted_call;
using namespace std::chrono_literals;
using tested = session;

request_id numbered(std::uint64_t id) { return *request_id::from(boost::json::value(id)); }

/** What a call is told that waits for responses. */
enum class end { complete, too_late, abandoned };

end wait(response_collector& collector) {
  boost::asio::io_context context;
  end out = end::too_late;
  boost::asio::co_spawn(context, collector.wait(0ms), [&out](std::exception_ptr failure, bool complete) {
    if (failure)
      out = end::abandoned;
    else if (complete)
      out = end::complete;
  });
  context.run();
  return out;
}

struct fixture {
  tested session{revision::v2025_11_25, {}};
  std::shared_ptr<response_collector> one = std::make_shared<response_collector>(1);

  /** Deliver a message as the client sent it, with a result or an error. */
  void respond(std::uint64_t id, std::string const& result, std::string const& error = {}) {
    auto const r = result.empty() ? boost::json::value() : boost::json::parse(result);
    auto const e = error.empty() ? boost::json::value() : boost::json::parse(error);
    session.on_response(numbered(id), result.empty() ? nullptr : &r, error.empty() ? nullptr : &e);
  }
  /** The refusal that came for a request of that method. */
  std::string refusal(std::string const& method, std::string const& result, std::string const& error = {}) {
    auto const collector = std::make_shared<response_collector>(1);
    respond(session.expect(collector, 0, method), result, error);
    BOOST_TEST_REQUIRE((wait(*collector) == end::complete));
    auto const got = collector->take();
    return got[0].refusal ? got[0].refusal->message : "";
  }
  /** Read what is in a log. */
  static std::vector<std::string> read(event_log& log) {
    std::vector<std::string> all;
    auto const ticket = log.attach({});
    std::uint64_t cursor = log.last_read();
    std::string message;
    while (log.next(ticket, cursor, message) == event_log::reading::message) all.push_back(message);
    log.detach(ticket);
    return all;
  }
};

}  // namespace
}  // namespace mcp_session

BOOST_FIXTURE_TEST_SUITE(mcp_session, fixture)

// --- requests to the client ---------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_response_goes_to_who_expects_it_and_counts_once) {
  auto const other = std::make_shared<response_collector>(1);
  auto const id = session.expect(one, 0, "roots/list");
  session.expect(other, 0, "roots/list");
  respond(id, R"({"roots":[1]})");
  respond(id, R"({"roots":[2]})");
  BOOST_TEST((wait(*one) == end::complete));
  BOOST_TEST((wait(*other) == end::too_late));
  BOOST_TEST(boost::json::serialize(one->take()[0].result) == R"({"roots":[1]})");
}

BOOST_AUTO_TEST_CASE(a_response_that_nobody_expects_is_dropped) {
  auto const id = session.expect(one, 0, "roots/list");
  respond(id + 1, R"({"roots":[]})");
  boost::json::value const result = boost::json::parse(R"({"roots":[]})");
  for (auto const& text : {std::to_string(id), std::to_string(id) + "x", std::string()})
    session.on_response(*request_id::from(boost::json::value(text)), &result, nullptr);
  BOOST_TEST((wait(*one) == end::too_late));
}

BOOST_AUTO_TEST_CASE(a_request_that_was_forgotten_gets_no_response) {
  auto const id = session.expect(one, 0, "roots/list");
  session.forget(id);
  session.forget(id);
  respond(id, R"({"roots":[]})");
  BOOST_TEST((wait(*one) == end::too_late));
}

BOOST_AUTO_TEST_CASE(a_response_to_a_call_that_is_gone_is_dropped) {
  auto const id = session.expect(one, 0, "roots/list");
  one.reset();
  BOOST_CHECK_NO_THROW(respond(id, R"({"roots":[]})"));
}

BOOST_AUTO_TEST_CASE(ids_of_requests_differ_and_begin_elsewhere_in_each_session) {
  std::set<std::uint64_t> seen;
  for (int i = 0; i != 100; ++i) BOOST_TEST(seen.insert(session.expect(one, 0, "roots/list")).second);
  BOOST_TEST(*seen.rbegin() - *seen.begin() == 99u);
  std::set<std::uint64_t> first;
  for (int i = 0; i != 4; ++i) first.insert(tested{revision::v2025_11_25, {}}.expect(one, 0, "roots/list"));
  BOOST_TEST(first.size() > 1u);
}

BOOST_AUTO_TEST_CASE(a_result_of_another_shape_is_a_refusal) {
  std::string const no_form = "the answer has not the form the protocol demands";
  BOOST_TEST(refusal("roots/list", R"({"roots":[]})").empty());
  for (std::string const wrong : {"{}", "[]", "7", R"({"roots":{}})"})
    BOOST_TEST(refusal("roots/list", wrong) == no_form);
  BOOST_TEST(refusal("elicitation/create", R"({"action":"decline"})").empty());
  BOOST_TEST(refusal("elicitation/create", R"({"action":"perhaps"})") == no_form);
  // with both, the error counts
  BOOST_TEST(refusal("roots/list", R"({"roots":[]})", R"({"code":-1,"message":"no"})") == "no");
}

BOOST_AUTO_TEST_CASE(of_the_words_of_a_refusal_a_bounded_part_is_kept) {
  auto const of = [this](std::size_t size) {
    return refusal("roots/list", "", R"({"code":-1,"message":")" + std::string(size, 'x') + R"("})").size();
  };
  BOOST_TEST(of(0) == 0u);
  BOOST_TEST(of(200) == 200u);
  BOOST_TEST(of(201) == 200u);
}

BOOST_AUTO_TEST_CASE(who_expects_a_response_is_told_when_the_session_ends_and_who_begins_later_at_once) {
  session.expect(one, 0, "roots/list");
  session.stop_waiting();
  BOOST_TEST((wait(*one) == end::abandoned));
  auto const late = std::make_shared<response_collector>(1);
  session.expect(late, 0, "roots/list");
  BOOST_TEST((wait(*late) == end::abandoned));
}

BOOST_AUTO_TEST_CASE(an_end_cancels_calls_and_a_stop_lets_them_finish) {
  auto const call = std::make_shared<noted_call>();
  auto const slot = session.calls().add(numbered(1), call);
  session.stop_waiting();
  BOOST_TEST(call->cancelled == 0);
  session.end();
  BOOST_TEST(call->cancelled == 1);
}

// --- streams ------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_session_is_busy_while_a_call_runs_or_its_stream_is_read) {
  BOOST_TEST(!session.busy());
  {
    auto const call = std::make_shared<noted_call>();
    auto const slot = session.calls().add(numbered(1), call);
    BOOST_TEST(session.busy());
  }
  BOOST_TEST(!session.busy());
  auto const log = session.own_stream().log;
  auto const ticket = log->attach({});
  BOOST_TEST(session.busy());
  log->detach(ticket);
  BOOST_TEST(!session.busy());
}

BOOST_AUTO_TEST_CASE(a_message_is_sent_only_where_the_client_listens) {
  BOOST_TEST(!session.send("a"));
  auto const log = session.own_stream().log;
  BOOST_TEST(!session.send("b"));
  BOOST_TEST(!session.listens());
  auto const ticket = log->attach({});
  BOOST_TEST(session.listens());
  BOOST_TEST(session.send("c"));
  log->detach(ticket);
  BOOST_TEST(read(*log) == std::vector<std::string>{"c"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(streams_of_another_process_are_not_found_but_the_own_one_has_a_name) {
  tested restarted{revision::v2025_11_25, {}};
  auto const kept = restarted.keep(restarted.make_stream());
  BOOST_TEST(!session.find_stream(kept).log);
  BOOST_TEST(!session.find_stream(restarted.own_stream().name).log);
  BOOST_TEST((session.find_stream(session.own_stream().name).log == session.own_stream().log));
}

BOOST_AUTO_TEST_CASE(streams_of_an_ended_session_end) {
  auto const own = session.own_stream().log;
  session.end();
  BOOST_TEST(own->finished());
  auto const late = session.make_stream();
  session.keep(late);
  BOOST_TEST(late->finished());
}

BOOST_AUTO_TEST_CASE(a_stream_that_all_share_outlives_the_session) {
  auto const shared = std::make_shared<event_log>(event_log::retention::queue);
  tested on_pipes{revision::v2025_11_25, {}, shared};
  on_pipes.end();
  BOOST_TEST(!shared->finished());
}

// --- what changes -------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(nothing_is_told_before_the_client_is_ready) {
  session.changed({change::kind::tools});
  BOOST_TEST(read(*session.own_stream().log).empty());
  session.initialized();
  session.changed({change::kind::tools});
  BOOST_TEST(read(*session.own_stream().log).size() == 1u);
}

BOOST_AUTO_TEST_CASE(the_same_news_is_told_once_until_it_was_read) {
  session.initialized();
  for (int i = 0; i != 3; ++i) session.changed({change::kind::tools});
  BOOST_TEST(read(*session.own_stream().log).size() == 1u);
  session.changed({change::kind::tools});
  BOOST_TEST(read(*session.own_stream().log).size() == 1u);
}

BOOST_AUTO_TEST_CASE(of_resources_only_those_are_told_that_were_subscribed_to) {
  session.initialized();
  session.subscribe("test://a");
  for (char const* uri : {"test://b", "test://ab", "test://a", "test://a/b"})
    session.changed({change::kind::resource, uri});
  auto const told = read(*session.own_stream().log);
  BOOST_TEST_REQUIRE(told.size() == 2u);
  BOOST_TEST(told[0] ==
             R"({"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"test://a"}})");
  session.unsubscribe("test://a");
  session.changed({change::kind::resource, "test://a"});
  BOOST_TEST(read(*session.own_stream().log).empty());
}

BOOST_AUTO_TEST_CASE(a_resource_is_told_by_the_identity_that_listened_last) {
  session.initialized();
  session.subscribe("test://a");
  auto const alice = std::make_shared<int>(1), bob = std::make_shared<int>(2);
  change::gate const only_bob = [&bob](std::string_view, void const* who) { return who == bob.get(); };
  change const news{change::kind::resource, "test://a", &only_bob};
  session.changed(news);
  session.heard_by(alice);
  session.changed(news);
  BOOST_TEST(read(*session.own_stream().log).empty());
  session.heard_by(bob);
  session.changed(news);
  BOOST_TEST(read(*session.own_stream().log).size() == 1u);
}

BOOST_AUTO_TEST_CASE(the_end_of_a_visit_is_told_once_to_the_session_that_sent_to_the_page) {
  session.initialized();
  session.sent_to_page("v1");
  session.changed({change::kind::visit, "v2"});
  session.changed({change::kind::visit, "v1"});
  auto const told = read(*session.own_stream().log);
  BOOST_TEST_REQUIRE(told.size() == 1u);
  BOOST_TEST(told[0].find(R"("elicitationId":"v1")") != std::string::npos);
  session.changed({change::kind::visit, "v1"});
  BOOST_TEST(read(*session.own_stream().log).empty());
}

BOOST_AUTO_TEST_CASE(a_subscription_that_is_repeated_counts_once_and_is_given_back_once) {
  auto const all = std::make_shared<budgets>(limits{});
  session.charge_to(all, "alice");
  for (int i = 0; i != 3; ++i) BOOST_TEST(session.subscribe("test://a"));
  BOOST_TEST(all->held("alice", budget_item::bytes) == 8u);
  session.unsubscribe("test://a");
  session.unsubscribe("test://a");
  BOOST_TEST(all->held("alice", budget_item::bytes) == 0u);
}

BOOST_AUTO_TEST_CASE(subscriptions_end_where_the_budget_of_the_caller_does) {
  limits bounds;
  bounds.max_retained_bytes = 8;
  session.charge_to(std::make_shared<budgets>(bounds), "alice");
  BOOST_TEST(session.subscribe("test://a"));
  BOOST_TEST(!session.subscribe("x"));
  session.unsubscribe("test://a");
  BOOST_TEST(!session.subscribe("test://ab"));
  BOOST_TEST(session.subscribe("test://b"));
}

BOOST_AUTO_TEST_CASE(responses_on_several_threads_each_arrive_once_while_the_session_ends) {
  constexpr int count = 200;
  std::vector<std::shared_ptr<response_collector>> all;
  std::vector<std::uint64_t> ids;
  for (int i = 0; i != count; ++i) {
    all.push_back(std::make_shared<response_collector>(1));
    ids.push_back(session.expect(all.back(), 0, "roots/list"));
  }
  std::vector<std::thread> threads;
  for (int t = 0; t != 2; ++t)
    threads.emplace_back([&] {
      for (auto const id : ids) respond(id, R"({"roots":[]})");
    });
  threads.emplace_back([&] { session.stop_waiting(); });
  for (auto& each : threads) each.join();
  // answered or told that it is over: nobody waits on
  int waiting = 0;
  for (auto const& each : all)
    if (wait(*each) == end::too_late) ++waiting;
  BOOST_TEST(waiting == 0);
}

BOOST_AUTO_TEST_SUITE_END()
