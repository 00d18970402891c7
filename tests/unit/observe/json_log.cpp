// tests/unit/observe/json_log.cpp - the lines of the access and audit logs: always JSON, and never in anybody's way
// SPDX-License-Identifier: BSL-1.0
#include "../../support/temporary_folder.hpp"

#include <mcpawl/observe/audit_log.hpp>
#include <mcpawl/observe/json_log.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(observe_json_log)

using namespace mcpawl;
using namespace std::chrono_literals;

std::string contents(std::string const& path) {
  std::ifstream from(path);
  return {std::istreambuf_iterator<char>(from), {}};
}
std::vector<boost::json::object> lines_of(std::string const& text) {
  std::vector<boost::json::object> out;
  std::istringstream from(text);
  for (std::string line; std::getline(from, line);) out.push_back(boost::json::parse(line).as_object());
  return out;
}

request_record whole_request() {
  request_record r;
  r.began = std::chrono::system_clock::time_point(std::chrono::seconds(1'000'000'000)) + 1'234us;
  r.duration = 1'500us;
  r.http_method = "POST";
  r.route = "/mcp";
  r.status = 200;
  r.request_bytes = 10;
  r.response_bytes = 20;
  r.listener = "127.0.0.1:8080";
  r.peer = "127.0.0.1";
  r.caller = {"user:secret-principal", "alice@example.com", "0123456789abcdef", "fedcba9876543210",
              "203.0.113.9"};
  r.operation = {"tools/call", "add", {}, "2026-07-28", "\"id-1\"", {}, {}};
  r.trace = {"0af7651916cd43dd8448eb211c80319c", {}, {}, false};
  return r;
}

struct scene {
  temporary_folder folder;
  std::string path = folder.file("log");
};

BOOST_FIXTURE_TEST_CASE(a_request_is_one_line_with_the_names_of_opentelemetry, scene) {
  json_log log({.file = path});
  log.on_request(whole_request());
  BOOST_TEST(log.flush());
  BOOST_TEST(
      contents(path) ==
      R"({"time":"2001-09-09T01:46:40.001234Z","level":"info","event":"request","request.id":"id-1",)"
      R"("trace_id":"0af7651916cd43dd8448eb211c80319c","http.request.method":"POST","http.route":"/mcp",)"
      R"("http.response.status_code":200,"duration":0.001500,"http.request.body.size":10,)"
      R"("http.response.body.size":20,"client.address":"203.0.113.9","network.peer.address":"127.0.0.1",)"
      R"("listener":"127.0.0.1:8080","user.hash":"0123456789abcdef","mcp.method.name":"tools/call",)"
      R"("gen_ai.tool.name":"add","mcp.protocol.version":"2026-07-28","mcp.session.hash":"fedcba9876543210"})"
      "\n");
  struct stat about{};
  BOOST_TEST(::stat(path.c_str(), &about) == 0);
  BOOST_TEST((about.st_mode & 0777) == 0600u);
}

BOOST_FIXTURE_TEST_CASE(who_it_was_is_written_only_if_that_is_asked_for, scene) {
  {
    json_log log({.file = path});
    audit_log audit({.file = path + ".audit"});
    log.on_request(whole_request());
    audit.on_request(whole_request());
  }
  for (auto const& each : {path, path + ".audit"}) {
    BOOST_TEST(!contents(each).empty());
    BOOST_TEST(contents(each).find("alice") == std::string::npos);
    BOOST_TEST(contents(each).find("secret-principal") == std::string::npos);
  }
  {
    json_log log({.file = path, .identity_in_log = true});
    log.on_request(whole_request());
  }
  auto const lines = lines_of(contents(path));
  BOOST_TEST(lines.back().at("user.email").as_string() == "alice@example.com");
  BOOST_TEST(lines.back().at("user.id").as_string() == "user:secret-principal");
}

BOOST_FIXTURE_TEST_CASE(hostile_texts_stay_in_their_line_and_their_member, scene) {
  std::vector<std::string> const hostile{"\n{\"event\":\"forged\"}\n", "\",\"level\":\"x",
                                         std::string("\0\x1b[2J", 5),  "\xff\xfe\xc0\x80",
                                         std::string(100'000, 'x'),    "\xe2\x80\xa8\\u0000"};
  {
    json_log log({.file = path});
    for (auto const& text : hostile) {
      request_record r = whole_request();
      r.operation.request_id = text;
      r.route = text;
      log.on_request(r);
      log.on_denial({text, text, text, text, 403});
    }
  }
  auto const lines = lines_of(contents(path));
  BOOST_TEST(lines.size() == 2 * hostile.size());
  for (auto const& each : lines) {
    BOOST_TEST((each.at("event").as_string() == "request" || each.at("event").as_string() == "denied"));
    BOOST_TEST((each.at("level").as_string() == "info" || each.at("level").as_string() == "warning"));
  }
  BOOST_TEST(contents(path).size() < 20'000u);
}

BOOST_AUTO_TEST_CASE(a_reader_that_does_not_read_costs_lines_that_are_counted) {
  std::array<int, 2> ends{};
  BOOST_TEST_REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
  {
    json_log log({.descriptor = ends[1], .queue_bytes = 32 * 1024});
    for (int i = 0; i != 5'000; ++i) log.on_request(whole_request());
    auto const lost = log.lost();
    BOOST_TEST(lost.sink == "log");
    BOOST_TEST(lost.dropped > 1'000u);
    std::string text(4096, '\0');
    std::string all;
    while (all.find("records_lost") == std::string::npos) {
      auto const got = ::read(ends[0], text.data(), text.size());
      BOOST_TEST_REQUIRE(got > 0);
      all.append(text, 0, static_cast<std::size_t>(got));
      log.on_request(whole_request());
    }
    BOOST_TEST(all.find("\"event\":\"records_lost\",\"dropped\":") != std::string::npos);
  }
  ::close(ends[0]);
  ::close(ends[1]);
}

BOOST_AUTO_TEST_CASE(its_end_waits_for_a_dead_reader_two_seconds_and_no_longer) {
  std::array<int, 2> ends{};
  BOOST_TEST_REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
  auto const began = std::chrono::steady_clock::now();
  {
    json_log log({.descriptor = ends[1]});
    for (int i = 0; i != 1'000; ++i) log.on_request(whole_request());
  }
  auto const took = std::chrono::steady_clock::now() - began;
  BOOST_TEST((took < 20s));
  BOOST_TEST((took > 1s));
  ::close(ends[0]);
  ::close(ends[1]);
}

BOOST_AUTO_TEST_CASE(a_pipe_without_a_reader_is_tried_again_and_counted) {
  std::array<int, 2> ends{};
  BOOST_TEST_REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
  ::close(ends[0]);
  {
    json_log log({.descriptor = ends[1]});
    log.on_request(whole_request());
    while (log.lost().failures < 2) ::usleep(20'000);
    BOOST_TEST(log.lost().dropped == 0u);
  }
  ::close(ends[1]);
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_counted) {
  int const full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  if (full < 0) return;
  {
    json_log log({.descriptor = full});
    log.on_request(whole_request());
    while (log.lost().failures == 0) ::usleep(10'000);
  }
  ::close(full);
  BOOST_TEST(true);
}

BOOST_FIXTURE_TEST_CASE(a_file_that_was_renamed_is_opened_anew, scene) {
  json_log log({.file = path});
  log.on_request(whole_request());
  log.flush();
  BOOST_TEST_REQUIRE(std::rename(path.c_str(), (path + ".1").c_str()) == 0);
  log.reopen();
  log.on_request(whole_request());
  log.flush();
  BOOST_TEST(lines_of(contents(path)).size() == 1u);
  BOOST_TEST(lines_of(contents(path + ".1")).size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_opened_is_said_at_once) {
  BOOST_CHECK_THROW(json_log({.file = "/nowhere/at/all"}), std::system_error);
}

BOOST_FIXTURE_TEST_CASE(the_audit_log_numbers_its_events, scene) {
  {
    audit_log audit({.file = path});
    audit.on_phase(server_phase::starting, server_phase::ready);
    request_record r = whole_request();
    audit.on_request(r);
    audit.on_request(r);  // in the same hour
    r.began += 1h;
    audit.on_request(r);
    call_record c;
    c.caller = r.caller;
    c.operation = r.operation;
    audit.on_call(c);
    c.operation.error_type = "insufficient_scope";
    audit.on_call(c);
    c.operation.tool = {};
    audit.on_call(c);  // of no tool
    audit.on_denial({"access_jwt", "invalid_token", "expired", "203.0.113.9", 403});
    audit.on_session({session_record::event::opened, r.caller, "2025-11-25"});
    audit.on_session({session_record::event::ended, r.caller, "2025-11-25"});
    audit.on_grant({"grant_issued", "client-1", "0123456789abcdef"});
    audit.on_key_fetch({"https://issuer.example", key_fetch_record::outcome::unchanged, 2});
    audit.on_key_fetch({"https://issuer.example", key_fetch_record::outcome::changed, 2});
  }
  std::vector<std::string> events;
  std::int64_t seq = 0;
  for (auto const& line : lines_of(contents(path))) {
    events.emplace_back(line.at("event").as_string());
    BOOST_TEST(line.at("seq").as_int64() == ++seq);
    BOOST_TEST(!line.at("outcome").as_string().empty());
  }
  std::vector<std::string> const expected{"state",        "admitted",    "admitted",       "tool_called",
                                          "tool_refused", "denied",      "session_opened", "session_ended",
                                          "grant_issued", "keys_changed"};
  BOOST_TEST(events == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
