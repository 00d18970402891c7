// tests/abuse/notifications.cpp - what a caller may hear of resources that are not theirs: nothing
// SPDX-License-Identifier: BSL-1.0
#include "../support/posted.hpp"
#include "../support/running.hpp"
#include "../support/user_header.hpp"

#include <mcpawl/server.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <string>
#include <string_view>
#include <utility>

BOOST_AUTO_TEST_SUITE(abuse_notifications)

using support::fields;
using support::loopback_client;
using site = mcpawl::server<support::user_header>;

struct note_of {
  std::string owner, id;
};

struct offering {
  std::atomic<bool> open_to_all{false};
  site srv{{"notes", "1"}};
  offering() {
    srv.resource("notes://shared", "shared", "text");
    srv.resource("notes://secret", "secret", "text").allow([this](support::user const& who) {
      return open_to_all || who->name == "alice";
    });
    srv.resource_template("mail://{owner}/{id}", "mail", [](note_of in) { return in.owner + in.id; });
  }
};

/** One request to the endpoint as a user; the response's body. */
struct visitor {
  std::uint16_t port;
  std::string name;

  fields with(fields more) const { return support::posting(name, std::move(more)); }
  std::string session() const {
    std::string id{support::initialize(port, with({})).field("mcp-session-id")};
    loopback_client(port).request("POST", "/mcp", with({{"Mcp-Session-Id", id}}),
                                  R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
    return id;
  }
  std::string subscribe(std::string const& session, std::string_view uri) const {
    loopback_client client(port);
    std::string text = R"({"jsonrpc":"2.0","id":1,"method":"resources/subscribe","params":{"uri":")";
    text.append(uri).append("\"}}");
    return client.request("POST", "/mcp", with({{"Mcp-Session-Id", session}}), text).body;
  }
};

/** An open stream, and the messages that came by it. */
struct listener {
  loopback_client client;
  explicit listener(visitor const& who, std::string const& session) : client(who.port) {
    client.send_request("GET", "/mcp", who.with({{"Mcp-Session-Id", session}}));
    BOOST_TEST(client.read_head().status == 200);
  }
  listener(visitor const& who, std::string_view uris, int) : client(who.port) {
    std::string more = R"(,"notifications":{"resourcesListChanged":true,"resourceSubscriptions":)";
    more.append(uris).append("}");
    client.send_request("POST", "/mcp", support::posting_stateless(who.name, "subscriptions/listen"),
                        support::stateless_request("subscriptions/listen", more));
    BOOST_TEST(client.read_head().status == 200);
  }
  /** The next message with data. */
  boost::json::object message() {
    for (;;) {
      std::string const chunk = client.read_chunk();
      if (chunk.empty()) return {};
      auto const at = chunk.find("data: {");
      if (at == std::string::npos) continue;
      return boost::json::parse(chunk.substr(at + 6, chunk.find('\n', at) - at - 6)).as_object();
    }
  }
  /** What has changed: the URI, or else the method. */
  std::string told() {
    auto const what = message();
    auto const& params = what.at("params").as_object();
    auto const* uri = params.if_contains("uri");
    return std::string(uri ? uri->as_string() : what.at("method").as_string());
  }
};

constexpr std::string_view list_changed = "notifications/resources/list_changed";

// mallory was told of every change of a resource that `allow` hides from her, in sessions and without, by its
// URI and by any text that ended in a slash.
BOOST_AUTO_TEST_CASE(a_hidden_resource_is_as_unknown_as_none) {
  offering notes;
  support::running<site> running(notes.srv);
  visitor const alice{running.port(), "alice"}, eve{running.port(), "eve"};
  auto const session = eve.session();
  auto const hidden = eve.subscribe(session, "notes://secret");
  auto unknown = eve.subscribe(session, "notes://nothin");
  unknown.replace(unknown.find("nothin"), 6, "secret");
  BOOST_TEST(hidden == unknown);
  BOOST_TEST(hidden.find("-32002") != std::string::npos, hidden);
  for (std::string_view const prefix : {"notes://", "mail://", "mail://alice", "notes:/", "/"}) {
    auto const refused = eve.subscribe(session, prefix);
    BOOST_TEST(refused.find("error") != std::string::npos, refused);
  }
  BOOST_TEST(eve.subscribe(session, "notes://shared").find("error") == std::string::npos);

  // a variable may be empty, but who subscribes to that learns of no other
  BOOST_TEST(eve.subscribe(session, "mail://alice/").find("error") == std::string::npos);

  listener in_session(eve, session);
  listener without(eve, R"(["notes://secret","notes://","notes://nothing","notes://shared"])", 0);
  auto const honoured = without.message().at("params").at("notifications").at("resourceSubscriptions");
  BOOST_TEST(boost::json::serialize(honoured) == R"(["notes://shared"])");
  listener owner(alice, R"(["notes://secret"])", 0);
  owner.message();

  notes.srv.notify_resource_updated("notes://secret");
  notes.srv.notify_resource_updated("mail://alice/1");
  notes.srv.notify_resource_updated("mail://alice/1/part");
  notes.srv.notify_resource_updated("notes://shared");
  BOOST_TEST(in_session.told() == "notes://shared");
  BOOST_TEST(without.told() == "notes://shared");
  BOOST_TEST(owner.told() == "notes://secret");
}

BOOST_AUTO_TEST_CASE(who_may_no_longer_see_a_resource_is_no_longer_told) {
  offering notes;
  notes.open_to_all = true;
  support::running<site> running(notes.srv);
  visitor const eve{running.port(), "eve"};
  auto const session = eve.session();
  BOOST_TEST(eve.subscribe(session, "notes://secret").find("error") == std::string::npos);
  listener in_session(eve, session);
  listener without(eve, R"(["notes://secret"])", 0);
  without.message();
  notes.srv.notify_resource_updated("notes://secret");
  BOOST_TEST(in_session.told() == "notes://secret");
  BOOST_TEST(without.told() == "notes://secret");

  notes.open_to_all = false;
  notes.srv.notify_resource_updated("notes://secret");
  notes.srv.notify_resource_updated("notes://secret/part");  // a part is as hidden as the whole
  notes.srv.notify_resources_changed();
  BOOST_TEST(in_session.told() == list_changed);
  BOOST_TEST(without.told() == list_changed);
}

BOOST_AUTO_TEST_CASE(the_owner_of_a_uri_within_a_template_is_for_the_server_to_say) {
  offering notes;
  support::running<site> running(notes.srv);
  visitor const alice{running.port(), "alice"}, eve{running.port(), "eve"};
  listener owner(alice, R"(["mail://alice/1"])", 0), other(eve, R"(["mail://alice/1"])", 0);
  owner.message();
  other.message();
  notes.srv.notify_resource_updated("mail://alice/1",
                                    [](support::user const& who) { return who->name == "alice"; });
  notes.srv.notify_resources_changed();
  BOOST_TEST(owner.told() == "mail://alice/1");
  BOOST_TEST(other.told() == list_changed);
}

BOOST_AUTO_TEST_SUITE_END()
