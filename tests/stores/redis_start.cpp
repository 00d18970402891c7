// tests/stores/redis_start.cpp - which Redis servers are taken for a store: fit ones, with their password, by TLS, by Sentinel
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/store/redis/redis_store.hpp>

#include "../support/becomes_true.hpp"
#include "redis_opened.hpp"
#include "redis_scripted.hpp"
#include "redis_sentinels.hpp"
#include "redis_server.hpp"
#include "redis_tls.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(redis_start)

using namespace mcpawl;
using namespace redis_test;
using namespace std::chrono_literals;

namespace {

/** What is wrong with a server: the first code is checked, the sentences returned in one text. */
std::string refused(std::string const& url, redis_errc code) {
  std::vector<std::string> mistakes;
  auto const opened = try_open(url, &mistakes);
  BOOST_TEST_REQUIRE(!opened.has_value());
  BOOST_TEST((opened.error() == code), opened.error().message());
  BOOST_TEST(!mistakes.empty());
  std::string all;
  for (auto const& each : mistakes) all += each + '\n';
  BOOST_TEST(all.find("secret") == std::string::npos);
  return all;
}

bool has(std::string const& text, std::string_view words) { return text.find(words) != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_CASE(an_unfit_server_is_refused_by_name_and_all_at_once) {
  server const evicting(
      {"--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "allkeys-lru"});
  BOOST_TEST(has(refused(evicting.url(), redis_errc::evicting), "noeviction"));
  server const forgetting;
  BOOST_TEST(has(refused(forgetting.url(), redis_errc::not_durable), "appendonly"));
  BOOST_TEST(try_open(forgetting.url("?durable=no")).has_value());
  server const lazy({"--appendonly", "yes"});
  if (redis_test::has_waitaof(lazy))
    BOOST_TEST(put(*open(lazy.url()), "k", "v", durability::power_loss).has_value());
  else
    BOOST_TEST(has(refused(lazy.url(), redis_errc::not_durable), "appendfsync"));
  server const bad({"--maxmemory-policy", "volatile-lru"});
  auto const all = refused(bad.url("?replicas=1"), redis_errc::evicting);
  BOOST_TEST((has(all, "volatile-lru") && has(all, "replicas=1")));
  server const cluster({"--cluster-enabled", "yes", "--cluster-port", std::to_string(free_port())});
  refused(cluster.url("?durable=no"), redis_errc::cluster);
}

BOOST_AUTO_TEST_CASE(what_is_no_fit_server_is_told_in_time) {
  refused("redis://127.0.0.1:" + std::to_string(free_port()), redis_errc::not_reached);
  refused("rediss://no-such-host.invalid", redis_errc::not_found);
  auto const answering = [](std::string const& what, std::string with) {
    return [what, with = std::move(with)](scripted::words const& command) {
      return command[0] == what ? with : std::string();
    };
  };
  scripted const loading(answering("INFO", "-LOADING Redis is loading the dataset in memory\r\n"));
  refused(loading.url(), redis_errc::loading);
  scripted const web(answering("INFO", "HTTP/1.1 400 Bad Request\r\n\r\n"));
  refused(web.url(), redis_errc::no_redis);
  scripted const old(answering(
      "INFO", scripted::bulk(
                  "redis_version:6.2.0\r\nrole:master\r\nmaxmemory_policy:noeviction\r\naof_enabled:1\r\n")));
  refused(old.url(), redis_errc::too_old);
  scripted const empty(answering("INFO", "$0\r\n\r\n"));
  refused(empty.url(), redis_errc::no_redis);
  scripted const no_scripts(
      answering("SCRIPT", "-NOPERM this user has no permissions to run the 'script' command\r\n"));
  BOOST_TEST(has(refused(no_scripts.url(), redis_errc::not_allowed), "SCRIPT LOAD"));
  scripted const managed(answering("CONFIG", "-ERR unknown command 'CONFIG'\r\n"));
  BOOST_TEST(try_open(managed.url()).has_value());
  scripted const busy(answering("INFO", "-BUSY x\r\n"));
  refused(busy.url(), redis_errc::refused);
  scripted const leaving(answering("INFO", "cut"));
  refused(leaving.url(), redis_errc::not_reached);
}

BOOST_AUTO_TEST_CASE(user_and_password_are_needed_and_enough) {
  std::vector<std::string> words = durable();
  for (auto const* each :
       {"--requirepass", "secret", "--user", "adder", "on", ">othersecret", "~mine:*", "&mine:*", "+@read",
        "+@write", "+@scripting", "+@pubsub", "+wait", "+info", "+role", "+time"})
    words.push_back(each);
  if (redis_test::has_waitaof(server{})) {
    server const short_of(words);
    BOOST_TEST(has(refused("redis://adder:othersecret@127.0.0.1:" + std::to_string(short_of.port()),
                           redis_errc::not_allowed),
                   "WAITAOF"));
    words.push_back("+waitaof");
  }
  server at(words);
  std::string const host = "127.0.0.1:" + std::to_string(at.port());
  refused("redis://" + host, redis_errc::login_refused);
  refused("redis://:notsecret@" + host, redis_errc::login_refused);
  refused("redis://nobody:secret@" + host, redis_errc::login_refused);
  BOOST_TEST(put(*open("redis://:secret@" + host), "k", "v").has_value());
  auto const limited = open("redis://adder:othersecret@" + host + "?prefix=mine");
  BOOST_TEST(insert(*limited, "grant/o/k", "v", durability::power_loss).value().has_value());
  BOOST_TEST(await(limited->scan("grant/o/", "", 10)).value().items.size() == 1u);
  BOOST_TEST(await(limited->take("grant/o/k", durability::relaxed)).value().has_value());
  // another prefix is not its own
  auto const other = open("redis://adder:othersecret@" + host + "?prefix=other");
  BOOST_TEST((put(*other, "k", "v").error() == store_errc::io));
  server const without(durable());
  refused("redis://:secret@127.0.0.1:" + std::to_string(without.port()), redis_errc::login_refused);
}

BOOST_AUTO_TEST_CASE(tls_verifies_the_server) {
  redis_test::certificates const made;
  auto const trusted = made.trusted(), distrusted = made.distrusted();
  auto const words = [&made](std::string const& name, http_test::certificate_plan const& plan) {
    std::vector<std::string> all{"--port", "0", "--tls-port", "PORT"};
    for (auto const& some : {made.words(name, plan), durable()})
      all.insert(all.end(), some.begin(), some.end());
    return all;
  };
  server const at(words("good", {}));
  std::string const host = "localhost:" + std::to_string(at.port());
  auto const store = open("rediss://" + host + trusted);
  std::string const large(max_store_value, 'x');
  for (int i = 0; i != 5; ++i)
    BOOST_TEST(put(*store, "grant/o/" + std::to_string(i), large, durability::power_loss).has_value());
  BOOST_TEST((*get(*store, "grant/o/3") == large));
  BOOST_TEST(await(store->scan("grant/o/", "", 10)).value().items.size() >= 4u);
  refused("rediss://" + host + distrusted, redis_errc::certificate);
  refused("rediss://" + host, redis_errc::certificate);
  refused("redis://" + host, redis_errc::not_reached);
  server const elsewhere(words("wrong", {.names = "DNS:elsewhere.example"}));
  refused("rediss://localhost:" + std::to_string(elsewhere.port()) + trusted, redis_errc::certificate);
  server const plain(durable());
  std::string const without = "rediss://localhost:" + std::to_string(plain.port()) + trusted;
  if (has(plain.connect().ask({"INFO", "server"}).text, "valkey_version")) {
    // it answers with an error, or ends the connection first
    auto const opened = try_open(without);
    BOOST_TEST_REQUIRE(!opened.has_value());
    BOOST_TEST((opened.error() == redis_errc::tls_failed || opened.error() == redis_errc::not_reached));
  } else {
    refused(without, redis_errc::not_reached);  // it waits for more
  }
}

BOOST_AUTO_TEST_CASE(sentinels_tell_the_primary_and_its_successor) {
  redis_test::watched_primary both;
  std::string const dead = "127.0.0.1:" + std::to_string(free_port()), alive = both.address();
  refused("redis+sentinel://" + alive + "/unknown", redis_errc::not_found);
  refused("redis+sentinel://" + dead + "/main", redis_errc::not_reached);
  auto const store = open("redis+sentinel://" + dead + ',' + alive + "/main");
  auto const version = insert(*store, "k", "v", durability::power_loss).value();
  BOOST_REQUIRE(version);
  // replicas=0: nobody else waits for that
  BOOST_TEST(support::becomes_true(
      [&] { return both.replica.connect().ask({"EXISTS", "mcpawl:{k}:k"}).number == 1; }));
  both.primary.end(SIGKILL);
  // within seconds, by itself
  bool written = false;
  for (auto const until = std::chrono::steady_clock::now() + 15s;
       !written && std::chrono::steady_clock::now() < until;) {
    auto const changed = await(store->compare_and_set(write_of("k", "w"), *version));
    if (changed && *changed)
      written = true;
    else
      BOOST_TEST((changed.has_value() || changed.error() == store_errc::unreachable ||
                  changed.error() == store_errc::unconfirmed));
  }
  BOOST_TEST(written);
  BOOST_TEST(both.replica.connect().ask({"EXISTS", "mcpawl:{k}:k"}).number == 1);
  BOOST_TEST(*get(*store, "k") == "w");
}

BOOST_AUTO_TEST_SUITE_END()
