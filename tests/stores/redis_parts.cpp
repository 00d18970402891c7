// tests/stores/redis_parts.cpp - the parts of a Redis store that need no server: replies, names, values, URLs, what INFO says
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/store/redis/redis_connect.hpp>
#include <mcpawl/store/redis/redis_entry.hpp>
#include <mcpawl/store/redis/redis_info.hpp>
#include <mcpawl/store/redis/redis_options.hpp>
#include <mcpawl/store/redis/redis_reader.hpp>
#include <mcpawl/store/redis/redis_request.hpp>
#include <mcpawl/store/redis/redis_store.hpp>

#include "../support/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

BOOST_AUTO_TEST_SUITE(redis_parts)

using namespace mcpawl;
using namespace mcpawl::detail;
using kind = redis_reply::kind;

namespace {

std::vector<redis_reply> read(std::string_view text, redis_reply_limits limits = {}) {
  redis_reader reader(limits);
  BOOST_TEST(reader.put(text));
  std::vector<redis_reply> out;
  while (auto reply = reader.take()) out.push_back(std::move(*reply));
  return out;
}

bool breaks(std::string_view text, redis_reply_limits limits = {}) {
  redis_reader reader(limits);
  bool const good = reader.put(text);
  BOOST_TEST(reader.broken() == !good);
  if (!good) BOOST_TEST(!reader.put("+OK\r\n"));
  return !good;
}

std::vector<std::string> mistakes_of(std::string_view url, redis_errc code) {
  std::vector<std::string> mistakes;
  auto const parsed = redis_options::parse(url, mistakes);
  BOOST_TEST_REQUIRE(!parsed.has_value(), url);
  BOOST_TEST((parsed.error() == code), url << ": " << parsed.error().message());
  BOOST_TEST(!mistakes.empty());
  return mistakes;
}

redis_options options_of(std::string_view url) {
  std::vector<std::string> mistakes;
  auto parsed = redis_options::parse(url, mistakes);
  for (auto const& each : mistakes) BOOST_ERROR(url << ": " << each);
  return parsed ? std::move(*parsed) : redis_options{};
}

std::vector<redis_errc> wrong_with(std::string const& info, bool durable = true, unsigned replicas = 0,
                                   std::optional<std::string> flushing = "always") {
  std::vector<redis_errc> out;
  for (auto const& each : judge_redis(redis_info(info), durable, replicas, flushing).wrong)
    out.push_back(each.code);
  return out;
}

std::string info_with(std::string const& lines, std::string const& version = "redis_version:7.0.15\r\n") {
  return "# Server\r\n" + version + "role:master\r\nmaxmemory_policy:noeviction\r\n" + lines;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_kind_of_reply_is_read) {
  auto const all = read(
      "+OK\r\n-OOM no room\r\n:-7\r\n$5\r\na\r\nbc\r\n$0\r\n\r\n$-1\r\n*-1\r\n*0\r\n*2\r\n:1\r\n*1\r\n$-1\r\n");
  BOOST_TEST_REQUIRE(all.size() == 9u);
  BOOST_TEST((all[0].is(kind::status) && all[0].text == "OK"));
  BOOST_TEST((all[1].failed() && all[1].error_word() == "OOM"));
  BOOST_TEST((all[2].is(kind::integer) && all[2].number == -7));
  BOOST_TEST((all[3].is(kind::bulk) && all[3].text == "a\r\nbc"));
  BOOST_TEST((all[4].is(kind::bulk) && all[4].text.empty()));
  BOOST_TEST(all[5].is(kind::nil));
  BOOST_TEST(all[6].is(kind::nil));
  BOOST_TEST((all[7].is(kind::array) && all[7].items.empty()));
  BOOST_TEST_REQUIRE(all[8].items.size() == 2u);
  BOOST_TEST(all[8].items[0].number == 1);
  BOOST_TEST_REQUIRE(all[8].items[1].items.size() == 1u);
  BOOST_TEST(all[8].items[1].items[0].is(kind::nil));
}

BOOST_AUTO_TEST_CASE(a_reply_may_come_byte_by_byte) {
  std::string const text = "*2\r\n$3\r\nabc\r\n:5\r\n+x\r\n";
  redis_reader reader;
  std::size_t replies = 0;
  for (std::size_t i = 0; i != text.size(); ++i) {
    BOOST_TEST(reader.put(std::string_view(text).substr(i, 1)));
    while (reader.take()) ++replies;
    BOOST_TEST(replies == (i + 1 == text.size() ? 2u : i + 1 >= text.size() - 4 ? 1u : 0u));
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_reply_ends_the_reading) {
  for (std::string_view const text :
       {"x\r\n", "\r\n", "HTTP/1.1 400 Bad Request\r\n", "$-2\r\n", "*-2\r\n", "$x\r\n", "*1\r\n?\r\n",
        "$99999999999999999999\r\n", "*99999999999999999999\r\n", "%1\r\n+a\r\n+b\r\n", ",1.5\r\n", "#t\r\n",
        "*1\r\n,1.5\r\n", "~1\r\n+a\r\n", ">1\r\n+a\r\n"})
    BOOST_TEST(breaks(text), text);
}

BOOST_AUTO_TEST_CASE(a_reply_is_bounded) {
  redis_reply_limits limits;
  limits.items = 4;
  limits.bytes = 100'000;
  BOOST_TEST(read("*4\r\n:1\r\n:1\r\n:1\r\n:1\r\n*2\r\n*2\r\n:1\r\n:1\r\n:1\r\n", limits).size() == 2u);
  BOOST_TEST(breaks("*5\r\n", limits));
  BOOST_TEST(breaks("*2\r\n*2\r\n:1\r\n:1\r\n*1\r\n", limits));
  BOOST_TEST(breaks("*1000000000\r\n", limits));
  BOOST_TEST(breaks("*2147483647\r\n"));
  std::string deep;
  for (int i = 0; i != 8; ++i) deep += "*1\r\n";
  BOOST_TEST(read(deep + ":1\r\n").size() == 1u);
  BOOST_TEST(breaks(deep + "*1\r\n"));
  // what never ends
  BOOST_TEST(breaks("$200000\r\n" + std::string(150'000, 'a'), limits));
  BOOST_TEST(breaks("+" + std::string(150'000, 'a'), limits));
  BOOST_TEST(read("$90000\r\n" + std::string(90'000, 'a') + "\r\n", limits).size() == 1u);
  // many small ones are many
  std::string many;
  for (int i = 0; i != 50'000; ++i) many += "+OK\r\n";
  BOOST_TEST(read(many, limits).size() == 50'000u);
}

BOOST_AUTO_TEST_CASE(a_command_has_any_bytes) {
  std::string out;
  append_redis_command(out, {"SET", std::string_view("a\r\n\0", 4), ""});
  BOOST_TEST((out == std::string("*3\r\n$3\r\nSET\r\n$4\r\na\r\n\0\r\n$0\r\n\r\n", 29)));
}

BOOST_AUTO_TEST_CASE(a_value_is_written_with_a_header_and_read) {
  std::string const text = redis_value(0x7fff'ffff'ffff'ffff, never_expires, "v");
  BOOST_TEST(text == "7fffffffffffffff000000000000000092233720368547758070000000000000000v");
  auto const found = read_redis_value(text);
  BOOST_REQUIRE(found);
  BOOST_TEST(found->entry.version == 0x7fff'ffff'ffff'ffffu);
  BOOST_TEST(found->entry.expires == never_expires);
  BOOST_TEST(found->entry.value == "v");
  BOOST_TEST(found->alive(never_expires - 1));
  BOOST_TEST(!read_redis_value(redis_value(1, 10, ""))->alive(10));
  BOOST_TEST(read_redis_value(redis_value(1, -5, ""))->entry.expires == 0);
  for (std::string bad :
       {text.substr(0, 66), 'x' + text.substr(1), text.substr(0, 32) + '-' + text.substr(33),
        text.substr(0, 32) + "9999999999999999999" + text.substr(51), std::string(), std::string(67, ' ')})
    BOOST_TEST(!read_redis_value(bad), bad);
}

BOOST_AUTO_TEST_CASE(a_lifetime_is_a_minute_more) {
  BOOST_TEST(redis_lifetime(110, 100).value() == 70'000u);
  BOOST_TEST(redis_lifetime(100, 100).value() == 60'000u);
  BOOST_TEST(redis_lifetime(std::numeric_limits<unix_seconds>::min(), 100).value() == 60'000u);
  BOOST_TEST(!redis_lifetime(never_expires, 100));
  BOOST_TEST(redis_lifetime(never_expires - 1, std::numeric_limits<unix_seconds>::min()).value() <
             4'000'000'000'000u);
}

BOOST_AUTO_TEST_CASE(keys_that_are_listed_have_a_group) {
  BOOST_TEST(redis_group("grant/owner/x") == "grant/owner");
  BOOST_TEST(redis_group("grant/owner/") == "grant/owner");
  BOOST_TEST(redis_group("event/s/1/2") == "event/s");
  for (auto const* key : {"grant/owner", "grant/", "grant", "", "/a/b", "grant//x", "flow/login/x",
                          "client/https://a/b", "assertion/a/b"})
    BOOST_TEST(redis_group(key) == "", key);
  redis_names const names("p");
  BOOST_TEST(names.entry("grant/owner/x") == "p:{grant/owner}:grant/owner/x");
  BOOST_TEST(names.entry("flow/login/x") == "p:{flow/login/x}:flow/login/x");
  BOOST_TEST(names.index("grant/owner") == "p:{grant/owner}:i");
  BOOST_TEST(names.entry("i") == "p:{i}:i");
}

BOOST_AUTO_TEST_CASE(a_url_says_where_and_how) {
  auto const plain = options_of("redis://127.0.0.1");
  BOOST_TEST((plain.hosts.size() == 1u && plain.hosts[0].name == "127.0.0.1" && plain.hosts[0].port == 6379));
  BOOST_TEST((!plain.tls && plain.prefix == "mcpawl" && plain.durable && plain.replicas == 0 &&
              plain.database == 0));
  auto const full =
      options_of("rediss://us%65r:p%40s%2Fs@cache.example.com:6380/3?prefix=a.b-c_1&replicas=2&durable=no");
  BOOST_TEST((full.tls && full.user == "user" && full.password.reveal() == "p@s/s"));
  BOOST_TEST((full.hosts[0].name == "cache.example.com" && full.hosts[0].port == 6380 && full.database == 3));
  BOOST_TEST((full.prefix == "a.b-c_1" && full.replicas == 2 && !full.durable));
  auto const six = options_of("redis://[::1]:7000/");
  BOOST_TEST((six.hosts[0].name == "::1" && six.hosts[0].port == 7000));
  BOOST_TEST(options_of("redis://:secret@localhost").password.reveal() == "secret");
  BOOST_TEST(options_of("redis://10.0.0.1?unsafe=plain_text").plain.has_value());
  auto const sentinel = options_of("rediss+sentinel://a,b:26380,c/main?database=1");
  BOOST_TEST(
      (sentinel.hosts.size() == 3u && sentinel.hosts[0].port == 26379 && sentinel.hosts[1].port == 26380));
  BOOST_TEST((sentinel.primary == "main" && sentinel.tls && sentinel.database == 1));
  auto const cluster = options_of("rediss+cluster://a,b:7001?prefix=p");
  BOOST_TEST((cluster.cluster && cluster.tls && cluster.hosts.size() == 2u && cluster.hosts[0].port == 6379 &&
              cluster.hosts[1].port == 7001));
}

BOOST_AUTO_TEST_CASE(a_url_that_is_wrong_is_refused_and_not_repeated) {
  for (auto const* url : {"",
                          "redis",
                          "redis:/x",
                          "http://localhost",
                          "redis://",
                          "redis://localhost:0",
                          "redis://localhost:65536",
                          "redis://localhost:x",
                          "redis://a,localhost",
                          "redis://localhost/x",
                          "redis://localhost/1/2",
                          "redis://local host",
                          "redis://localhost#a",
                          "redis://[::1",
                          "redis://[localhost]",
                          "redis://u%zz:p@localhost",
                          "redis://u:p%00@localhost",
                          "redis://localhost?x=1",
                          "redis://localhost?prefix=",
                          "redis://localhost?prefix=a%7bb",
                          "redis://localhost?replicas=99",
                          "redis://localhost?durable=maybe",
                          "redis://localhost?unsafe=1",
                          "redis+sentinel://localhost",
                          "redis+sentinel://localhost/",
                          "redis://localhost?prefix=%",
                          "redis://loc\x80"})
    mistakes_of(url, redis_errc::bad_url);
  mistakes_of("redis+cluster://localhost/1", redis_errc::bad_url);
  mistakes_of("redis+cluster://localhost?database=2", redis_errc::bad_url);
  mistakes_of("redis+cluster://localhost,10.0.0.1", redis_errc::plain_text);
  mistakes_of("redis://cache.example.com", redis_errc::plain_text);
  mistakes_of("redis+sentinel://localhost,10.0.0.1/x", redis_errc::plain_text);
  mistakes_of("rediss://localhost?authorities=%2Fnowhere", redis_errc::bad_trust);
  mistakes_of("redis://localhost?password_file=%2Fnowhere", redis_errc::bad_password);
  mistakes_of("redis://" + std::string(9000, 'a'), redis_errc::bad_url);
  // all at once, and nothing of what is secret
  auto const all =
      mistakes_of("redis://me:topsecret@cache.example.com/topsecret?replicas=topsecret&prefix=topsecret%20",
                  redis_errc::bad_url);
  BOOST_TEST(all.size() == 4u);
  for (auto const& each : all) BOOST_TEST(each.find("topsecret") == std::string::npos, each);
}

BOOST_AUTO_TEST_CASE(a_password_can_be_in_a_file) {
  temporary_folder const folder;
  std::ofstream(folder.file("password")) << "from a file\n";
  BOOST_TEST(options_of("redis://localhost?password_file=" + folder.file("password")).password.reveal() ==
             "from a file");
  std::ofstream(folder.file("empty")) << "\n";
  mistakes_of("redis://localhost?password_file=" + folder.file("empty"), redis_errc::bad_password);
  mistakes_of("redis://localhost?password_file=" + folder.file(""), redis_errc::bad_password);
}

BOOST_AUTO_TEST_CASE(a_server_that_is_not_fit_is_refused_by_name) {
  using all = std::vector<redis_errc>;
  std::string const log = "aof_enabled:1\r\n";
  BOOST_TEST((wrong_with(info_with(log)) == all{}));
  BOOST_TEST((wrong_with("") == all{redis_errc::no_redis}));
  BOOST_TEST((wrong_with(info_with("aof_enabled:0\r\n")) == all{redis_errc::not_durable}));
  BOOST_TEST((wrong_with(info_with("aof_enabled:0\r\n"), false) == all{}));
  BOOST_TEST((wrong_with(info_with(log), true, 0, "everysec") == all{redis_errc::not_durable}));
  BOOST_TEST((wrong_with(info_with(log), true, 0, std::nullopt) == all{}));
  BOOST_TEST((wrong_with(info_with(log, "redis_version:7.2.0\r\n"), true, 0, "everysec") == all{}));
  BOOST_TEST((wrong_with(info_with(log), true, 1) == all{redis_errc::not_durable}));
  BOOST_TEST((wrong_with(info_with("connected_slaves:1\r\n"), true, 1) == all{}));
  BOOST_TEST((wrong_with(info_with(log, "redis_version:6.2.9\r\n")) == all{redis_errc::too_old}));
  BOOST_TEST((wrong_with(info_with(log, "redis_version:7.2.4\r\nvalkey_version:7.2.5\r\n")) == all{}));
  BOOST_TEST((wrong_with(info_with(log, "redis_version:7.2.4\r\nvalkey_version:7.1.0\r\n")) ==
              all{redis_errc::too_old}));
  BOOST_TEST((
      wrong_with(
          "redis_version:6.0.0\r\nrole:slave\r\nmaxmemory_policy:allkeys-lru\r\nloading:1\r\ncluster_enabled:1\r\n") ==
      all{redis_errc::too_old, redis_errc::loading, redis_errc::replica, redis_errc::cluster,
          redis_errc::evicting, redis_errc::not_durable}));
  auto const with_log = judge_redis(
      redis_info(info_with(log + "connected_slaves:2\r\n", "redis_version:8.0.1\r\n")), true, 2, {});
  BOOST_TEST((with_log.wait_for_log && with_log.wait_for_replicas == 2));
}

BOOST_AUTO_TEST_CASE(what_waits_is_bounded_by_number_and_bytes) {
  auto const room = std::make_shared<redis_room>();
  auto const one_of = [](std::size_t bytes) {
    return std::make_unique<redis_request>(
        redis_script::none, std::vector<std::string>{std::string(bytes, 'a')}, store_repeat::harmless, false);
  };
  std::vector<std::unique_ptr<redis_request>> all;
  for (std::size_t i = 0; i != redis_room::most_operations; ++i) {
    all.push_back(one_of(1));
    if (!all.back()->has_room(room)) BOOST_ERROR("no room for " << i);
  }
  BOOST_TEST(!one_of(1)->has_room(room));
  all.pop_back();
  BOOST_TEST(one_of(1)->has_room(room));
  all.clear();
  BOOST_TEST(room->bytes == 0u);
  auto const most = one_of(redis_room::most_bytes - 1), last = one_of(1), more = one_of(1);
  BOOST_TEST(most->has_room(room));
  BOOST_TEST(last->has_room(room));
  BOOST_TEST(!more->has_room(room));
}

BOOST_AUTO_TEST_CASE(an_error_tells_what_was_not_done) {
  auto const judged = [](std::string text) {
    redis_reply reply;
    reply.type = kind::error;
    reply.text = std::move(text);
    return judge_redis_error(reply);
  };
  BOOST_TEST((judged("NOSCRIPT No matching script.").verdict == redis_verdict::send_text));
  BOOST_TEST((judged("OOM command not allowed").code == store_errc::full));
  BOOST_TEST(
      (judged("MISCONF Errors writing to the AOF file: No space left on device").code == store_errc::full));
  BOOST_TEST((judged("MISCONF other").code == store_errc::io));
  BOOST_TEST((judged("WRONGTYPE x").code == store_errc::foreign));
  BOOST_TEST((judged("CROSSSLOT x").code == store_errc::io));
  for (auto const* text : {"MOVED 1 127.0.0.1:1", "ASK 1 127.0.0.1:1"})
    BOOST_TEST((judged(text).verdict == redis_verdict::elsewhere), text);
  for (auto const* text : {"READONLY x", "LOADING x", "MASTERDOWN x", "BUSY x", "NOREPLICAS x"})
    BOOST_TEST((judged(text).verdict == redis_verdict::later), text);
}

BOOST_AUTO_TEST_SUITE_END()
