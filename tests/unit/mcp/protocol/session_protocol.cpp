// tests/unit/mcp/protocol/session_protocol.cpp - the handshake, batches, subscriptions and streams of a session
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/mcp/offer/registration.hpp>
#include <mcpawl/mcp/protocol/batch.hpp>
#include <mcpawl/mcp/protocol/dispatcher.hpp>
#include <mcpawl/mcp/protocol/open_stream.hpp>
#include <mcpawl/mcp/session/session_manager.hpp>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace mcp_session_protocol {
namespace {

using namespace mcpawl;
using namespace mcpawl::detail;

struct no_channel final : call_channel_source {
  std::shared_ptr<call_channel> open() override { return nullptr; }
};

struct fixture {
  limits bounds;
  server_state state{{"one", "1"}, {}};
  std::optional<session_manager> known;
  std::optional<dispatcher> protocol;
  no_channel out;
  bool boss = false;
  std::string id;

  fixture() {
    add_resource(state, "test://a", "a");
    add_resource(state, "test://secret", "secret").allowed = [](void const* who) {
      return *static_cast<bool const*>(who);
    };
  }
  /** Open a session of a revision, or of what is said to be one; the revision that was agreed on. */
  std::string initialize(std::string const& version) {
    known.emplace(make_session_manager(state, bounds));
    protocol.emplace(state, *known, logger::none(), json_limits(32));
    auto const r = say(R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":")" +
                           version + R"(","capabilities":{},"clientInfo":{"name":"c","version":"1"}}})",
                       {});
    id = r.session_id;
    return std::string(boost::json::parse(r.body).at("result").at("protocolVersion").as_string());
  }
  protocol_headers headers() const {
    protocol_headers h;
    h.carried = true;
    if (!id.empty()) h.session_id = {1, id};
    return h;
  }
  response say(std::string const& text, protocol_headers const& h) {
    auto r = protocol->handle(text, h, {&boss, "alice"}, out);
    BOOST_TEST_REQUIRE(std::holds_alternative<response>(r));
    return std::get<response>(std::move(r));
  }
  response say(std::string const& text) { return say(text, headers()); }
  std::string batch_of(std::size_t pings) {
    std::string text = "[";
    for (std::size_t i = 0; i != pings; ++i)
      text +=
          (i == 0 ? "" : ",") + (R"({"jsonrpc":"2.0","id":)" + std::to_string(i) + R"(,"method":"ping"})");
    return text + "]";
  }
  response subscribe(std::string const& uri, std::string const& method = "resources/subscribe") {
    return say(R"({"jsonrpc":"2.0","id":1,"method":")" + method + R"(","params":{"uri":")" + uri + R"("}})");
  }
  static int code(response const& r) {
    auto const whole = boost::json::parse(r.body);
    auto const* error = whole.as_object().if_contains("error");
    return error ? error->at("code").to_number<int>() : 0;
  }
  /** Ask for a stream; the refusal's outcome, or nothing if there is one. */
  std::optional<response::outcome> listen(std::string const& last_event = {}, std::size_t times = 1) {
    auto h = headers();
    if (!last_event.empty()) h.last_event = {times, last_event};
    auto got = protocol->open_stream(h, {&boss, "alice"});
    if (auto const* r = std::get_if<response>(&got)) return r->what;
    found = std::get<opened_stream>(std::move(got));
    return std::nullopt;
  }
  std::optional<opened_stream> found;
};

using outcome = response::outcome;

}  // namespace
}  // namespace mcp_session_protocol

BOOST_FIXTURE_TEST_SUITE(mcp_session_protocol, fixture)

BOOST_AUTO_TEST_CASE(a_revision_we_speak_is_agreed_on_and_another_answered_by_our_newest_with_sessions) {
  for (std::string const r : {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"})
    BOOST_TEST(initialize(r) == r);
  for (std::string const other : {"2026-07-28", "", "2099-01-01"})
    BOOST_TEST(initialize(other) == "2025-11-25", other);
}

// --- batches --------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_batch_has_so_many_messages_and_no_more) {
  initialize("2025-03-26");
  BOOST_TEST((say("[]").what == outcome::malformed));
  BOOST_TEST(boost::json::parse(say(batch_of(1)).body).as_array().size() == 1u);
  BOOST_TEST(boost::json::parse(say(batch_of(100)).body).as_array().size() == 100u);
  BOOST_TEST((say(batch_of(101)).what == outcome::malformed));
}

BOOST_AUTO_TEST_CASE(a_batch_belongs_to_one_revision_and_to_a_session) {
  for (std::string const r : {"2024-11-05", "2025-06-18", "2025-11-25"}) {
    initialize(r);
    BOOST_TEST((say(batch_of(1)).what == outcome::malformed), r);
  }
  initialize("2025-03-26");
  protocol_headers none;
  none.carried = true;
  BOOST_TEST((say(batch_of(1), none).what == outcome::malformed));
  auto stateless = headers();
  stateless.version = {1, "2026-07-28"};
  BOOST_TEST((say(batch_of(1), stateless).what == outcome::malformed));
}

BOOST_AUTO_TEST_CASE(each_bad_message_of_a_batch_is_answered_for_itself) {
  initialize("2025-03-26");
  auto const all = boost::json::parse(
      say(R"([7,{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":"initialize"},)"
          R"({"jsonrpc":"2.0","method":"notifications/initialized"},{"jsonrpc":"2.0","id":3,"method":"none"}])")
          .body);
  BOOST_TEST_REQUIRE(all.as_array().size() == 4u);
  BOOST_TEST(all.at(0).at("error").at("code").to_number<int>() == -32600);
  BOOST_TEST(all.at(1).as_object().contains("result"));
  BOOST_TEST(all.at(2).at("error").at("code").to_number<int>() == -32600);
  BOOST_TEST(all.at(3).at("error").at("code").to_number<int>() == -32601);
}

