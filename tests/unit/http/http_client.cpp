// tests/unit/http/http_client.cpp - asking APIs that are slow, large, compressed, or hang up between two requests
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/http_client.hpp>

#include <mcpawl/core/configuration_error.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/test/unit_test.hpp>

#include "../../support/temporary_folder.hpp"
#include "loopback.hpp"
#include "scripted_peer.hpp"

#include <atomic>
#include <chrono>
#include <exception>
#include <fstream>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(http_client_send)

using namespace mcpawl;
using namespace std::chrono_literals;
using http::http_errc;
using http_test::guest;
using http_test::script;
using http_test::scripted_peer;

namespace {

http_client_options options_for(std::string const& base) {
  http_client_options options;
  options.base_url = base;
  options.timeout = 3s;
  return options;
}
http_client client_of(scripted_peer const& peer) { return http_client(options_for(peer.url(""))); }

/** A context, so that connections of one test meet again. */
struct asking {
  boost::asio::io_context io{1};

  result<http_response> ask(http_client const& api, http_request const& request) {
    std::optional<result<http_response>> out;
    boost::asio::co_spawn(io, keep(api, request, out), [](std::exception_ptr failed) {
      if (failed) std::rethrow_exception(failed);
    });
    io.restart();
    io.run();
    return std::move(out.value());
  }
  static task<> keep(http_client api, http_request request, std::optional<result<http_response>>& out) {
    out = co_await api.send(request);
  }
};

bool failed_with(result<http_response> const& got, http_errc e) {
  return got.has_error() && got.error() == make_error_code(e);
}

std::string const ok =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n{\"a\":42}";

script says(std::string answer) {
  return [answer](guest& who) {
    who.read_until("\r\n\r\n");
    who.send(answer);
  };
}

/** Answers request after request on one connection, and keeps them. */
struct keeping_peer {
  explicit keeping_peer(std::string with = ok, http_test::certified const* identity = nullptr)
      : answer(std::move(with)), peer([this](guest& who) { talk(who); }, identity) {}

  void talk(guest& who) {
    for (;;) {
      std::string const request = who.read_until("\r\n\r\n");
      if (request.empty()) return;
      {
        std::lock_guard const lock(mutex);
        seen.push_back(request);
      }
      if (!who.send(answer)) return;
    }
  }
  std::size_t requests() {
    std::lock_guard const lock(mutex);
    return seen.size();
  }
  std::string last() {
    std::lock_guard const lock(mutex);
    return seen.empty() ? std::string() : seen.back();
  }

  std::string answer;
  std::mutex mutex;
  std::vector<std::string> seen;
  scripted_peer peer;
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_request_goes_out_as_it_was_built_and_the_response_comes_back, asking) {
  keeping_peer server;
  http_client const api = client_of(server.peer);
  auto const got = ask(api, api.get("/v1/x").segment("a b").query("q", "c&d").header("X-Key", "k"));
  BOOST_TEST_REQUIRE(got.has_value(), got.error().message());
  BOOST_TEST(got->status == 200);
  BOOST_TEST(got->ok());
  BOOST_TEST(got->find("CONTENT-TYPE").value() == "application/json");
  BOOST_TEST(got->json().value().at("a").as_int64() == 42);
  BOOST_TEST(server.last() ==
             "GET /v1/x/a%20b?q=c%26d HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.peer.port()) +
                 "\r\nUser-Agent: mcpawl\r\nX-Key: k\r\nAccept-Encoding: identity\r\n\r\n");
}

BOOST_FIXTURE_TEST_CASE(bodies_have_their_length_and_type, asking) {
  keeping_peer server;
  auto options = options_for(server.peer.url(""));
  options.user_agent = "weather/1.0";
  http_client const api(options);
  boost::json::object value;
  value["city"] = "Bern";
  BOOST_TEST(ask(api, api.post("/a").json(value)).has_value());
  BOOST_TEST(server.last().find("\r\nContent-Type: application/json\r\n") != std::string::npos);
  BOOST_TEST(server.last().find("\r\nContent-Length: 15\r\n") != std::string::npos);
  BOOST_TEST(server.last().find("\r\nUser-Agent: weather/1.0\r\n") != std::string::npos);
  BOOST_TEST(ask(api, api.post("/a").header("User-Agent", "own")).has_value());
  BOOST_TEST(server.last().find("\r\nContent-Length: 0\r\n") != std::string::npos);
  BOOST_TEST(server.last().find("\r\nUser-Agent: own\r\n") != std::string::npos);
  BOOST_TEST(server.last().find("weather") == std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_status_is_no_error_and_a_redirect_is_not_followed, asking) {
  for (int status : {301, 302, 400, 401, 404, 429, 500, 503}) {
    scripted_peer peer(says("HTTP/1.1 " + std::to_string(status) +
                            " X\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 2\r\n\r\n{}"));
    http_client const api = client_of(peer);
    auto const got = ask(api, api.get("/"));
    BOOST_TEST_REQUIRE(got.has_value());
    BOOST_TEST(got->status == status);
    BOOST_TEST(!got->ok());
    BOOST_TEST(peer.visits() == 1);
  }
}

BOOST_FIXTURE_TEST_CASE(requests_in_a_row_share_a_connection, asking) {
  for (std::string const& answer :
       {ok, std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"),
        std::string("HTTP/1.1 204 No Content\r\n\r\n"),
        std::string("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx")}) {
    keeping_peer server(answer);
    http_client const api = client_of(server.peer);
    http_client const copy = api;
    for (int i = 0; i != 5; ++i) BOOST_TEST(ask(i % 2 != 0 ? copy : api, api.get("/")).has_value());
    BOOST_TEST(server.requests() == 5u);
    BOOST_TEST(server.peer.visits() == 1, answer);
  }
}

BOOST_FIXTURE_TEST_CASE(connections_that_may_not_be_used_again_are_not, asking) {
  for (std::string const& answer :
       {std::string("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx"),
        std::string("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx"),
        // more than was announced: it could be taken for the next response
        std::string(
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\ny"),
        std::string("HTTP/1.1 204 No Content\r\n\r\nx"),
        std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\ny")}) {
    keeping_peer server(answer);
    http_client const api = client_of(server.peer);
    for (int i = 0; i != 3; ++i) {
      auto const got = ask(api, api.get("/"));
      BOOST_TEST_REQUIRE(got.has_value(), answer);
      BOOST_TEST((got->body.empty() || got->body == "x"));
    }
    BOOST_TEST(server.peer.visits() == 3, answer);
  }
}

BOOST_FIXTURE_TEST_CASE(attack_a_response_before_its_request_is_for_nobody, asking) {
  std::atomic<int> visit{0};
  std::atomic<bool> answered{false}, forged{false};
  scripted_peer peer([&](guest& who) {
    who.read_until("\r\n\r\n");
    who.send(ok);
    if (visit++ != 0) return;
    answered.wait(false);  // not in one piece with the response
    who.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged");
    forged = true;
    forged.notify_one();
    who.wait_until_gone();
  });
  http_client const api = client_of(peer);
  BOOST_TEST(ask(api, api.get("/")).has_value());
  answered = true;
  answered.notify_one();
  forged.wait(false);
  auto const second = ask(api, api.get("/"));
  BOOST_TEST_REQUIRE(second.has_value(), second.error().message());
  BOOST_TEST(second->body == "{\"a\":42}");
  BOOST_TEST(peer.visits() == 2);
}

BOOST_FIXTURE_TEST_CASE(no_connection_waits_longer_than_it_may_or_where_none_may, asking) {
  keeping_peer server;
  auto options = options_for(server.peer.url(""));
  options.max_idle_time = 20ms;
  http_client const brief(options);
  BOOST_TEST(ask(brief, brief.get("/")).has_value());
  std::this_thread::sleep_for(60ms);
  BOOST_TEST(ask(brief, brief.get("/")).has_value());
  BOOST_TEST(server.peer.visits() == 2);

  options.max_idle_per_origin = 0;
  http_client const none(options);
  std::this_thread::sleep_for(60ms);
  for (int i = 0; i != 2; ++i) BOOST_TEST(ask(none, none.get("/")).has_value());
  BOOST_TEST(server.peer.visits() == 4);
  BOOST_TEST(server.last().find("\r\nConnection: close\r\n") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_client_that_is_gone_leaves_no_connection_behind, asking) {
  std::atomic<bool> closed{false};
  scripted_peer peer([&closed](guest& who) {
    who.read_until("\r\n\r\n");
    who.send(ok);
    closed = who.read_until("x").empty();
  });
  {
    http_client const api = client_of(peer);
    BOOST_TEST(ask(api, api.get("/")).has_value());
    std::this_thread::sleep_for(30ms);
    BOOST_TEST(!closed);
  }
  for (int i = 0; i != 200 && !closed; ++i) std::this_thread::sleep_for(10ms);
  BOOST_TEST(closed);
}

BOOST_FIXTURE_TEST_CASE(clients_do_not_share_connections, asking) {
  keeping_peer server;
  {
    http_client const first = client_of(server.peer);
    BOOST_TEST(ask(first, first.get("/")).has_value());
  }
  http_client const second = client_of(server.peer);
  BOOST_TEST(ask(second, second.get("/")).has_value());
  BOOST_TEST(server.peer.visits() == 2);
}

namespace {

/** The first connection answers one request and closes once it has read a second; all others answer. */
struct hanging_up {
  explicit hanging_up(bool by_reset = false) : reset(by_reset) {}

  bool reset;
  std::atomic<int> visit{0};
  std::atomic<int> requests{0};
  scripted_peer peer{[this](guest& who) {
    bool const first = visit++ == 0;
    who.read_until("\r\n\r\n");
    ++requests;
    who.send(ok);
    if (!first || who.read_until("\r\n\r\n").empty()) return;
    ++requests;
    if (reset) who.reset();
  }};
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_request_that_may_be_sent_twice_is_where_its_connection_was_closed, asking) {
  for (bool const reset : {false, true})
    for (char const* method : {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"}) {
      hanging_up server(reset);
      http_client const api = client_of(server.peer);
      BOOST_TEST(ask(api, api.get("/")).has_value());
      auto const second = ask(api, api.request(method, "/"));
      BOOST_TEST(second.has_value(), method);
      BOOST_TEST(server.peer.visits() == 2);
      BOOST_TEST(server.requests == 3);
    }
}

BOOST_FIXTURE_TEST_CASE(a_request_that_may_act_twice_is_sent_once, asking) {
  for (bool const reset : {false, true})
    for (char const* method : {"POST", "PATCH", "get", "PURCHASE"}) {
      hanging_up server(reset);
      http_client const api = client_of(server.peer);
      BOOST_TEST(ask(api, api.get("/")).has_value());
      auto const second = ask(api, api.request(method, "/"));
      BOOST_TEST(failed_with(second, http_errc::answer_cut_short), method);
      BOOST_TEST(server.peer.visits() == 1);
      BOOST_TEST(server.requests == 2);
    }
}

BOOST_FIXTURE_TEST_CASE(a_request_is_sent_twice_at_most_and_not_once_an_answer_has_begun, asking) {
  std::atomic<int> visits{0};
  scripted_peer peer([&visits](guest& who) {
    ++visits;
    who.read_until("\r\n\r\n");
    if (visits == 1) {
      who.send(ok);
      who.read_until("\r\n\r\n");
    }
  });
  http_client const api = client_of(peer);
  BOOST_TEST(ask(api, api.get("/")).has_value());
  BOOST_TEST(failed_with(ask(api, api.get("/")), http_errc::answer_cut_short));
  BOOST_TEST(peer.visits() == 2);

  scripted_peer beginner([](guest& who) {
    who.read_until("\r\n\r\n");
    who.send(ok);
    who.read_until("\r\n\r\n");
    who.send("HTTP/1.1 200");
  });
  http_client const other = client_of(beginner);
  BOOST_TEST(ask(other, other.get("/")).has_value());
  BOOST_TEST(failed_with(ask(other, other.get("/")), http_errc::answer_cut_short));
  BOOST_TEST(beginner.visits() == 1);
}

BOOST_FIXTURE_TEST_CASE(a_connection_that_was_closed_while_idle_is_not_used_even_for_a_post, asking) {
  scripted_peer peer(says(ok));  // closes without a word in the response
  http_client const api = client_of(peer);
  for (int i = 0; i != 3; ++i) {
    BOOST_TEST(ask(api, api.post("/").body("text/plain", "x")).has_value());
    peer.wait_for_closed(i + 1);
  }
  BOOST_TEST(peer.visits() == 3);
}

BOOST_FIXTURE_TEST_CASE(compressed_responses_are_refused_in_words, asking) {
  for (std::string const coding : {"gzip", "br", "deflate", "zstd", "x"}) {
    scripted_peer peer(
        says("HTTP/1.1 200 OK\r\nContent-Encoding: " + coding + "\r\nContent-Length: 2\r\n\r\n\x1f\x8b"));
    http_client const api = client_of(peer);
    auto const got = ask(api, api.get("/"));
    BOOST_TEST(failed_with(got, http_errc::answer_encoded));
    BOOST_TEST(got.error().message() == "answer with a content coding such as gzip, which was not asked for");
  }
}

BOOST_FIXTURE_TEST_CASE(large_responses_are_refused_at_the_bound_of_client_or_request, asking) {
  auto const sized = [](std::size_t n) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(n) + "\r\n\r\n" + std::string(n, 'x');
  };
  keeping_peer fits(sized(1000)), over(sized(1001));
  auto options = options_for(fits.peer.url(""));
  options.max_response_bytes = 1000;
  http_client const first(options);
  BOOST_TEST(ask(first, first.get("/")).value().body.size() == 1000u);
  BOOST_TEST(failed_with(ask(first, first.get("/").max_response_bytes(999)), http_errc::answer_too_large));
  options.base_url = over.peer.url("");
  http_client const second(options);
  BOOST_TEST(failed_with(ask(second, second.get("/")), http_errc::answer_too_large));
  BOOST_TEST(ask(second, second.get("/").max_response_bytes(1001)).value().body.size() == 1001u);
  scripted_peer endless([](guest& who) {
    who.read_until("\r\n\r\n");
    who.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    while (who.send("400\r\n" + std::string(1024, 'x') + "\r\n")) {
    }
  });
  http_client const third = client_of(endless);
  BOOST_TEST(failed_with(ask(third, third.get("/")), http_errc::answer_too_large));
}

BOOST_FIXTURE_TEST_CASE(truncated_and_malformed_responses_are_errors, asking) {
  for (std::string const& cut :
       {std::string("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc"), std::string()}) {
    scripted_peer peer(says(cut));
    http_client const api = client_of(peer);
    BOOST_TEST(failed_with(ask(api, api.get("/")), http_errc::answer_cut_short));
    BOOST_TEST(peer.visits() == 1);  // a new connection is not tried again
  }
  scripted_peer peer(says("nonsense\r\n\r\n"));
  http_client const api = client_of(peer);
  BOOST_TEST(failed_with(ask(api, api.get("/")), http_errc::bad_answer));
}

BOOST_FIXTURE_TEST_CASE(slow_servers_are_given_up_and_their_connections_with_them, asking) {
  std::atomic<int> visit{0};
  scripted_peer peer([&visit](guest& who) {
    who.read_until("\r\n\r\n");
    if (visit++ == 0) {
      who.send("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n");
      for (int i = 0; i != 100 && who.send("x"); ++i) std::this_thread::sleep_for(10ms);
    } else {
      who.send(ok);
    }
  });
  http_client const api = client_of(peer);
  auto const begin = std::chrono::steady_clock::now();
  BOOST_TEST(failed_with(ask(api, api.get("/").timeout(150ms)), http_errc::fetch_timed_out));
  BOOST_TEST((std::chrono::steady_clock::now() - begin < 2s));
  BOOST_TEST(ask(api, api.get("/")).has_value());
  BOOST_TEST(peer.visits() == 2);
}

BOOST_FIXTURE_TEST_CASE(a_request_over_a_kept_connection_times_out_as_well, asking) {
  scripted_peer peer([](guest& who) {
    who.read_until("\r\n\r\n");
    who.send(ok);
    who.read_until("\r\n\r\n");
    who.wait_until_gone();
  });
  http_client const api = client_of(peer);
  BOOST_TEST(ask(api, api.get("/")).has_value());
  BOOST_TEST(failed_with(ask(api, api.get("/").timeout(150ms)), http_errc::fetch_timed_out));
  BOOST_TEST(peer.visits() == 1);
}

BOOST_FIXTURE_TEST_CASE(a_handshake_that_hangs_counts_as_connecting, asking) {
  scripted_peer peer([](guest& who) { who.wait_until_gone(); });  // reads the ClientHello and says nothing
  auto options = options_for("https://127.0.0.1:" + std::to_string(peer.port()));
  options.connect_timeout = 150ms;
  http_client const api(options);
  auto const begin = std::chrono::steady_clock::now();
  BOOST_TEST(failed_with(ask(api, api.get("/")), http_errc::connect_timed_out));
  BOOST_TEST((std::chrono::steady_clock::now() - begin < 2s));
  BOOST_TEST(failed_with(ask(api, api.get("/").timeout(50ms)), http_errc::fetch_timed_out));
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_reached_is_told, asking) {
  std::uint16_t closed = 0;
  {
    closed = scripted_peer([](guest&) {}).port();
  }
  http_client const api(options_for("http://127.0.0.1:" + std::to_string(closed)));
  BOOST_TEST(failed_with(ask(api, api.get("/")), http_errc::connect_failed));
}

BOOST_FIXTURE_TEST_CASE(what_was_refused_while_building_is_not_sent, asking) {
  keeping_peer server;
  http_client const api = client_of(server.peer);
  BOOST_TEST(failed_with(ask(api, api.get("/").segment("..")), http_errc::segment_refused));
  BOOST_TEST(failed_with(ask(api, api.get("/").header("X", "a\r\nb: c")), http_errc::field_refused));
  BOOST_TEST(failed_with(ask(api, api.request("G T", "/")), http_errc::bad_request));
  BOOST_TEST(failed_with(ask(api, api.request("CONNECT", "/")), http_errc::bad_request));
  BOOST_TEST(failed_with(ask(api, api.request("GET / HTTP/1.1\r\nX: y\r\n", "/")), http_errc::bad_request));
  BOOST_TEST(failed_with(ask(api, api.get("/").query("q", std::string(9000, 'x'))), http_errc::bad_url));
  BOOST_TEST(server.peer.visits() == 0);
}

BOOST_FIXTURE_TEST_CASE(a_client_asks_its_own_origin_alone, asking) {
  keeping_peer server, other;
  http_client const api = client_of(server.peer);
  auto const here = http::origin_url::parse(server.peer.url("/next?page=2"));
  auto const there = http::origin_url::parse(other.peer.url("/"));
  BOOST_TEST(ask(api, api.get(*here)).has_value());
  BOOST_TEST(failed_with(ask(api, api.get(*there)), http_errc::origin_refused));
  http_client const of_others = client_of(other.peer);
  BOOST_TEST(failed_with(ask(api, of_others.get("/")), http_errc::origin_refused));
  BOOST_TEST(other.peer.visits() == 0);

  http_client const any;
  BOOST_TEST(ask(any, any.get(*there)).has_value());
  BOOST_TEST(failed_with(ask(any, any.get("/")), http_errc::bad_url));
  auto const plain = http::origin_url::parse("http://api.example.com/");
  BOOST_TEST(failed_with(ask(any, any.get(*plain)), http_errc::origin_refused));
}

BOOST_FIXTURE_TEST_CASE(attack_a_guarded_client_does_not_reach_this_machine_even_over_a_kept_connection,
                        asking) {
  keeping_peer server;
  http_client_options options;
  options.timeout = 3s;
  options.only_public_addresses = true;
  http_client const guarded(options);
  auto const url = http::origin_url::parse(server.peer.url("/"));
  BOOST_TEST(failed_with(ask(guarded, guarded.get(*url)), http_errc::address_refused));
  BOOST_TEST(server.peer.visits() == 0);
}

BOOST_FIXTURE_TEST_CASE(https_needs_an_authority_that_is_trusted_and_keeps_its_connections, asking) {
  http_test::certified const root = http_test::make_authority("Test Root");
  http_test::certified const identity = http_test::make_certificate("server", {}, &root);
  keeping_peer server(ok, &identity);
  temporary_folder const folder;
  std::string const path = folder.file("ca.pem");
  std::ofstream(path) << root.pem();
  auto options = options_for(server.peer.url(""));
  http_client const system(options);
  options.ca_file = path;
  http_client const api(options);
  std::ofstream(path) << "no certificate";
  BOOST_CHECK_THROW(http_client{options}, configuration_error);

  BOOST_TEST(failed_with(ask(system, system.get("/")), http_errc::certificate_refused));
  int const before = server.peer.visits();
  for (int i = 0; i != 4; ++i) {
    auto const got = ask(api, api.post("/").body("text/plain", ""));
    BOOST_TEST_REQUIRE(got.has_value(), got.error().message());
    BOOST_TEST(got->status == 200);
  }
  BOOST_TEST(server.peer.visits() == before + 1);
}

BOOST_FIXTURE_TEST_CASE(a_session_of_tls_that_ended_is_replaced, asking) {
  http_test::certified const root = http_test::make_authority("Test Root");
  http_test::certified const identity = http_test::make_certificate("server", {}, &root);
  std::atomic<int> visit{0};
  scripted_peer peer(
      [&visit](guest& who) {
        who.read_until("\r\n\r\n");
        who.send(ok);
        if (visit++ != 0) return;
        who.read_until("\r\n\r\n");
        who.close_notify();
      },
      &identity);
  temporary_folder const folder;
  std::string const path = folder.file("ca.pem");
  std::ofstream(path) << root.pem();
  auto options = options_for(peer.url(""));
  options.ca_file = path;
  http_client const api(options);
  BOOST_TEST(ask(api, api.get("/")).has_value());
  BOOST_TEST(ask(api, api.get("/")).has_value());
  BOOST_TEST(peer.visits() == 2);
}

namespace {

task<> count_good(http_client api, std::string path, std::atomic<int>& good) {
  auto const got = co_await api.send(api.get("/echo").segment(path));
  if (got && got->status == 200 && got->body == "GET /echo/" + path + " ") ++good;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_hundred_requests_at_once_each_get_their_own_response) {
  http_test::server server(&http_test::echo);
  auto options = options_for("http://127.0.0.1:" + std::to_string(server.port()));
  http_client const api(options);
  boost::asio::io_context io(1);
  std::atomic<int> good{0};
  for (int round = 1; round != 4; ++round) {
    for (int i = 0; i != 100; ++i)
      boost::asio::co_spawn(io, count_good(api, std::to_string(i), good), boost::asio::detached);
    io.restart();
    io.run();
    BOOST_TEST(good == round * 100);
  }
  BOOST_TEST(server.eventually([&server] { return server.set().size() <= 8; }));
}

BOOST_AUTO_TEST_CASE(threads_share_a_client) {
  http_test::server server(&http_test::echo);
  std::optional<http_client> api(std::in_place,
                                 options_for("http://127.0.0.1:" + std::to_string(server.port())));
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int t = 0; t != 4; ++t)
    threads.emplace_back([&good, client = *api, t] {
      for (int round = 0; round != 5; ++round) {
        boost::asio::io_context io(1);  // its idle connections end with it
        for (int i = 0; i != 20; ++i) {
          boost::asio::co_spawn(io, count_good(client, std::to_string(t * 100 + i), good),
                                boost::asio::detached);
          if (i % 5 == 4) {
            io.restart();
            io.run();
          }
        }
      }
    });
  api.reset();
  for (auto& each : threads) each.join();
  BOOST_TEST(good == 400);
}

BOOST_AUTO_TEST_CASE(one_context_may_have_several_threads) {
  http_test::server server(&http_test::echo);
  http_client const api(options_for("http://127.0.0.1:" + std::to_string(server.port())));
  std::atomic<int> good{0};
  boost::asio::io_context io;
  for (int i = 0; i != 200; ++i)
    boost::asio::co_spawn(boost::asio::make_strand(io), count_good(api, std::to_string(i), good),
                          boost::asio::detached);
  std::vector<std::thread> threads;
  for (int t = 0; t != 3; ++t) threads.emplace_back([&io] { io.run(); });
  for (auto& each : threads) each.join();
  BOOST_TEST(good == 200);
}

namespace {

/** The spellings that the documentation allows, under g++ 12 and AddressSanitizer. */
task<> spell_in_one_expression(http_client api, std::string text, int& good) {
  auto const first = co_await api.send(api.get("/echo").segment(text).query("q", text).query("n", 2));
  if (first && first->ok()) ++good;
  auto const second = co_await api.send(api.post("/echo").header("X-A", text).body("text/plain", text));
  if (second && second->body == "POST /echo " + text) ++good;
  boost::json::object value;
  value["a"] = text;
  auto const request = api.put("/echo").json(value);
  auto const third = co_await api.send(request);
  if (third && third->ok()) ++good;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_request_may_be_made_where_it_is_sent) {
  http_test::server server(&http_test::echo);
  http_client const api(options_for("http://127.0.0.1:" + std::to_string(server.port())));
  boost::asio::io_context io(1);
  int good = 0;
  std::string const text = "longer than what fits into a string without an allocation";
  boost::asio::co_spawn(io, spell_in_one_expression(api, text, good), boost::asio::detached);
  io.run();
  BOOST_TEST(good == 3);
}

BOOST_AUTO_TEST_CASE(a_client_may_be_destroyed_while_a_request_runs) {
  keeping_peer server;
  boost::asio::io_context io(1);
  std::optional<result<http_response>> got;
  {
    http_client const api = client_of(server.peer);
    auto const request = api.get("/");
    auto work = api.send(request);
    boost::asio::co_spawn(io, std::move(work), [&got](std::exception_ptr, result<http_response> answer) {
      got = std::move(answer);
    });
  }
  io.run();
  BOOST_TEST_REQUIRE(got.has_value());
  BOOST_TEST(got->has_value());
}

BOOST_AUTO_TEST_CASE(a_context_may_be_destroyed_while_requests_run_and_connections_wait) {
  scripted_peer silent([](guest& who) { who.wait_until_gone(); });
  keeping_peer server;
  http_client const api;
  auto const there = http::origin_url::parse(silent.url("/")),
             here = http::origin_url::parse(server.peer.url("/"));
  std::optional<result<http_response>> got, never;
  {
    boost::asio::io_context io(1);
    boost::asio::co_spawn(io, asking::keep(api, api.get(*here), got), boost::asio::detached);
    boost::asio::co_spawn(io, asking::keep(api, api.get(*there), never), boost::asio::detached);
    while (!got) io.run_one();
    io.poll();
  }
  BOOST_TEST(got->has_value());
  BOOST_TEST(!never.has_value());
}

BOOST_AUTO_TEST_CASE(cancelling_ends_the_request_and_its_connection) {
  std::atomic<bool> gone{false};
  scripted_peer peer([&gone](guest& who) {
    who.read_until("\r\n\r\n");
    who.wait_until_gone();
    gone = true;
  });
  http_client const api = client_of(peer);
  boost::asio::io_context io(1);
  boost::asio::cancellation_signal cancel;
  bool ended = false;
  auto const begin = std::chrono::steady_clock::now();
  std::optional<result<http_response>> got;
  boost::asio::co_spawn(
      io, asking::keep(api, api.get("/").timeout(10s), got),
      boost::asio::bind_cancellation_slot(cancel.slot(), [&ended](std::exception_ptr) { ended = true; }));
  boost::asio::steady_timer timer(io, 100ms);
  timer.async_wait([&cancel](error_code) { cancel.emit(boost::asio::cancellation_type::terminal); });
  io.run();
  BOOST_TEST(ended);
  BOOST_TEST((!got || got->has_error()));
  BOOST_TEST((std::chrono::steady_clock::now() - begin < 2s));
  for (int i = 0; i != 200 && !gone; ++i) std::this_thread::sleep_for(10ms);
  BOOST_TEST(gone);
  BOOST_TEST(peer.visits() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
