// tests/unit/http/fetch.cpp - asking servers that lie, hang, drip and pretend
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/http/answer_reader.hpp>
#include <mcpawl/http/fetch.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include "scripted_peer.hpp"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(http_fetch)

using namespace http_test;
using namespace mcpawl;
using namespace std::chrono_literals;
using http::http_errc;

namespace {

struct outcome {
  std::optional<result<http::fetch_response>> got;
  std::chrono::milliseconds took{0};

  bool failed_with(http_errc e) const {
    return got && got->has_error() && got->error() == make_error_code(e);
  }
  std::string why() const {
    return !got ? "nothing" : got->has_error() ? got->error().message() : "an answer";
  }
  http::fetch_response const& operator*() const { return got->value(); }
};

task<> run_fetch(http::fetch_request request, http::tls_trust trust, outcome& out) {
  auto const begin = std::chrono::steady_clock::now();
  out.got = co_await http::fetch(std::move(request), trust);
  out.took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
}

http::tls_trust no_trust() {
  static certified const nobody = make_authority("nobody");
  return http::tls_trust::from_pem(nobody.pem()).value();
}

outcome asked(http::fetch_request request, http::tls_trust trust = no_trust()) {
  boost::asio::io_context io(1);
  outcome out;
  boost::asio::co_spawn(io, run_fetch(std::move(request), std::move(trust), out), boost::asio::detached);
  io.run();
  return out;
}

http::fetch_request to(std::string const& url) {
  return http::fetch_request(http::origin_url::parse(url).value());
}

http::fetch_request quick(std::string const& url, std::chrono::milliseconds patience = 200ms) {
  http::fetch_request request = to(url);
  request.timeout(patience);
  return request;
}

/** A peer that reads the request and says this. */
script says(std::string answer) {
  return [answer](guest& who) {
    who.read_until("\r\n\r\n");
    who.send(answer);
  };
}

outcome ask(std::string answer) {
  scripted_peer peer(says(std::move(answer)));
  return asked(quick(peer.url(), 3s));
}

struct authority {
  certified root = make_authority("Test Root");
  http::tls_trust trust = http::tls_trust::from_pem(root.pem()).value();
  certified server(certificate_plan const& plan = {}) const {
    return make_certificate("server", plan, &root);
  }
};

std::string const ok = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";

}  // namespace

BOOST_AUTO_TEST_CASE(an_answer_is_taken_apart) {
  auto const got = ask(
      "HTTP/1.1 404 Not Here\r\nContent-Type: text/plain; a=b\r\nX-A:  v \r\nContent-Length: 5\r\n\r\nhello");
  BOOST_TEST_REQUIRE(got.got->has_value(), got.why());
  BOOST_TEST((*got).status == 404);
  BOOST_TEST((*got).content_type == "text/plain; a=b");
  BOOST_TEST((*got).body == "hello");
  BOOST_TEST((*got).find("x-a").value() == "v");
  BOOST_TEST((*got).fields.size() == 3u);
}

BOOST_AUTO_TEST_CASE(a_request_is_written_as_it_was_meant) {
  std::string seen;
  scripted_peer peer([&seen](guest& who) {
    seen = who.read_until("a=b&c=d");
    who.send(ok);
  });
  http::fetch_request request = quick(peer.url("/token?x=y"), 3s);
  request.method("POST")
      .field("X-A", "b\r\nX-Evil: 1")
      .field("Host", "evil")
      .body("application/x-www-form-urlencoded", "a=b&c=d");
  BOOST_TEST(asked(std::move(request)).got->has_value());
  BOOST_TEST(seen.starts_with("POST /token?x=y HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(peer.port()) +
                              "\r\n"));
  BOOST_TEST(seen.find("\r\nX-A: b  X-Evil: 1\r\n") != std::string::npos);
  BOOST_TEST(seen.find("\r\nHost: evil") == std::string::npos);
  BOOST_TEST(seen.find("\r\nContent-Length: 7\r\n") != std::string::npos);
  BOOST_TEST(seen.find("\r\nConnection: close\r\n") != std::string::npos);
  BOOST_TEST(seen.find("\r\nAccept-Encoding: identity\r\n") != std::string::npos);
  http::fetch_request odd = quick(peer.url());
  odd.method("GET / HTTP/1.1\r\nX:");
  BOOST_TEST(asked(std::move(odd)).failed_with(http_errc::bad_request));
}

