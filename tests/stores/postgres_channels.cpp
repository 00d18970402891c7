// tests/stores/postgres_channels.cpp - messages between processes by way of a real PostgreSQL server
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/crypto/base64.hpp>
#include <mcpawl/store/bus_channel.hpp>
#include <mcpawl/store/errc.hpp>
#include <mcpawl/store/postgres_store.hpp>

#include "../support/becomes_true.hpp"
#include "../support/on_threads.hpp"
#include "../unit/store/await.hpp"
#include "../unit/store/channel_listener.hpp"
#include "postgres_backend.hpp"
#include "postgres_pooler.hpp"
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

BOOST_AUTO_TEST_SUITE(postgres_channels)

using namespace mcpawl;

namespace {

std::shared_ptr<kv_store> open_quiet(std::string const& url, logger log = logger::none()) {
  postgres_options options;
  options.log = std::move(log);
  options.connections = 1;
  return stores::open_postgres(url, clock::system(), options);
}

struct postgres_channel_backend {
  static constexpr bool closes_with_store = true;
  stores::postgres_server& server = stores::postgres_server::shared();

  std::uint16_t port() const { return server.port(); }
  void begin() { server.begin(); }
  std::shared_ptr<kv_store> open(std::uint16_t by = 0) const {
    return open_quiet(server.url(by, "?sslmode=disable"));
  }
};

using every_channel = std::tuple<postgres_channel_backend>;

}  // namespace

#include "../unit/store/channel_cases.hpp"
#include "network_channel_cases.hpp"

BOOST_AUTO_TEST_CASE(what_others_notify_is_not_heard) {
  postgres_channel_backend b;
  channels::listener one(b.open(), 0xabc);
  for (std::string const& each :
       {std::string(), std::string("?0000000000000001"), std::string("no base64"), std::string("QQ"),
        std::string("QR=="), encode_base64(std::string(bus_channel::max_message + 1, 'x')),
        std::string(7999, 'A')})
    for (auto const* name : {"mcpawl_all", "mcpawl_0000000000000abc"})
      b.server.sql("SELECT pg_notify('" + std::string(name) + "', '" + each + "')");
  b.server.sql("SELECT pg_notify('mcpawl_all', '" + encode_base64("well formed") + "')");
  // what is well formed is a message, also an empty one: who sent it is for others to find out
  BOOST_TEST_REQUIRE(one.hears(3));
  BOOST_TEST(one.heard.messages().back() == "well formed");
  for (auto const& each : one.heard.messages()) BOOST_TEST((each.empty() || each == "well formed"));
  BOOST_TEST(one.heard.disconnected() == 0);
}

BOOST_AUTO_TEST_CASE(databases_of_one_server_do_not_hear_each_other) {
  postgres_channel_backend b;
  b.server.sql("DROP DATABASE IF EXISTS second WITH (FORCE)");
  b.server.sql("CREATE DATABASE second");
  channels::listener mine(b.open(), 1),
      other(open_quiet("postgresql://postgres@127.0.0.1:" + std::to_string(b.port()) + "/second"), 1);
  BOOST_TEST(mine.publish(0, "for all").has_value());
  BOOST_TEST(mine.publish(1, "for 1").has_value());
  BOOST_TEST(other.publish(0, "end").has_value());
  BOOST_TEST(mine.hears(2));
  BOOST_TEST(other.hears(1));
  BOOST_TEST(other.heard.messages() == std::vector<std::string>{"end"});
  BOOST_TEST(mine.heard.count() == 2u);
}

BOOST_AUTO_TEST_CASE(a_connection_that_the_server_ends_is_made_anew) {
  postgres_channel_backend b;
  channels::listener one(b.open(), 1);
  std::string const listening =
      "FROM pg_stat_activity WHERE application_name = 'mcpawl' AND query LIKE '%LISTEN%'";
  BOOST_TEST(b.server.sql("SELECT count(*) " + listening) != "0");
  b.server.sql("SELECT pg_terminate_backend(pid) " + listening);
  BOOST_TEST(support::becomes_true([&] { return one.heard.connected() == 2; }));
  BOOST_TEST(one.publish(0, "m").has_value());
  BOOST_TEST(one.hears(1));
}

BOOST_AUTO_TEST_CASE(a_pooler_that_loses_notifications_is_refused_by_name) {
  postgres_channel_backend b;
  for (bool const loses : {true, false}) {
    stores::postgres_pooler const pooler(b.port(), loses ? "transaction" : "session");
    stores::tcp_proxy proxy(b.port());
    std::mutex mutex;
    std::string lines;
    logger const log(log_level::info, [&](log_level, std::string_view line) {
      std::lock_guard const lock(mutex);
      lines += std::string(line) + '\n';
    });
    auto const store = open_quiet(b.server.url(proxy.port(), "?sslmode=disable"), log);
    // what the store itself needs goes past the pooler
    BOOST_TEST(support::becomes_true([&] { return proxy.accepted() == 2; }));
    BOOST_TEST(await(store->erase("k", durability::power_loss)).has_value());
    proxy.lead_to(pooler.port());
    channels::recorder heard;
    auto const channel = store->make_channel();
    channel->listen(1, heard);
    if (loses) {
      BOOST_TEST(support::becomes_true([&] {
        std::lock_guard const lock(mutex);
        return lines.find("postgres_channel_not_connected") != std::string::npos &&
               lines.find("PgBouncer") != std::string::npos;
      }));
      BOOST_TEST(heard.connected() == 0);
    } else {
      BOOST_TEST(support::becomes_true([&] { return heard.connected() == 1; }));
      BOOST_TEST(await(channel->publish(1, "m")).has_value());
      BOOST_TEST(support::becomes_true([&] { return heard.count() == 1; }));
    }
    channel->close();
  }
}

BOOST_AUTO_TEST_SUITE_END()
