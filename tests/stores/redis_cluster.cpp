// tests/stores/redis_cluster.cpp - what every store promises, in a real Redis Cluster whose slots move and whose servers die (about 20 s)
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/store/redis/redis_store.hpp>

#include "../support/becomes_true.hpp"
#include "../support/on_threads.hpp"
#include "../unit/store/await.hpp"
#include "../unit/store/channel_listener.hpp"
#include "redis_backend.hpp"
#include "redis_cluster.hpp"
#include "redis_opened.hpp"
#include "redis_server.hpp"
#include "redis_tls.hpp"

#include <mcpawl/store/clock_watch.hpp>
#include <mcpawl/store/open_store.hpp>
#include <mcpawl/store/redis/redis_entry.hpp>
#include <mcpawl/store/redis/redis_slots.hpp>
#include <mcpawl/test/manual_clock.hpp>

#include <boost/test/unit_test.hpp>

#include <signal.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(redis_cluster)

using namespace mcpawl;
using namespace std::chrono_literals;

namespace {

struct one_cluster {
  static redis_test::cluster& shared() {
    static redis_test::cluster only;
    return only;
  }
  static std::string url() { return shared().url(); }
  static void empty() { shared().empty(); }
};

using redis_backend = redis_test::backend<one_cluster>;
using every_store = std::tuple<redis_backend>;
using backends = every_store;

/** The slot of an entry. */
std::size_t slot_of(std::string const& key) {
  return detail::redis_slot_of(detail::redis_names("mcpawl").entry(key));
}

}  // namespace

#include "../unit/store/conformance_cases.hpp"

BOOST_AUTO_TEST_CASE(slots_are_those_of_the_specification) {
  // "The CRC16 algorithm used": 123456789 gives 0x31C3; and its examples of hash tags
  BOOST_TEST(detail::redis_crc16("123456789") == 0x31c3);
  BOOST_TEST(detail::redis_slot_of("{user1000}.following") == detail::redis_slot_of("{user1000}.followers"));
  BOOST_TEST(detail::redis_slot_of("{user1000}.following") == detail::redis_slot_of("user1000"));
  BOOST_TEST(detail::redis_slot_of("foo{}{bar}") == detail::redis_crc16("foo{}{bar}") % 16384);
  BOOST_TEST(detail::redis_slot_of("foo{{bar}}zap") == detail::redis_slot_of("{bar"));
  BOOST_TEST(detail::redis_slot_of("foo{bar}{zap}") == detail::redis_slot_of("bar"));
}

