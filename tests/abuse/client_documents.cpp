// tests/abuse/client_documents.cpp - what a stranger can make the server fetch by naming a client at /authorize
// SPDX-License-Identifier: BSL-1.0
#include "../support/saas.hpp"
#include "../unit/oauth/client/client_host.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <string>
#include <thread>

BOOST_AUTO_TEST_SUITE(abuse_client_documents)

using namespace std::chrono_literals;
using oauth_test::answer_with;
using oauth_test::client_host;
using support::saas;
using steady = std::chrono::steady_clock;

constexpr auto deadline = 400ms;
constexpr unsigned share = 3;
constexpr char const* address_field = "X-Forwarded-For";

void trusting(mcpawl::access_oauth_options& options) {
  options.trust = oauth_test::client_trust::instance().trust;
  options.allow = mcpawl::unsafe::loopback_is_public{};
  options.client_fetch_timeout = deadline;
}

/** The status of the page that asks for consent to a client. */
int page_of(saas& server, std::string const& client, support::fields with = {}) {
  auto const url = server.authorize_url(client, {{"redirect_uri", "https://client.example/cb"}});
  return server.ask("GET", mcpawl::http::origin_url::parse(url).value().target(), std::move(with)).status;
}

BOOST_AUTO_TEST_CASE(a_document_has_five_kibibytes_and_not_one_byte_more) {
  std::atomic<std::size_t> size{mcpawl::oauth::max_client_document};
  client_host host([](std::string const&) { return std::string(); });
  host.answer([&](std::string const& path) {
    std::string text = host.document({}, path);
    text.append(size - text.size(), ' ');
    return answer_with(text);
  });
  saas server(trusting);
  BOOST_TEST(page_of(server, host.url("/fits")) == 200);
  ++size;
  BOOST_TEST(page_of(server, host.url("/too-long")) == 413);
  BOOST_TEST(host.visits() == 2);
}

BOOST_AUTO_TEST_CASE(of_a_document_without_end_no_more_is_read) {
  std::atomic<std::size_t> sent{0};
  http_test::scripted_peer endless(
      [&sent](http_test::guest& who) {
        who.read_until("\r\n\r\n");
        who.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n");
        std::string const piece(16 * 1024, ' ');
        while (who.send(piece) && sent < std::size_t{1} << 28) sent += piece.size();
      },
      &oauth_test::client_trust::instance().server);
  saas server(trusting);
  auto const begin = steady::now();
  BOOST_TEST(page_of(server, endless.url("/client")) == 413);
  BOOST_TEST((steady::now() - begin < deadline));
  BOOST_TEST(sent < std::size_t{1} << 24);  // what the system buffers
}

// Costs the deadline twice.
BOOST_AUTO_TEST_CASE(a_host_that_drips_is_given_up_at_the_deadline_and_holds_up_nobody) {
  std::atomic<bool> asked{false};
  http_test::scripted_peer slow(
      [&asked](http_test::guest& who) {
        who.read_until("\r\n\r\n");
        asked = true;
        if (!who.send("HTTP/1.1 200 OK\r\nX-Drip: ")) return;
        for (int i = 0; i != 60 && who.send("x"); ++i) std::this_thread::sleep_for(50ms);
      },
      &oauth_test::client_trust::instance().server);
  saas server(trusting);
  auto const client = server.registered();
  auto const tokens = server.logged_in(client);
  int status = 0;
  steady::duration took{};
  std::thread stranger([&] {
    auto const begin = steady::now();
    status = page_of(server, slow.url("/client"));
    took = steady::now() - begin;
  });
  while (!asked) std::this_thread::sleep_for(1ms);
  BOOST_TEST(server.refresh(client, tokens.refresh).status == 200);
  stranger.join();
  BOOST_TEST(status == 503);
  BOOST_TEST((took >= deadline - 50ms));
  BOOST_TEST((took < deadline + 1s));
}

BOOST_AUTO_TEST_CASE(no_redirect_is_followed) {
  client_host host([](std::string const&) { return std::string(); });
  client_host elsewhere([](std::string const&) { return std::string(); });
  elsewhere.answer([&](std::string const& path) { return answer_with(host.document({}, path)); });
  saas server(trusting);
  for (int const status : {301, 302, 303, 307, 308}) {
    std::string const path = '/' + std::to_string(status);
    host.answer([&](std::string const&) {
      return answer_with("", "Location: " + elsewhere.url(path) + "\r\n", status);
    });
    BOOST_TEST(page_of(server, host.url(path)) == 400, status);
  }
  BOOST_TEST(host.visits() == 5);
  BOOST_TEST(elsewhere.visits() == 0);
}

BOOST_AUTO_TEST_CASE(one_host_is_asked_so_often_and_not_once_more) {
  client_host host([](std::string const&) { return std::string(); });
  host.answer([&](std::string const& path) { return answer_with(host.document({}, path)); });
  saas server(trusting);
  auto const burst = static_cast<int>(mcpawl::oauth::client_fetch_limits{}.host_burst);
  for (int i = 0; i != burst; ++i) BOOST_TEST(page_of(server, host.url('/' + std::to_string(i))) == 200, i);
  BOOST_TEST(page_of(server, host.url("/one-more")) == 503);
  BOOST_TEST(page_of(server, host.url("/0")) == 200);  // it is known
  BOOST_TEST(host.visits() == burst);
  server.clock.advance(10s);
  BOOST_TEST(page_of(server, host.url("/one-more")) == 200);
  BOOST_TEST(page_of(server, host.url("/two-more")) == 503);
  BOOST_TEST(host.visits() == burst + 1);
}

BOOST_AUTO_TEST_CASE(one_address_makes_the_server_fetch_so_often_and_stops_no_other) {
  client_host host([](std::string const&) { return std::string(); });
  host.answer([&](std::string const& path) { return answer_with(host.document({}, path)); });
  saas server([](mcpawl::access_oauth_options& options) {
    trusting(options);
    options.client_address_field = address_field;
    options.documents_per_address = {share, 10s};
  });
  auto const from = [&](std::string const& address, std::string const& path) {
    return page_of(server, host.url(path), {{address_field, address}});
  };
  for (unsigned i = 0; i != share; ++i) BOOST_TEST(from("198.51.100.1", '/' + std::to_string(i)) == 200, i);
  BOOST_TEST(from("198.51.100.1", "/more") == 503);
  BOOST_TEST(host.visits() == static_cast<int>(share));
  BOOST_TEST(from("198.51.100.1", "/0") == 200);
  BOOST_TEST(from("198.51.100.2", "/more") == 200);
  BOOST_TEST(from("198.51.100.1", "/more") == 200);  // another has made it known
  server.clock.advance(10s);
  BOOST_TEST(from("198.51.100.1", "/again") == 200);
  BOOST_TEST(from("198.51.100.1", "/and-again") == 503);
}

BOOST_AUTO_TEST_SUITE_END()
