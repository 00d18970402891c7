// tests/stores/redis_channels.cpp - messages between processes by way of a real Redis server
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/store/bus_channel.hpp>
#include <mcpawl/store/errc.hpp>
#include <mcpawl/store/redis/redis_store.hpp>

#include "../support/becomes_true.hpp"
#include "../support/on_threads.hpp"
#include "../unit/store/await.hpp"
#include "../unit/store/channel_listener.hpp"
#include "redis_opened.hpp"
#include "redis_scripted.hpp"
#include "redis_sentinels.hpp"
#include "redis_server.hpp"
#include "redis_tls.hpp"
#include "tcp_proxy.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <signal.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(redis_channels)

using namespace mcpawl;
using namespace redis_test;

namespace {

struct redis_channel_backend {
  static constexpr bool closes_with_store = true;
  redis_test::server server{durable()};

  std::uint16_t port() const { return server.port(); }
  void begin() { server.start(); }
  std::shared_ptr<kv_store> open(std::uint16_t by = 0) const {
    return redis_test::open("redis://127.0.0.1:" + std::to_string(by == 0 ? port() : by) + "/0");
  }
};

using every_channel = std::tuple<redis_channel_backend>;

/** The lines that were logged. */
struct log_lines {
  std::mutex mutex;
  std::string all;

  logger to() {
    return {log_level::info, [this](log_level, std::string_view line) {
              std::lock_guard const lock(mutex);
              all += std::string(line) + '\n';
            }};
  }
  bool has(std::string_view words) {
    std::lock_guard const lock(mutex);
    return all.find(words) != std::string::npos;
  }
};

std::shared_ptr<kv_store> open_logged(std::string const& url, log_lines& to) {
  std::vector<std::string> mistakes;
  auto options = redis_options::parse(url, mistakes).value();
  options.log = to.to();
  return redis_store::open(std::move(options)).value();
}

}  // namespace

#include "../unit/store/channel_cases.hpp"
#include "network_channel_cases.hpp"

BOOST_AUTO_TEST_CASE(deployments_do_not_hear_each_other) {
  redis_test::server const at(durable());
  channels::listener mine(redis_test::open(at.url()), 1), other(redis_test::open(at.url("?prefix=other")), 1),
      second(redis_test::open(at.url("?database=1")), 1);
  BOOST_TEST(mine.publish(0, "for all").has_value());
  BOOST_TEST(mine.publish(1, "for 1").has_value());
  BOOST_TEST(second.publish(0, "of the second database").has_value());
  BOOST_TEST(other.publish(0, "end").has_value());
  BOOST_TEST(mine.hears(2));
  BOOST_TEST(other.hears(1));
  BOOST_TEST(second.hears(1));
  BOOST_TEST(other.heard.messages() == std::vector<std::string>{"end"});
  BOOST_TEST(second.heard.messages() == std::vector<std::string>{"of the second database"});
  BOOST_TEST(mine.heard.count() == 2u);
}

BOOST_AUTO_TEST_CASE(the_rights_that_the_documentation_names_are_enough) {
  auto words = durable();
  auto const add = [&words](std::initializer_list<char const*> more) {
    words.insert(words.end(), more.begin(), more.end());
  };
  // unknown to servers before
  bool const waits = redis_test::has_waitaof(redis_test::server{});
  auto const stores = [&](char const* user, char const* password) {
    add({"--user", user, "on", password, "~mine:*", "+@read", "+@write", "+@scripting", "+wait", "+info",
         "+time"});
    if (waits) add({"+waitaof"});
  };
  stores("adder", ">one");
  add({"&mine:*", "+publish", "+subscribe", "+ping"});
  stores("deaf", ">two");
  redis_test::server at(words);
  std::string const host = "@127.0.0.1:" + std::to_string(at.port());
  channels::listener one(redis_test::open("redis://adder:one" + host + "?prefix=mine"), 1);
  // longer than it takes until the server is asked whether it is there
  std::this_thread::sleep_for(std::chrono::milliseconds{2500});
  BOOST_TEST(one.publish(0, "m").has_value());
  BOOST_TEST(one.hears(1));
  BOOST_TEST(one.heard.disconnected() == 0);

  log_lines lines;
  auto const store = open_logged("redis://deaf:two" + host + "?prefix=mine", lines);
  channels::recorder heard;
  auto const channel = store->make_channel();
  channel->listen(2, heard);
  BOOST_TEST(support::becomes_true([&] { return lines.has("SUBSCRIBE was answered NOPERM"); }));
  BOOST_TEST((await(channel->publish(0, "m")).error() == store_errc::io));
  channel->close();
  BOOST_TEST(heard.connected() == 0);
  BOOST_TEST(!lines.has("two"));
}