BOOST_AUTO_TEST_CASE(bodies_end_by_length_chunks_or_close) {
  BOOST_TEST((*ask("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: "
                   "x\r\n\r\n"))
                 .body == "abcde");
  BOOST_TEST((*ask("HTTP/1.0 200 OK\r\n\r\nuntil the end")).body == "until the end");
  BOOST_TEST((*ask("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")).body == "");
  BOOST_TEST((*ask("HTTP/1.1 204 No Content\r\n\r\nignored")).body == "");
  BOOST_TEST((*ask("HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n")).status == 304);
}

BOOST_AUTO_TEST_CASE(answers_may_come_byte_by_byte) {
  for (std::string const& text :
       {std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"),
        ok}) {
    http::detail::answer_reader reader(false, 1000, 1000);
    for (char const& byte : text) BOOST_TEST((reader.put({&byte, 1}) == std::nullopt));
    BOOST_TEST(reader.done());
    BOOST_TEST(reader.take().body == "{}");
  }
}

BOOST_AUTO_TEST_CASE(a_head_request_has_no_body_to_wait_for) {
  scripted_peer peer([](guest& who) {
    who.read_until("\r\n\r\n");
    who.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    who.wait_until_gone();
  });
  http::fetch_request request = quick(peer.url(), 3s);
  request.method("HEAD");
  BOOST_TEST((*asked(std::move(request))).status == 200);
}