BOOST_AUTO_TEST_CASE(redirections_are_read_and_nothing_else_is) {
  redis_host const by{"asked", 1};
  auto const read = [&](std::string text) {
    detail::redis_reply error;
    error.type = detail::redis_reply::kind::error;
    error.text = std::move(text);
    return detail::read_redis_redirection(error, by);
  };
  auto const moved = read("MOVED 3999 127.0.0.1:6381");
  BOOST_TEST_REQUIRE(moved.has_value());
  BOOST_TEST(moved->for_ever);
  BOOST_TEST(moved->slot == 3999u);
  BOOST_TEST(moved->to.name == "127.0.0.1");
  BOOST_TEST(moved->to.port == 6381);
  BOOST_TEST(read("ASK 0 ::1:7000")->to.name == "::1");
  BOOST_TEST(!read("ASK 0 ::1:7000")->for_ever);
  BOOST_TEST(read("MOVED 1 :7000")->to.name == "asked");
  for (std::string const text :
       {"MOVED", "MOVED 1", "MOVED 16384 h:1", "MOVED -1 h:1", "MOVED 1 h:0", "MOVED 1 h:65536",
        "MOVED 1 h:", "MOVED x h:1", "MOVED  h:1", "MOVEDX 1 h:1", "ERR 1 h:1"})
    BOOST_TEST(!read(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(each_slot_has_one_primary_or_there_is_no_cluster) {
  using detail::redis_reply;
  auto const number = [](std::int64_t n) {
    redis_reply out;
    out.type = redis_reply::kind::integer;
    out.number = n;
    return out;
  };
  auto const list = [](std::vector<redis_reply> items) {
    redis_reply out;
    out.type = redis_reply::kind::array;
    out.items = std::move(items);
    return out;
  };
  auto const range = [&](std::int64_t first, std::int64_t last, std::string name, std::int64_t port = 7000) {
    redis_reply address;
    address.type = redis_reply::kind::bulk;
    address.text = std::move(name);
    return list({number(first), number(last), list({address, number(port)})});
  };
  auto const read = [&](redis_reply const& reply) { return detail::read_redis_slots(reply, {"asked", 1}); };
  auto const whole = read(list({range(8192, 16383, ""), range(0, 8191, "10.0.0.1", 65535)}));
  BOOST_TEST_REQUIRE(whole.has_value());
  BOOST_TEST((*whole)[0].primary.name == "asked");
  BOOST_TEST((*whole)[1].primary.port == 65535);
  for (auto const& wrong :
       {list({}), number(1), list({range(0, 16382, "h")}), list({range(0, 16383, "h"), range(5, 5, "h")}),
        list({range(0, 16384, "h")}), list({range(1, 0, "h")}), list({range(-1, 16383, "h")}),
        list({range(0, 16383, "h", 0)}), list({range(0, 16383, "h", 65536)}),
        list({list({number(0), number(16383)})}), list({list({number(0), number(16383), number(1)})})})
    BOOST_TEST((read(wrong).error() == redis_errc::cluster));
}

BOOST_AUTO_TEST_CASE(an_operation_finds_its_slot_while_it_moves_and_after_it_has) {
  redis_test::cluster all;
  auto const store = redis_test::open(all.url());
  std::string const key = "grant/one/two";
  redis_test::put(*store, key, "first", durability::power_loss);
  std::size_t const slot = slot_of(key), from = all.owner(slot), to = (from + 1) % all.primaries;
  std::string const number = std::to_string(slot);
  auto source = all.nodes[from]->connect(), target = all.nodes[to]->connect();
  target.ask({"CLUSTER", "SETSLOT", number, "IMPORTING", all.id(from)});
  source.ask({"CLUSTER", "SETSLOT", number, "MIGRATING", all.id(to)});
  for (auto const& name : source.ask({"CLUSTER", "GETKEYSINSLOT", number, "10"}).items)
    BOOST_TEST(
        !source.ask({"MIGRATE", "127.0.0.1", std::to_string(all.nodes[to]->port()), name.text, "0", "5000"})
             .failed());
  // ASK
  BOOST_TEST((redis_test::get(*store, key) == "first"));
  BOOST_TEST((redis_test::put(*store, key, "second", durability::power_loss).has_value()));
  BOOST_TEST(await(store->scan("grant/one/", "", 10)).value().items.size() == 1u);
  for (auto* each : {&target, &source}) each->ask({"CLUSTER", "SETSLOT", number, "NODE", all.id(to)});
  // MOVED
  BOOST_TEST((redis_test::get(*store, key) == "second"));
  BOOST_TEST(await(store->erase(key, durability::power_loss)).value() == 1u);
  BOOST_TEST(!redis_test::get(*store, key).has_value());
}

BOOST_AUTO_TEST_CASE(a_replica_takes_over_and_nothing_acknowledged_is_lost) {
  redis_test::cluster all(true);
  auto const store = redis_test::open(all.url());
  // a key of the primary that has a replica
  std::vector<std::string> keys;
  for (int i = 0; keys.size() != 20; ++i)
    if (std::string key = "client/" + std::to_string(i); all.owner(slot_of(key)) == 0)
      keys.push_back(std::move(key));
  for (auto const& key : keys)
    BOOST_TEST(redis_test::put(*store, key, key, durability::power_loss).has_value());
  BOOST_TEST(support::becomes_true([&] {
    return all.nodes[3]->connect().ask({"DBSIZE"}).number == static_cast<std::int64_t>(keys.size());
  }));
  all.nodes[0]->end(SIGKILL);
  // the others go on meanwhile
  for (int i = 0; i != 20; ++i)
    if (std::string const key = "flow/" + std::to_string(i); all.owner(slot_of(key)) != 0)
      BOOST_TEST(redis_test::put(*store, key, "there").has_value());
  BOOST_TEST(support::becomes_true([&] { return redis_test::put(*store, keys[0], "new").has_value(); }));
  for (std::size_t i = 1; i != keys.size(); ++i) BOOST_TEST((redis_test::get(*store, keys[i]) == keys[i]));
  // and the old one comes back as a replica
  all.nodes[0]->start();
  BOOST_TEST((redis_test::get(*store, keys[0]) == "new"));
}

BOOST_AUTO_TEST_CASE(messages_are_heard_whatever_server_they_came_to) {
  redis_test::cluster const all;
  auto const one = redis_test::open(all.url()),
             two = redis_test::open("redis+cluster://127.0.0.1:" + std::to_string(all.nodes[2]->port()));
  auto const here = one->make_channel(), there = two->make_channel();
  channels::recorder heard;
  there->listen(2, heard);
  BOOST_TEST_REQUIRE(support::becomes_true([&] { return heard.connected() == 1; }));
  BOOST_TEST(await(here->publish(0, "for all")).has_value());
  BOOST_TEST(await(here->publish(2, "for two")).has_value());
  BOOST_TEST(await(here->publish(3, "for somebody else")).has_value());
  BOOST_TEST(support::becomes_true([&] { return heard.count() == 2; }));
  BOOST_TEST((heard.messages() == std::vector<std::string>{"for all", "for two"}));
  there->close();
}

BOOST_AUTO_TEST_CASE(each_server_is_verified_by_tls) {
  redis_test::certificates const made;
  std::vector<std::string> words{"--port",        "PORT", "--tls-port",         "TLS_PORT",
                                 "--tls-cluster", "yes",  "--tls-ca-cert-file", made.authority()};
  for (auto& each : made.words("node")) words.push_back(std::move(each));
  redis_test::cluster const all(false, words);
  // one of them tells the others, by the ports that speak TLS
  std::string const url = "rediss+cluster://127.0.0.1:" + std::to_string(all.tls_ports[1]);
  auto const store = redis_test::open(url + made.trusted());
  std::set<std::size_t> owners;
  for (int i = 0; i != 20; ++i) {
    std::string const key = "grant/o/" + std::to_string(i);
    owners.insert(all.owner(slot_of("client/" + key)));
    BOOST_TEST(redis_test::put(*store, "client/" + key, key, durability::power_loss).has_value());
    BOOST_TEST((redis_test::get(*store, "client/" + key) == key));
  }
  BOOST_TEST(owners.size() == all.primaries);
  auto const distrusting = redis_test::try_open(url + made.distrusted());
  BOOST_TEST_REQUIRE(!distrusting.has_value());
  BOOST_TEST((distrusting.error() == redis_errc::certificate));
  // the names that the certificates must have are those by which the servers know each other
  auto const by_name =
      redis_test::try_open("rediss+cluster://localhost:" + std::to_string(all.tls_ports[0]) + made.trusted());
  BOOST_TEST(by_name.has_value());
}

BOOST_AUTO_TEST_CASE(what_is_no_cluster_or_not_all_of_one_is_refused) {
  redis_test::server const alone(redis_test::durable());
  auto const refused = [](std::string const& url, redis_errc why) {
    std::vector<std::string> mistakes;
    auto const opened = redis_test::try_open(url, &mistakes);
    BOOST_TEST_REQUIRE(!opened.has_value());
    BOOST_TEST((opened.error() == why), opened.error().message());
    BOOST_TEST(!mistakes.empty());
  };
  std::string const at = std::to_string(alone.port());
  refused("redis+cluster://127.0.0.1:" + at, redis_errc::cluster);
  refused("redis+cluster://127.0.0.1:" + at + "/1", redis_errc::bad_url);
  refused("redis+cluster://127.0.0.1:" + std::to_string(redis_test::free_port()), redis_errc::not_reached);
  redis_test::server const lonely(
      {"--cluster-enabled", "yes", "--cluster-port", std::to_string(redis_test::free_port())});
  refused("redis+cluster://127.0.0.1:" + std::to_string(lonely.port()) + "?durable=no", redis_errc::cluster);
  redis_test::cluster const whole;
  refused("redis://127.0.0.1:" + std::to_string(whole.nodes[0]->port()), redis_errc::cluster);
  // one of several addresses is enough
  BOOST_TEST(redis_test::try_open("redis+cluster://127.0.0.1:" + std::to_string(redis_test::free_port()) +
                                  ",127.0.0.1:" + std::to_string(whole.nodes[1]->port()))
                 .has_value());
}

BOOST_AUTO_TEST_SUITE_END()
