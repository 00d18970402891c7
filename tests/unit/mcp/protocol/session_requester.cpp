// tests/unit/mcp/protocol/session_requester.cpp - a call asks its client, on which stream, and for how long it waits
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/mcp/protocol/session_requester.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include "../noted_call.hpp"

#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mcp_session_requester {
namespace {

using namespace mcpawl;
using namespace mcpawl::detail;
using mcp_tests::noted_call;
using namespace std::chrono_literals;

using session_ptr = std::shared_ptr<session>;

client_request form(std::string key) {
  return {std::move(key), "elicitation/create", "{}", client_capability::form};
}
client_request page(std::string visit) {
  client_request out("k", "elicitation/create", R"({"url":"https://a.example"})", client_capability::url);
  out.visit = std::move(visit);
  return out;
}

struct fixture {
  boost::asio::io_context context{1};
  boost::asio::cancellation_signal leave;
  std::shared_ptr<noted_call> call = std::make_shared<noted_call>();
  session_ptr of;
  std::optional<session_requester> requester;
  std::optional<std::vector<client_response>> got;
  std::exception_ptr failure;

  fixture() { make(); }
  void make(std::chrono::milliseconds patience = 60s, revision r = revision::v2025_11_25,
            bool declared = true) {
    client_profile who;
    if (declared)
      who.capabilities = static_cast<unsigned char>(static_cast<unsigned>(client_capability::form) |
                                                    static_cast<unsigned>(client_capability::url));
    of = std::make_shared<session>(r, std::move(who));
    requester.emplace(of, call, patience);
  }
  void ask(std::vector<client_request> requests) {
    got.reset();
    failure = nullptr;
    auto ended = [this](std::exception_ptr e, std::vector<client_response> all) {
      failure = e;
      if (!e) got = std::move(all);
    };
    boost::asio::co_spawn(context, requester->ask(std::move(requests)),
                          boost::asio::bind_cancellation_slot(leave.slot(), std::move(ended)));
    go_on();
  }
  void go_on() {
    context.restart();
    context.poll();
  }
  static std::uint64_t id_of(std::string const& message) {
    return boost::json::parse(message).at("id").to_number<std::uint64_t>();
  }
  void respond(std::uint64_t id, std::string const& action = "decline") {
    boost::json::value const result = {{"action", action}};
    of->on_response(*request_id::from(boost::json::value(id)), &result, nullptr);
    go_on();
  }
  /** What the tool is told; empty if it was not refused. */
  std::string words() {
    try {
      if (failure) std::rethrow_exception(failure);
    } catch (tool_error const& e) {
      return e.what();
    } catch (call_refused const& e) {
      return e.fault.data;
    } catch (std::exception const& e) {
      return std::string("exception: ") + e.what();
    }
    return {};
  }
};

}  // namespace
}  // namespace mcp_session_requester

BOOST_FIXTURE_TEST_SUITE(mcp_session_requester, fixture)

BOOST_AUTO_TEST_CASE(requests_travel_with_the_call_and_responses_come_back_in_their_order) {
  std::vector<client_request> both;
  both.push_back(form("a"));
  both.push_back(form("b"));
  ask(std::move(both));
  BOOST_TEST_REQUIRE(call->sent.size() == 2u);
  respond(id_of(call->sent[1]), "cancel");
  BOOST_TEST(!got.has_value());
  respond(id_of(call->sent[0]), "decline");
  BOOST_TEST_REQUIRE(got.has_value());
  BOOST_TEST((*got)[0].result.at("action") == "decline");
  BOOST_TEST((*got)[1].result.at("action") == "cancel");
}

BOOST_AUTO_TEST_CASE(no_requests_are_answered_at_once) {
  ask({});
  BOOST_TEST_REQUIRE(got.has_value());
  BOOST_TEST(got->empty());
  BOOST_TEST(call->sent.empty());
}

BOOST_AUTO_TEST_CASE(what_the_client_did_not_declare_it_is_not_asked) {
  make(60s, revision::v2025_11_25, false);
  ask({form("a")});
  BOOST_TEST(words().find("did not declare") != std::string::npos);
  BOOST_TEST(call->sent.empty());
}

BOOST_AUTO_TEST_CASE(where_the_call_takes_no_events_the_stream_of_the_session_does) {
  call->takes_events = false;
  ask({form("a")});
  BOOST_TEST(words().find("takes no questions") != std::string::npos);
  auto const log = of->own_stream().log;
  auto const ticket = log->attach({});
  ask({form("a")});
  std::uint64_t cursor = 0;
  std::string message;
  BOOST_TEST_REQUIRE((log->next(ticket, cursor, message) == event_log::reading::message));
  respond(id_of(message));
  BOOST_TEST(got.has_value());
}

BOOST_AUTO_TEST_CASE(
    pages_can_be_visited_where_nobody_can_be_asked_but_only_since_they_have_an_error_for_it) {
  call->takes_events = false;
  ask({page("v1")});
  BOOST_TEST(words() == R"({"elicitations":[{"url":"https://a.example"}]})");
  make(60s, revision::v2025_06_18);
  ask({page("v1")});
  BOOST_TEST(words().find("takes no questions") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(who_does_not_answer_in_time_is_told_that_it_is_over) {
  make(1ms);
  ask({form("a")});
  context.restart();
  context.run();
  BOOST_TEST(words() == "no answer from the client in time");
  BOOST_TEST_REQUIRE(call->sent.size() == 2u);
  auto const notice = boost::json::parse(call->sent[1]);
  BOOST_TEST(notice.at("method") == "notifications/cancelled");
  BOOST_TEST(notice.at("params").at("requestId").to_number<std::uint64_t>() == id_of(call->sent[0]));
  respond(id_of(call->sent[0]));  // nobody waits any more
  BOOST_TEST(!got.has_value());
}

BOOST_AUTO_TEST_CASE(a_call_that_is_cancelled_or_whose_session_ends_waits_no_longer) {
  ask({form("a")});
  leave.emit(boost::asio::cancellation_type::terminal);
  go_on();
  BOOST_TEST(words().starts_with("exception"));
  ask({form("a")});
  of->end();
  go_on();
  BOOST_TEST(words().starts_with("exception"));
}

BOOST_AUTO_TEST_SUITE_END()