BOOST_AUTO_TEST_CASE(interim_answers_are_skipped_but_not_for_ever) {
  BOOST_TEST((*ask("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok)).body ==
             "{}");
  std::string many;
  for (int i = 0; i != 100; ++i) many += "HTTP/1.1 100 Continue\r\n\r\n";
  BOOST_TEST(ask(many + ok).failed_with(http_errc::bad_answer));
  BOOST_TEST(ask("HTTP/1.1 101 Switching Protocols\r\n\r\n").failed_with(http_errc::bad_answer));
}

BOOST_AUTO_TEST_CASE(a_redirect_is_an_answer_and_not_followed) {
  scripted_peer other(says(ok));
  scripted_peer peer(
      says("HTTP/1.1 302 Found\r\nLocation: " + other.url() + "\r\nContent-Length: 0\r\n\r\n"));
  BOOST_TEST((*asked(quick(peer.url(), 3s))).status == 302);
  BOOST_TEST(other.visits() == 0);
  BOOST_TEST(peer.visits() == 1);
}

BOOST_AUTO_TEST_CASE(attack_a_guarded_fetch_finds_no_way_to_this_machine) {
  scripted_peer peer(says(ok));
  std::string const port = ":" + std::to_string(peer.port()) + "/";
  for (std::string const host : {"127.0.0.1",
                                 "localhost",
                                 "LOCALHOST",
                                 "localhost.",
                                 "127.1",
                                 "127.0.1",
                                 "127.255.255.254",
                                 "2130706433",
                                 "0x7f000001",
                                 "0x7f.0.0.1",
                                 "0177.0.0.1",
                                 "017700000001",
                                 "127.0.0.01",
                                 "0",
                                 "0.0.0.0",
                                 "[::1]",
                                 "[::]",
                                 "[0:0:0:0:0:0:0:1]",
                                 "[::ffff:127.0.0.1]",
                                 "[::ffff:7f00:1]",
                                 "[::127.0.0.1]",
                                 "[64:ff9b::7f00:1]",
                                 "[2002:7f00:1::1]",
                                 "169.254.169.254",
                                 "10.0.0.1",
                                 "192.168.0.1",
                                 "[fd00::1]",
                                 "[fe80::1]"}) {
    auto const url = http::origin_url::parse("http://" + host + port);
    if (!url) continue;  // not even a URL
    http::fetch_request request(*url);
    request.timeout(3s).only_public_addresses();
    auto const got = asked(std::move(request));
    // some resolvers do not know some spellings
    BOOST_TEST((got.failed_with(http_errc::address_refused) || got.failed_with(http_errc::resolve_failed)),
               host + ": " + got.why());
  }
  BOOST_TEST(peer.visits() == 0);
  http::fetch_request permitted = quick(peer.url(), 3s);
  permitted.only_public_addresses(unsafe::loopback_is_public{});
  BOOST_TEST(asked(std::move(permitted)).got->has_value());
  http::fetch_request elsewhere = quick("http://10.0.0.1" + port, 3s);
  elsewhere.only_public_addresses(unsafe::loopback_is_public{});
  BOOST_TEST(asked(std::move(elsewhere)).failed_with(http_errc::address_refused));
}

BOOST_AUTO_TEST_CASE(trailers_do_not_become_fields) {
  auto const got =
      ask("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nContent-Type: text/html\r\n\r\n");
  BOOST_TEST((*got).content_type == "");
  BOOST_TEST(!(*got).find("content-type").has_value());
}

BOOST_AUTO_TEST_CASE(malformed_answers_are_refused) {
  for (std::string const& bad : std::vector<std::string>{
           "HELLO\r\n\r\n", "HTTP/1.1 200 OK\n\n", "HTTP/2.0 200 OK\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n",
           "HTTP/1.1 200 OK\r\nX y\r\n\r\n", "HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
           "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nx",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n"})
    BOOST_TEST(ask(bad).failed_with(http_errc::bad_answer), bad);
  for (std::string const& coded : std::vector<std::string>{"gzip", "br", "identity, gzip", "x"})
    BOOST_TEST(ask("HTTP/1.1 200 OK\r\nContent-Encoding: " + coded + "\r\nContent-Length: 1\r\n\r\nx")
                   .failed_with(http_errc::answer_encoded));
  BOOST_TEST(
      ask("HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\nContent-Length: 1\r\n\r\nx").got->has_value());
}

BOOST_AUTO_TEST_CASE(short_answers_are_noticed) {
  for (std::string const& cut :
       std::vector<std::string>{"", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n",
                                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
                                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
                                "HTTP/1.1 100 Continue\r\n\r\n"})
    BOOST_TEST(ask(cut).failed_with(http_errc::answer_cut_short), cut);
  scripted_peer rude([](guest& who) {
    who.read_until("\r\n\r\n");
    who.send("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nabc");
    who.reset();
  });
  BOOST_TEST(asked(quick(rude.url(), 3s)).failed_with(http_errc::answer_cut_short));
}

BOOST_AUTO_TEST_CASE(large_and_endless_answers_are_refused_in_bounded_memory) {
  BOOST_TEST(
      ask("HTTP/1.1 200 OK\r\nContent-Length: 65537\r\n\r\n").failed_with(http_errc::answer_too_large));
  BOOST_TEST(
      (*ask("HTTP/1.1 200 OK\r\nContent-Length: 65536\r\n\r\n" + std::string(65536, 'x'))).body.size() ==
      65536u);
  auto const endless = [](std::string head, std::string piece) {
    scripted_peer peer([=](guest& who) {
      who.read_until("\r\n\r\n");
      who.send(head);
      while (who.send(piece)) {
      }
    });
    return asked(quick(peer.url(), 4s));
  };
  std::string const kilobyte(1024, 'x');
  BOOST_TEST(endless("HTTP/1.1 200 OK\r\n\r\n", kilobyte).failed_with(http_errc::answer_too_large));
  BOOST_TEST(endless("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "400\r\n" + kilobyte + "\r\n")
                 .failed_with(http_errc::answer_too_large));
  BOOST_TEST(endless("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", kilobyte)
                 .failed_with(http_errc::bad_answer));
  BOOST_TEST(
      endless("HTTP/1.1 200 OK\r\n", "X: " + kilobyte + "\r\n").failed_with(http_errc::answer_too_large));
  BOOST_TEST(endless("HTTP/1.1 200 ", kilobyte).failed_with(http_errc::answer_too_large));
  BOOST_TEST(endless("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "X: " + kilobyte + "\r\n")
                 .failed_with(http_errc::bad_answer));
}

BOOST_AUTO_TEST_CASE(one_deadline_covers_every_way_of_being_slow) {
  auto const slow = [](script play) {
    scripted_peer peer(std::move(play));
    auto const got = asked(quick(peer.url()));
    BOOST_TEST(got.took >= 190ms);
    BOOST_TEST(got.took < 2s);
    return got.failed_with(http_errc::fetch_timed_out);
  };
  auto const drip = [](std::string head) {
    return [head](guest& who) {
      who.read_until("\r\n\r\n");
      who.send(head);
      for (int i = 0; i != 200 && who.send("x"); ++i) std::this_thread::sleep_for(10ms);
    };
  };
  BOOST_TEST(slow([](guest& who) { who.wait_until_gone(); }));
  BOOST_TEST(slow(drip("")));
  BOOST_TEST(slow(drip("HTTP/1.1 200 OK\r\nX: ")));
  BOOST_TEST(slow(drip("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")));
}

BOOST_AUTO_TEST_CASE(a_peer_that_does_not_read_is_given_up) {
  scripted_peer peer([](guest& who) {
    who.read_until(" ");
    std::this_thread::sleep_for(600ms);
  });
  http::fetch_request request = quick(peer.url());
  request.method("POST").body("text/plain", std::string(20'000'000, 'x'));
  auto const got = asked(std::move(request));
  BOOST_TEST(got.failed_with(http_errc::fetch_timed_out), got.why());
}

BOOST_AUTO_TEST_CASE(an_answer_given_before_the_request_was_read_is_taken) {
  scripted_peer peer([](guest& who) {
    who.send("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
    who.wait_until_gone();
  });
  BOOST_TEST((*asked(quick(peer.url(), 3s))).status == 413);
}

BOOST_AUTO_TEST_CASE(a_closed_port_and_an_unknown_name_are_told_apart) {
  std::uint16_t closed = 0;
  {
    closed = scripted_peer([](guest&) {}).port();
  }
  BOOST_TEST(asked(quick("http://127.0.0.1:" + std::to_string(closed) + "/", 3s))
                 .failed_with(http_errc::connect_failed));
  auto const unknown = asked(quick("http://does-not-exist.invalid/", 3s));
  BOOST_TEST(
      (unknown.failed_with(http_errc::resolve_failed) || unknown.failed_with(http_errc::fetch_timed_out)),
      unknown.why());
}

BOOST_AUTO_TEST_CASE(a_name_is_resolved_and_its_addresses_tried_in_turn) {
  // localhost may mean ::1 first, where nobody listens
  scripted_peer peer(says(ok));
  auto const got = asked(quick(peer.url("/", "localhost"), 3s));
  BOOST_TEST_REQUIRE(got.got->has_value(), got.why());
  BOOST_TEST((*got).body == "{}");
}

BOOST_AUTO_TEST_CASE(a_known_authority_is_trusted_for_name_and_address) {
  authority const a;
  certified const identity = a.server();
  scripted_peer peer(says(ok), &identity);
  for (std::string host : {"127.0.0.1", "localhost"}) {
    auto const got = asked(quick(peer.url("/", host), 5s), a.trust);
    BOOST_TEST_REQUIRE(got.got->has_value(), got.why());
    BOOST_TEST((*got).body == "{}");
  }
}

BOOST_AUTO_TEST_CASE(certificates_that_prove_nothing_are_refused) {
  authority const a;
  auto const refused = [&a](certified const& identity, std::string const& host = "localhost") {
    bool reached = false;
    scripted_peer peer([&reached](guest& who) { reached = !who.read_until("\r\n\r\n").empty(); }, &identity);
    auto const got = asked(quick(peer.url("/", host), 5s), a.trust);
    return got.failed_with(http_errc::certificate_refused) && !reached;
  };
  certificate_plan plan;
  plan.names = "DNS:example.com";
  BOOST_TEST(refused(a.server(plan)));
  plan.names = "DNS:localhost";
  BOOST_TEST(refused(a.server(plan), "127.0.0.1"));
  plan.names = "DNS:127.0.0.1";
  BOOST_TEST(refused(a.server(plan), "127.0.0.1"));
  certificate_plan expired;
  expired.begins = -7200;
  expired.ends = -60;
  BOOST_TEST(refused(a.server(expired)));
  certificate_plan early;
  early.begins = 600;
  BOOST_TEST(refused(a.server(early)));
  BOOST_TEST(refused(make_certificate("self-signed", {})));
  certified const other = make_authority("Test Root");  // the same name, another key
  BOOST_TEST(refused(make_certificate("server", {}, &other)));
}

BOOST_AUTO_TEST_CASE(old_tls_is_refused) {
  authority const a;
  certified const identity = a.server();
  scripted_peer peer(says(ok), &identity);
  ::SSL_CTX_set_security_level(peer.tls(), 0);
  ::SSL_CTX_set_min_proto_version(peer.tls(), TLS1_VERSION);
  ::SSL_CTX_set_max_proto_version(peer.tls(), TLS1_1_VERSION);
  BOOST_TEST(asked(quick(peer.url(), 5s), a.trust).failed_with(http_errc::tls_failed));
  ::SSL_CTX_set_max_proto_version(peer.tls(), TLS1_2_VERSION);
  BOOST_TEST(asked(quick(peer.url(), 5s), a.trust).got->has_value());
}

BOOST_AUTO_TEST_CASE(the_server_name_is_indicated_for_names_only) {
  authority const a;
  certified const identity = a.server();
  std::string seen = "-";
  scripted_peer peer(says(ok), &identity);
  ::SSL_CTX_set_tlsext_servername_arg(peer.tls(), &seen);
  ::SSL_CTX_set_tlsext_servername_callback(
      peer.tls(), +[](SSL* ssl, int*, void* into) {
        char const* const name = ::SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
        *static_cast<std::string*>(into) = name != nullptr ? name : "";
        return SSL_TLSEXT_ERR_OK;
      });
  BOOST_TEST(asked(quick(peer.url("/", "localhost"), 5s), a.trust).got->has_value());
  BOOST_TEST(seen == "localhost");
  BOOST_TEST(asked(quick(peer.url("/", "127.0.0.1"), 5s), a.trust).got->has_value());
  BOOST_TEST(seen == "");
}

BOOST_AUTO_TEST_CASE(a_peer_without_tls_or_one_that_hangs_in_it_is_survived) {
  scripted_peer plain([](guest& who) {
    who.send("HTTP/1.1 400 Bad Request\r\n\r\n");
    who.wait_until_gone();
  });
  auto const as_https = [](std::string url) { return url.replace(0, 4, "https"); };
  BOOST_TEST(asked(quick(as_https(plain.url()), 3s)).failed_with(http_errc::tls_failed));
  scripted_peer hanging([](guest& who) { who.wait_until_gone(); });
  BOOST_TEST(asked(quick(as_https(hanging.url()))).failed_with(http_errc::fetch_timed_out));
  scripted_peer closing([](guest&) {});
  BOOST_TEST(asked(quick(as_https(closing.url()), 3s)).failed_with(http_errc::tls_failed));
}

BOOST_AUTO_TEST_CASE(a_tls_stream_cut_without_good_bye_is_cut_short) {
  authority const a;
  certified const identity = a.server();
  bool polite = false;
  scripted_peer peer(
      [&polite](guest& who) {
        who.read_until("\r\n\r\n");
        who.send("HTTP/1.0 200 OK\r\n\r\npart");
        if (polite) who.close_notify();
      },
      &identity);
  BOOST_TEST(asked(quick(peer.url(), 5s), a.trust).failed_with(http_errc::answer_cut_short));
  polite = true;
  BOOST_TEST((*asked(quick(peer.url(), 5s), a.trust)).body == "part");
}

BOOST_AUTO_TEST_CASE(a_large_exchange_over_tls_arrives_whole) {
  authority const a;
  certified const identity = a.server();
  std::string const large(3'000'000, 'z');
  scripted_peer peer(
      [&large](guest& who) {
        who.read_until("END");
        who.send("HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n" + large);
      },
      &identity);
  http::fetch_request request = quick(peer.url(), 10s);
  request.method("POST").body("text/plain", large + "END").max_body_bytes(4'000'000);
  auto const got = asked(std::move(request), a.trust);
  BOOST_TEST_REQUIRE(got.got->has_value(), got.why());
  BOOST_TEST(((*got).body == large));
}

BOOST_AUTO_TEST_CASE(a_fetch_may_be_destroyed_at_any_point) {
  authority const a;
  certified const identity = a.server();
  scripted_peer tls([](guest& who) { who.wait_until_gone(); }, &identity);
  scripted_peer plain([](guest& who) { who.wait_until_gone(); });
  auto const as_https = [](std::string url) { return url.replace(0, 4, "https"); };
  for (std::string const& url : {tls.url(), plain.url(), as_https(plain.url()), tls.url("/", "localhost")}) {
    boost::asio::io_context io(1);
    outcome out;
    boost::asio::co_spawn(io, run_fetch(to(url), a.trust, out), boost::asio::detached);
    io.run_for(50ms);
    BOOST_TEST(!out.got.has_value());
  }
}

BOOST_AUTO_TEST_SUITE(tls)

BOOST_AUTO_TEST_CASE(only_whole_certificates_make_a_trust) {
  certified const one = make_authority("one"), two = make_authority("two");
  BOOST_TEST(http::tls_trust::from_pem(one.pem() + two.pem()).has_value());
  std::string const pem = one.pem();
  for (std::string const& bad : std::vector<std::string>{
           std::string{}, std::string("not pem"), pem.substr(0, pem.size() / 2),
           two.pem() + pem.substr(0, pem.size() / 2), std::string(pem).replace(60, 4, "!!!!")}) {
    auto const trust = http::tls_trust::from_pem(bad);
    BOOST_TEST((trust.has_error() && trust.error() == make_error_code(http_errc::trust_unusable)), bad);
  }
}

BOOST_AUTO_TEST_CASE(the_system_s_trust_can_be_replaced_by_a_file) {
  authority const a;
  certified const identity = a.server();
  scripted_peer peer(says(ok), &identity);
  auto const path =
      std::filesystem::temp_directory_path() / ("mcpawl-ca-" + std::to_string(::getpid()) + ".pem");
  BOOST_TEST(asked(quick(peer.url(), 5s), http::tls_trust::system().value())
                 .failed_with(http_errc::certificate_refused));
  std::ofstream(path) << a.root.pem();
  ::setenv("SSL_CERT_FILE", path.c_str(), 1);
  auto const trust = http::tls_trust::system();
  ::unsetenv("SSL_CERT_FILE");
  std::filesystem::remove(path);
  BOOST_TEST(asked(quick(peer.url(), 5s), trust.value()).got->has_value());
}

BOOST_AUTO_TEST_SUITE_END()
BOOST_AUTO_TEST_SUITE_END()