BOOST_AUTO_TEST_CASE(messages_go_by_tls_and_with_a_password) {
  redis_test::certificates const made;
  std::vector<std::string> words{"--port", "0", "--tls-port", "PORT", "--requirepass", "secret"};
  for (auto const& some : {made.words("localhost"), durable()})
    words.insert(words.end(), some.begin(), some.end());
  redis_test::server const at(words);
  std::string const url = "rediss://:secret@localhost:" + std::to_string(at.port()) + made.trusted();
  channels::listener one(redis_test::open(url), 1), two(redis_test::open(url), 2);
  std::string const large(bus_channel::max_message, 'x');
  for (int i = 0; i != 200; ++i) BOOST_TEST(one.publish(0, large).has_value());
  for (auto* const each : {&one, &two}) {
    BOOST_TEST_REQUIRE(each->hears(200));
    BOOST_TEST((each->heard.messages().back() == large));
    BOOST_TEST(each->heard.disconnected() == 0);
  }
}

BOOST_AUTO_TEST_CASE(a_subscriber_follows_sentinels_to_the_new_primary) {
  redis_test::watched_primary both;
  std::string const url = "redis+sentinel://" + both.address() + "/main";
  channels::listener one(redis_test::open(url), 1), two(redis_test::open(url), 2);
  BOOST_TEST(one.publish(0, "m").has_value());
  BOOST_TEST(two.hears(1));
  both.primary.end(SIGKILL);
  for (auto* const each : {&one, &two}) {
    BOOST_TEST(support::becomes_true([&] { return each->heard.connected() == 2; }));
    each->heard.forget();
  }
  BOOST_TEST(support::becomes_true([&] { return one.publish(0, "n").has_value(); }));
  for (auto* const each : {&one, &two}) BOOST_TEST(each->hears(1));
}

BOOST_AUTO_TEST_CASE(what_is_no_answer_to_a_subscriber_ends_its_connection) {
  std::string const push = "*3\r\n$7\r\nmessage\r\n$10\r\nmcpawl:all\r\n$1\r\nm\r\n";
  std::string const confirmed =
      "*3\r\n$9\r\nsubscribe\r\n$10\r\nmcpawl:all\r\n:1\r\n"
      "*3\r\n$9\r\nsubscribe\r\n$23\r\nmcpawl:0000000000000001\r\n:2\r\n";
  for (std::string const& bad :
       {std::string(":1\r\n"), std::string("+OK\r\n"), std::string("*0\r\n"), std::string("$-1\r\n"),
        std::string("*2\r\n$7\r\nmessage\r\n$1\r\nx\r\n"), std::string("*1\r\n:5\r\n"), confirmed,
        std::string("-ERR unknown\r\n"), std::string("HTTP/1.1 400\r\n")}) {
    std::atomic<int> subscribed{0};
    scripted const at([&](scripted::words const& command) {
      if (command[0] != "SUBSCRIBE") return std::string();
      ++subscribed;
      return push + confirmed + push + bad + push;
    });
    log_lines lines;
    auto const store = open_logged(at.url(), lines);
    channels::recorder heard;
    auto const channel = store->make_channel();
    channel->listen(1, heard);
    // again and again; what came before the confirmation and behind the end is not heard
    BOOST_TEST(support::becomes_true([&] { return heard.disconnected() >= 2; }));
    channel->close();
    BOOST_TEST(subscribed >= 2);
    BOOST_TEST(heard.count() == static_cast<std::size_t>(heard.connected()));
    BOOST_TEST(heard.out_of_place() == 0);
  }
}

BOOST_AUTO_TEST_SUITE_END()
