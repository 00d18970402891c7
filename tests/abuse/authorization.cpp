// tests/abuse/authorization.cpp - strangers at the authorization server: what they can fill, and whom they can stop
// SPDX-License-Identifier: BSL-1.0
#include "../support/saas.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <string>

// what is in a namespace of its own so that other files of this program may use the same words
namespace abuse_authorization {

using support::browser;
using support::loopback_client;
using support::parameter;
using support::saas;
using namespace std::chrono_literals;

constexpr char const* address_field = "X-Forwarded-For";

void by_address(mcpawl::access_oauth_options& options) { options.client_address_field = address_field; }

/** Send the same GET so many times on one connection; how often the status was this. */
std::size_t count_gets(saas& s, std::string const& url, std::size_t times, int status) {
  auto const target = mcpawl::http::origin_url::parse(url).value().target();
  std::size_t found = 0;
  loopback_client client(s.port());
  for (std::size_t i = 0; i != times; ++i)
    if (client.request("GET", target, {{"Host", "mcp.example.com"}}).status == status) ++found;
  return found;
}

int register_from(saas& s, std::string const& address) {
  return s
      .ask(
          "POST", "/register", {{"Content-Type", "application/json"}, {address_field, address}},
          R"({"client_name":"C","redirect_uris":["http://127.0.0.1:7777/done"],"token_endpoint_auth_method":"none"})")
      .status;
}

struct authorization_scene : saas {
  std::string client = registered();
};

}  // namespace abuse_authorization

BOOST_FIXTURE_TEST_SUITE(abuse_authorization, abuse_authorization::authorization_scene)

using namespace abuse_authorization;

// 10 856 of them filled a store of 64 MiB; then refresh, login and registration were answered with
// temporarily_unavailable.
BOOST_AUTO_TEST_CASE(asking_for_the_consent_page_writes_nothing) {
  auto const tokens = logged_in(client);
  auto const before = stored_bytes();
  constexpr std::size_t times = 2000;  // none of them writes, so more would show no more
  BOOST_TEST(count_gets(*this, authorize_url(client), times, 200) == times);
  BOOST_TEST(stored_bytes() == before);
  BOOST_TEST(!tokens_of(refresh(client, tokens.refresh)).access.empty());
  BOOST_TEST(!logged_in(registered("Another")).access.empty());
}

BOOST_AUTO_TEST_CASE(denying_writes_nothing_and_a_denied_page_cannot_be_approved) {
  browser person = new_browser();
  auto const before = stored_bytes();
  auto const page = person.get(authorize_url(client));
  auto const denied = person.submit(page, "decision", "deny");
  BOOST_TEST(parameter(denied.url, "error") == "access_denied");
  auto const back = person.submit(page, "decision", "approve");
  BOOST_TEST(back.reply.status == 400);
  BOOST_TEST(back.reply.body.find("finished already") != std::string::npos);
  BOOST_TEST(stored_bytes() == before);
}

BOOST_AUTO_TEST_CASE(a_page_is_approved_once) {
  browser person = new_browser();
  auto const page = person.get(authorize_url(client));
  auto const kept = person.cookies("mcp.example.com");
  BOOST_TEST(!parameter(person.submit(page, "decision", "approve").url, "code").empty());
  auto const back = person.submit(page, "decision", "approve");
  BOOST_TEST(back.reply.status == 400);
  BOOST_TEST(back.reply.body.find("finished already") != std::string::npos);
  person.cookies("mcp.example.com") = kept;  // a browser that kept the cookie of the page
  BOOST_TEST(person.submit(page, "decision", "approve").reply.status == 400);
}

// Whoever approves without signing in leaves a record for ten minutes: these fill their quota and nothing else.
BOOST_AUTO_TEST_CASE(logins_that_nobody_finishes_leave_room_for_all_else) {
  auto const tokens = logged_in(client);
  std::string const filler(1000 * 1000, 'x');
  std::size_t written = 0;
  for (int i = 0; i != 10; ++i) {
    boost::asio::io_context context;
    mcpawl::store_write write("flow/login/" + std::to_string(i), filler);
    write.expires(clock.wall() + 600);
    auto done = boost::asio::co_spawn(context, store->put(std::move(write)), boost::asio::use_future);
    context.run();
    if (done.get()) ++written;
  }
  BOOST_TEST(written == 6u);  // a tenth of 64 MiB
  BOOST_TEST(!tokens_of(refresh(client, tokens.refresh)).access.empty());
  BOOST_TEST(register_from(*this, "") == 201);
  BOOST_TEST(post_form("/revoke", {{"token", tokens.refresh}, {"client_id", client}}).status == 200);
  BOOST_TEST(whoami(tokens.access) == "401");
  clock.advance(601s);
  BOOST_TEST(!logged_in(client).access.empty());
}

BOOST_AUTO_TEST_CASE(in_a_full_store_a_revocation_takes_effect) {
  auto const tokens = logged_in(client), others = logged_in(client);
  for (std::size_t size = 1'000'000, i = 0; size > 100;) {
    boost::asio::io_context context;
    mcpawl::store_write write("other/" + std::to_string(i++), std::string(size, 'x'));
    auto done = boost::asio::co_spawn(context, store->put(std::move(write)), boost::asio::use_future);
    context.run();
    if (!done.get()) size /= 2;
  }
  BOOST_TEST(refresh(client, others.refresh).status != 200);  // it is full
  BOOST_TEST(post_form("/revoke", {{"token", tokens.access}, {"client_id", client}}).status == 200);
  BOOST_TEST(whoami(tokens.access) == "401");
  BOOST_TEST(post_form("/revoke", {{"token", tokens.refresh}, {"client_id", client}}).status == 200);
  BOOST_TEST(refresh(client, tokens.refresh).status == 400);
  BOOST_TEST(whoami(others.access) == "alice@example.com through a client");
}

// 60 registrations, then 6 a second, locked every other client out.
BOOST_AUTO_TEST_CASE(who_registers_too_often_stops_nobody_else) {
  saas s(by_address);
  for (int i = 0; i != 10; ++i) BOOST_TEST(register_from(s, "198.51.100.1") == 201, i);
  BOOST_TEST(register_from(s, "198.51.100.1") == 429);
  BOOST_TEST(register_from(s, "198.51.100.2") == 201);
  // the caller may write what it likes before what the proxy appends
  BOOST_TEST(register_from(s, "203.0.113.9, 198.51.100.1") == 429);
  // a network of IPv6 is one caller
  for (int i = 0; i != 10; ++i) BOOST_TEST(register_from(s, "2001:db8::" + std::to_string(i)) == 201, i);
  BOOST_TEST(register_from(s, "2001:db8::ffff:1") == 429);
  BOOST_TEST(register_from(s, "2001:db8:0:1::1") == 201);
  s.clock.advance(60s);
  BOOST_TEST(register_from(s, "198.51.100.1") == 201);
}

BOOST_AUTO_TEST_CASE(who_begins_too_many_logins_stops_nobody_else) {
  saas s(by_address);
  std::string const id = s.registered();
  auto const begin = [&](std::string const& address) {
    browser person = s.new_browser();
    auto const page = person.get(s.authorize_url(id));
    auto form = browser::hidden_fields(page.reply.body);
    form.emplace_back("decision", "approve");
    std::string cookies;
    for (auto const& [name, value] : person.cookies("mcp.example.com"))
      cookies.append(cookies.empty() ? "" : "; ").append(name).append("=").append(value);
    return s.post_form("/authorize", form, {{"Cookie", cookies}, {address_field, address}});
  };
  for (int i = 0; i != 60; ++i) BOOST_TEST(begin("198.51.100.1").status == 303, i);
  auto const refused = begin("198.51.100.1");
  BOOST_TEST(refused.status == 503);
  BOOST_TEST(refused.field("retry-after") == "1");
  BOOST_TEST(begin("198.51.100.2").status == 303);
}

// One registration a second for 90 days made 7.8 million records.
BOOST_AUTO_TEST_CASE(a_registration_that_leads_to_no_token_lives_an_hour) {
  std::string const unused = registered("Unused");
  auto const tokens = logged_in(client);
  clock.advance(59min);
  BOOST_TEST(ask("GET", mcpawl::http::origin_url::parse(authorize_url(unused)).value().target()).status ==
             200);
  clock.advance(2min);
  BOOST_TEST(ask("GET", mcpawl::http::origin_url::parse(authorize_url(unused)).value().target()).status ==
             400);
  BOOST_TEST(refresh(client, tokens.refresh).status == 200);
}

// RFC 9700 section 4.11.2: a wrong request was a link that led from here to wherever a stranger had registered.
BOOST_AUTO_TEST_CASE(a_wrong_request_sends_nobody_to_an_address_of_a_stranger) {
  std::string const cb = "https://app.example/cb";
  std::string const web = registered("Web", cb);
  std::string const wrong = authorize_url(web, {{"redirect_uri", cb}, {"response_type", "nope"}});
  browser person = new_browser();
  auto const page = person.get(wrong);
  BOOST_TEST(page.reply.status == 400);
  BOOST_TEST(!page.reply.has("location"));
  BOOST_TEST(page.reply.body.find("href=\"https://app.example/cb?error=unsupported_response_type") !=
             std::string::npos);
  // on the person's own machine there is nobody to be led to
  BOOST_TEST(parameter(new_browser().get(authorize_url(client, {{"response_type", "nope"}})).url, "error") ==
             "unsupported_response_type");
  // and a browser that holds an approval has been there
  BOOST_TEST(
      approved(person, authorize_url(web, {{"redirect_uri", cb}}), {{"remember", "yes"}}).starts_with(cb));
  BOOST_TEST(parameter(person.get(wrong).url, "error") == "unsupported_response_type");
}

BOOST_AUTO_TEST_SUITE_END()