BOOST_AUTO_TEST_CASE(a_batch_of_notifications_is_answered_by_nothing) {
  initialize("2025-03-26");
  auto const r = say(R"([{"jsonrpc":"2.0","method":"notifications/initialized"}])");
  BOOST_TEST((r.what == outcome::accepted));
  BOOST_TEST(r.body.empty());
}

// --- subscriptions --------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_resource_that_one_may_not_see_cannot_be_subscribed_to_and_is_as_unknown_as_none) {
  initialize("2025-11-25");
  BOOST_TEST(code(subscribe("test://a")) == 0);
  auto const hidden = subscribe("test://secret"), none = subscribe("test://none");
  BOOST_TEST(code(hidden) == code(none));
  BOOST_TEST(code(hidden) != 0);
  boss = true;
  BOOST_TEST(code(subscribe("test://secret")) == 0);
}

BOOST_AUTO_TEST_CASE(so_many_subscriptions_fit_and_one_that_is_ended_makes_room) {
  bounds.max_subscribed_uris = 1;
  initialize("2025-11-25");
  add_resource(state, "test://b", "b");
  BOOST_TEST(code(subscribe("test://a")) == 0);
  BOOST_TEST(code(subscribe("test://a")) == 0);
  BOOST_TEST((subscribe("test://b").what == outcome::too_many));
  subscribe("test://a", "resources/unsubscribe");
  BOOST_TEST(code(subscribe("test://b")) == 0);
}

BOOST_AUTO_TEST_CASE(a_uri_may_be_so_long_and_no_longer) {
  bounds.max_uri_bytes = 8;
  initialize("2025-11-25");
  BOOST_TEST(code(subscribe("test://a")) == 0);
  auto const r = subscribe("test://ab");
  BOOST_TEST(code(r) == -32602);
  BOOST_TEST(r.body.find("max_uri_bytes") != std::string::npos);
  BOOST_TEST(code(subscribe("")) == -32602);
}

// --- streams --------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(who_has_no_session_has_no_stream) {
  initialize("2025-11-25");
  std::string const mine = std::exchange(id, "");
  BOOST_TEST((listen() == outcome::not_allowed));
  id = mine + "x";
  BOOST_TEST((listen() == outcome::no_session));
  id = mine;
  BOOST_TEST(!listen().has_value());
}

BOOST_AUTO_TEST_CASE(a_stream_begins_with_what_nobody_has_read) {
  initialize("2025-11-25");
  BOOST_TEST(!listen().has_value());
  auto const log = found->stream.log;
  log->append("one");
  log->append("two");
  auto const ticket = log->attach({});
  std::uint64_t cursor = 0;
  std::string message;
  log->next(ticket, cursor, message);
  BOOST_TEST(!listen().has_value());
  BOOST_TEST(found->after == 1u);
  // whoever names an event gets what comes after it, read or not
  BOOST_TEST(!listen(found->stream.name + "-0").has_value());
  BOOST_TEST(found->after == 0u);
}

BOOST_AUTO_TEST_CASE(an_event_that_is_not_kept_any_more_is_refused_but_for_the_stream_of_the_session) {
  initialize("2025-11-25");
  for (std::string const gone : {"c123-1", "x", "-", "c-", "7"})
    BOOST_TEST((listen(gone) == outcome::malformed), gone);
  // that of another process begins anew
  for (std::string const other : {"s0000-7", "s", "s-", "s0-99999999999999999999", "s0-1x"})
    BOOST_TEST(!listen(other).has_value(), other);
  BOOST_TEST(found->after == 0u);
  BOOST_TEST((listen("s0-1", 2) == outcome::malformed));
}

BOOST_AUTO_TEST_CASE(the_stream_of_a_call_is_found_by_its_event) {
  initialize("2025-11-25");
  BOOST_TEST(!listen().has_value());
  auto const log = found->session->make_stream();
  auto const name = found->session->keep(log);
  BOOST_TEST(!listen(name + "-5").has_value());
  BOOST_TEST((found->stream.log == log));
  BOOST_TEST(found->after == 5u);
}

BOOST_AUTO_TEST_SUITE_END()
