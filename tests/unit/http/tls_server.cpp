// tests/unit/http/tls_server.cpp - connections over TLS: what is spoken, what is refused, and what a client can hold up
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/http/tls_server.hpp>

#include <boost/test/unit_test.hpp>

#include "../../support/certificate_files.hpp"
#include "../../support/tls_client.hpp"
#include "loopback.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(http_tls_server)

using namespace http_test;
using support::tls_client;

namespace {

certified const& authority() {
  static certified const made = make_authority("authority");
  return made;
}
certified const& other_authority() {
  static certified const made = make_authority("other authority");
  return made;
}
certified const& server_pair() {
  static certified const made = make_certificate("server", {}, &authority());
  return made;
}

/** A server that speaks TLS, with its files. */
struct secured {
  explicit secured(limits bounds = {}, tls_options with = {}, handler answer = echo)
      : rules(listen_rules(std::move(with))), running(std::move(answer), bounds, logger::none(), rules) {}

  http::listener_rules listen_rules(tls_options with) {
    auto options = files.write_pair(server_pair());
    options.at_least = with.at_least;
    options.client_certificates = with.client_certificates;
    if (!with.client_authorities.empty())
      options.client_authorities = files.write("clients.pem", with.client_authorities);
    http::listener_rules made;
    made.tls = std::make_shared<http::detail::tls_slot>(options, "test");
    BOOST_TEST_REQUIRE(made.tls->reload().all.empty());
    return made;
  }
  std::uint16_t port() const { return running.port(); }

  support::certificate_files files;
  http::listener_rules rules;
  server running;
};

tls_client::setting only(int version) {
  return [version](SSL_CTX* context) {
    // the client of an old version allows itself what is refused nowadays
    ::SSL_CTX_set_security_level(context, 0);
    ::SSL_CTX_set_min_proto_version(context, version);
    ::SSL_CTX_set_max_proto_version(context, version);
  };
}

std::string ask(tls_client& client, std::string_view request) {
  client.write(request);
  std::string head = client.read_until("\r\n\r\n");
  auto const at = head.find("Content-Length: ");
  if (at == std::string::npos) return head;
  std::size_t const size = std::stoul(head.substr(at + 16));
  std::string body = head.substr(head.find("\r\n\r\n") + 4);
  while (body.size() < size) {
    std::string const some = client.read();
    if (some.empty()) break;
    body += some;
  }
  return body;
}

bool answers(std::uint16_t port, tls_client::setting const& set = {}) {
  tls_client client(port, set);
  return client.shake_hands() && ask(client, post("x")) == "POST /mcp x";
}

}  // namespace

BOOST_AUTO_TEST_CASE(requests_come_and_go_encrypted_and_the_end_is_said) {
  secured s;
  tls_client client(s.port());
  BOOST_TEST_REQUIRE(client.shake_hands());
  for (int i = 0; i != 5; ++i)
    BOOST_TEST(ask(client, post(std::to_string(i))) == "POST /mcp " + std::to_string(i));
  client.write(post("last", "Connection: close\r\n"));
  BOOST_TEST(client.read_all().ends_with("POST /mcp last"));
  BOOST_TEST(client.ended_well());
}

BOOST_AUTO_TEST_CASE(an_idle_connection_is_closed_with_a_word) {
  limits bounds;
  bounds.idle_timeout = 100ms;
  secured s(bounds);
  tls_client client(s.port());
  BOOST_TEST_REQUIRE(client.shake_hands());
  BOOST_TEST(ask(client, post("x")) == "POST /mcp x");
  BOOST_TEST(client.read_all() == "");
  BOOST_TEST(client.ended_well());
}

BOOST_AUTO_TEST_CASE(large_bodies_arrive_whole_in_both_directions) {
  secured s;
  tls_client client(s.port());
  BOOST_TEST_REQUIRE(client.shake_hands());
  std::string body(900'000, 'x');
  for (std::size_t i = 0; i != body.size(); ++i) body[i] = static_cast<char>('a' + i % 23);
  BOOST_TEST((ask(client, post(body)) == "POST /mcp " + body));
  BOOST_TEST((ask(client, post("small")) == "POST /mcp small"));
}

BOOST_AUTO_TEST_CASE(requests_sent_ahead_in_one_record_are_all_answered) {
  secured s;
  tls_client client(s.port());
  BOOST_TEST_REQUIRE(client.shake_hands());
  std::string many;
  for (int i = 0; i != 200; ++i) many += post(std::to_string(i));
  many += post("end", "Connection: close\r\n");
  client.write(many);
  std::string const all = client.read_all();
  BOOST_TEST(all.find("POST /mcp 199") != std::string::npos);
  BOOST_TEST(all.ends_with("POST /mcp end"));
}

BOOST_AUTO_TEST_CASE(only_new_versions_are_spoken) {
  secured s;
  tls_client two(s.port(), only(TLS1_2_VERSION)), three(s.port(), only(TLS1_3_VERSION));
  BOOST_TEST(two.shake_hands());
  BOOST_TEST(two.version() == "TLSv1.2");
  BOOST_TEST(three.shake_hands());
  BOOST_TEST(three.version() == "TLSv1.3");
  BOOST_TEST(!tls_client(s.port(), only(TLS1_1_VERSION)).shake_hands());
  BOOST_TEST(!tls_client(s.port(), only(TLS1_VERSION)).shake_hands());
  secured newest({}, {.at_least = tls_version::v1_3});
  BOOST_TEST(!tls_client(newest.port(), only(TLS1_2_VERSION)).shake_hands());
  BOOST_TEST(tls_client(newest.port(), only(TLS1_3_VERSION)).shake_hands());
}

BOOST_AUTO_TEST_CASE(only_ephemeral_keys_and_authenticated_ciphers_are_spoken) {
  secured s;
  auto const ciphers = [&s](char const* list) {
    tls_client client(s.port(), [list](SSL_CTX* context) {
      only(TLS1_2_VERSION)(context);
      ::SSL_CTX_set_cipher_list(context, list);
    });
    return client.shake_hands();
  };
  BOOST_TEST(ciphers("ECDHE-ECDSA-AES128-GCM-SHA256"));
  BOOST_TEST(ciphers("ECDHE-ECDSA-CHACHA20-POLY1305"));
  for (auto const* old : {"ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES128-SHA", "AES128-GCM-SHA256",
                          "DHE-RSA-AES128-GCM-SHA256"})
    BOOST_TEST(!ciphers(old), old);
}

BOOST_AUTO_TEST_CASE(the_protocol_is_http_1_1_or_none_was_offered) {
  secured s;
  auto const offered = [&s](std::string const& list, std::string& chosen) {
    tls_client client(s.port(), [&list](SSL_CTX* context) {
      ::SSL_CTX_set_alpn_protos(context, reinterpret_cast<unsigned char const*>(list.data()),
                                static_cast<unsigned>(list.size()));
    });
    bool const agreed = client.shake_hands();
    chosen = client.protocol();
    return agreed;
  };
  std::string chosen;
  BOOST_TEST(offered("\x02h2\x08http/1.1", chosen));
  BOOST_TEST(chosen == "http/1.1");
  BOOST_TEST(!offered("\x02h2", chosen));
  BOOST_TEST(answers(s.port()));
}

BOOST_AUTO_TEST_CASE(who_speaks_http_without_tls_is_told_so) {
  secured s;
  client plain = s.running.connect();
  auto const got = plain.ask(post("secret"));
  BOOST_TEST(got.status == 400);
  BOOST_TEST(got.body == "this port speaks TLS: use https://\n");
  client garbage = s.running.connect();
  garbage.send("\x05\x01\x00 what is this");
  while (!garbage.read_piece().empty()) {
  }
  BOOST_TEST(answers(s.port()));
}

BOOST_AUTO_TEST_CASE(a_handshake_has_its_time_and_no_more) {
  limits bounds;
  bounds.handshake_timeout = 100ms;
  secured s(bounds);
  client silent = s.running.connect();
  BOOST_TEST(silent.at_end());
  client drips = s.running.connect();
  auto const begin = std::chrono::steady_clock::now();
  std::string const hello = "\x16\x03\x01\x02\x00\x01";
  for (std::size_t i = 0; std::chrono::steady_clock::now() - begin < 3s; ++i) {
    drips.send(hello.substr(i % hello.size(), 1));
    std::this_thread::sleep_for(20ms);
    pollfd waiting{drips.fd(), POLLIN, 0};
    if (::poll(&waiting, 1, 0) == 1) break;
  }
  BOOST_TEST((std::chrono::steady_clock::now() - begin < 2s));
  BOOST_TEST(s.running.eventually([&] { return s.running.set().total() == 0; }));
}

// The bound is 8 here, so that its effect can be seen with few.
BOOST_AUTO_TEST_CASE(attack_silent_handshakes_hold_up_others_for_a_second_at_most) {
  limits bounds;
  bounds.max_handshakes = 8;
  secured s(bounds);
  std::vector<client> silent;
  for (int i = 0; i != 20; ++i) silent.push_back(s.running.connect());
  std::this_thread::sleep_for(100ms);
  BOOST_TEST(s.running.set().total() == 8U);
  auto const begin = std::chrono::steady_clock::now();
  // in front of it are 12 more that say nothing
  BOOST_TEST(answers(s.port()));
  BOOST_TEST((std::chrono::steady_clock::now() - begin < 6s));
}

BOOST_AUTO_TEST_CASE(a_certificate_of_a_client_is_demanded_and_verified) {
  secured s({}, {.client_authorities = authority().pem()}, [](http::exchange& x) -> task<> {
    auto const* const who = x.head().client_certificate();
    http::response answer(200);
    answer.body("text/plain",
                who ? who->subject + " " + who->issuer + " " + who->names.at(0) : std::string("nobody"));
    co_await x.respond(std::move(answer));
  });
  certificate_plan plan;
  plan.names = "URI:spiffe://example/agent,DNS:a.example";
  auto const good = make_certificate("agent", plan, &authority());
  auto const foreign = make_certificate("agent", plan, &other_authority());
  plan.ends = -10;
  auto const old = make_certificate("agent", plan, &authority());
  for (int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    auto const answer = [&](certified const* who) {
      tls_client client(s.port(), [&](SSL_CTX* context) {
        only(version)(context);
        if (who) support::shows (*who)(context);
      });
      // in TLS 1.3 a client hears of the refusal after its own handshake
      return client.shake_hands() ? ask(client, get) : std::string();
    };
    BOOST_TEST(answer(&good) == "CN=agent CN=authority URI:spiffe://example/agent");
    BOOST_TEST(answer(&foreign) == "");
    BOOST_TEST(answer(&old) == "");
    BOOST_TEST(answer(nullptr) == "");
  }
}

BOOST_AUTO_TEST_CASE(where_a_certificate_is_optional_a_wrong_one_is_still_refused) {
  secured s({}, {.client_authorities = authority().pem(),
                 .client_certificates = client_certificate_mode::optional});
  auto const good = make_certificate("agent", {}, &authority());
  auto const foreign = make_certificate("agent", {}, &other_authority());
  BOOST_TEST(answers(s.port()));
  BOOST_TEST(answers(s.port(), support::shows(good)));
  BOOST_TEST(!answers(s.port(), support::shows(foreign)));
}

BOOST_AUTO_TEST_CASE(the_digests_of_a_certificate_are_those_that_openssl_prints) {
  auto const& of = server_pair();
  unsigned char* der = nullptr;
  int const length = ::i2d_PUBKEY(of.key.get(), &der);
  unsigned char digest[32];
  ::EVP_Digest(der, static_cast<std::size_t>(length), digest, nullptr, ::EVP_sha256(), nullptr);
  ::OPENSSL_free(der);
  secured s({}, {.client_authorities = authority().pem()}, [](http::exchange& x) -> task<> {
    http::response answer(200);
    answer.body("text/plain", x.head().client_certificate()->public_key_sha256);
    co_await x.respond(std::move(answer));
  });
  tls_client client(s.port(), support::shows(of));
  BOOST_TEST_REQUIRE(client.shake_hands());
  BOOST_TEST(ask(client, get) == http::detail::hex_text(digest, 32));
}

namespace {

/** A session that can be resumed: that of a connection which has had a response. */
std::shared_ptr<SSL_SESSION> session_of(std::uint16_t port, tls_client::setting const& set, int version) {
  tls_client client(port, [&](SSL_CTX* context) {
    only(version)(context);
    if (set) set(context);
  });
  BOOST_TEST_REQUIRE(client.shake_hands());
  BOOST_TEST(ask(client, post("x")) == "POST /mcp x");
  return {::SSL_get1_session(client.native()), &::SSL_SESSION_free};
}

/** Whether the server goes on with a session; it answers anyway. */
bool resumed(std::uint16_t port, tls_client::setting const& set, int version, SSL_SESSION* session) {
  tls_client client(port, [&](SSL_CTX* context) {
    only(version)(context);
    if (set) set(context);
  });
  ::SSL_set_session(client.native(), session);
  BOOST_TEST_REQUIRE(client.shake_hands());
  BOOST_TEST(ask(client, post("x")) == "POST /mcp x");
  return ::SSL_session_reused(client.native()) == 1;
}

}  // namespace

BOOST_AUTO_TEST_CASE(tickets_outlive_a_reload_and_not_a_change_of_authorities) {
  secured s({}, {.client_authorities = authority().pem()});
  certificate_plan plan;
  auto const client = make_certificate("agent", plan, &authority());
  auto const show = support::shows(client);
  for (int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    auto const first = session_of(s.port(), show, version);
    BOOST_TEST(resumed(s.port(), show, version, first.get()));
    auto const second = session_of(s.port(), show, version);
    s.files.write_pair(make_certificate("renewed", {}, &authority()));
    BOOST_TEST_REQUIRE(s.rules.tls->reload().all.empty());
    BOOST_TEST(resumed(s.port(), show, version, second.get()));
    auto const third = session_of(s.port(), show, version);
    s.files.write("clients.pem", authority().pem() + other_authority().pem());
    BOOST_TEST_REQUIRE(s.rules.tls->reload().all.empty());
    BOOST_TEST(!resumed(s.port(), show, version, third.get()));
    s.files.write("clients.pem", authority().pem());
    BOOST_TEST_REQUIRE(s.rules.tls->reload().all.empty());
  }
}

BOOST_AUTO_TEST_CASE(a_key_of_tickets_serves_for_two_periods) {
  auto const keys = std::make_shared<http::detail::ticket_keys>(700ms);
  support::certificate_files files;
  http::detail::tls_errors errors;
  auto const context = http::detail::tls_server::load(files.write_pair(server_pair()), "test", keys, errors);
  BOOST_TEST_REQUIRE((context != nullptr));
  /** One handshake in memory; tells whether it was a resumption, and leaves the session for the next. */
  std::shared_ptr<SSL_SESSION> kept;
  std::shared_ptr<SSL_CTX> const client_context(::SSL_CTX_new(::TLS_client_method()), &::SSL_CTX_free);
  ::SSL_CTX_set_max_proto_version(client_context.get(), TLS1_2_VERSION);
  auto const connect = [&] {
    std::shared_ptr<SSL> const client(::SSL_new(client_context.get()), &::SSL_free);
    auto serving = http::detail::tls_session::accept(context);
    ::SSL_set_bio(client.get(), ::BIO_new(::BIO_s_mem()), ::BIO_new(::BIO_s_mem()));
    ::SSL_set_connect_state(client.get());
    if (kept) ::SSL_set_session(client.get(), kept.get());
    for (int i = 0; i != 6; ++i) {
      ::SSL_do_handshake(client.get());
      char* data = nullptr;
      long const size = BIO_get_mem_data(::SSL_get_wbio(client.get()), &data);
      serving->put(data, static_cast<std::size_t>(size));
      static_cast<void>(BIO_reset(::SSL_get_wbio(client.get())));
      serving->handshake();
      std::string out;
      serving->take(out);
      ::BIO_write(::SSL_get_rbio(client.get()), out.data(), static_cast<int>(out.size()));
    }
    BOOST_TEST(::SSL_is_init_finished(client.get()) == 1);
    bool const again = ::SSL_session_reused(client.get()) == 1;
    kept.reset(::SSL_get1_session(client.get()), &::SSL_SESSION_free);
    ::SSL_set_shutdown(client.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    return again;
  };
  BOOST_TEST(!connect());
  BOOST_TEST(connect());
  std::this_thread::sleep_for(750ms);
  // by the key before this one; the ticket is renewed
  BOOST_TEST(connect());
  std::this_thread::sleep_for(1500ms);
  BOOST_TEST(!connect());
}

BOOST_AUTO_TEST_CASE(everything_wrong_with_the_files_is_listed_and_nothing_is_asked_on_the_terminal) {
  support::certificate_files files;
  auto const wrong = [](tls_options const& options) {
    http::detail::tls_errors errors;
    auto const made = http::detail::tls_server::load(options, "test",
                                                     std::make_shared<http::detail::ticket_keys>(), errors);
    BOOST_TEST((made == nullptr) == !errors.all.empty());
    std::string all;
    for (auto const& each : errors.all) all += each + "\n";
    if (errors.mismatch) all += "MISMATCH";
    return all;
  };
  auto const good = files.write_pair(server_pair());
  BOOST_TEST(wrong(good) == "");
  auto const missing = wrong({});
  BOOST_TEST(missing.find("certificate is missing") != std::string::npos, missing);
  BOOST_TEST(missing.find("key is missing") != std::string::npos, missing);
  auto const nowhere = wrong(
      {.certificate = files.path("no"), .key = files.path("no"), .client_authorities = files.path("no")});
  BOOST_TEST(std::count(nowhere.begin(), nowhere.end(), '\n') == 3, nowhere);
  auto const junk = files.write("junk", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  auto const bad = wrong({.certificate = junk, .key = junk, .client_authorities = files.write("empty", "")});
  BOOST_TEST(bad.find("that cannot be read") != std::string::npos, bad);
  BOOST_TEST(bad.find("holds no private key") != std::string::npos, bad);
  BOOST_TEST(bad.find("holds no certificate in PEM") != std::string::npos, bad);
  auto other = good;
  other.key = files.write("other.key", authority().key_pem());
  BOOST_TEST(wrong(other).ends_with("MISMATCH"));
  BOOST_TEST(wrong(other).find("does not belong to") != std::string::npos);
  certificate_plan plan;
  plan.ends = -10;
  BOOST_TEST(wrong(files.write_pair(make_certificate("old", plan))).find("has expired: /CN=old") !=
             std::string::npos);
  plan = {};
  plan.begins = 1000;
  BOOST_TEST(wrong(files.write_pair(make_certificate("early", plan))).find("is not valid yet") !=
             std::string::npos);
  auto locked = files.write_pair(server_pair());
  locked.key = files.write("locked.key", [] {
    std::unique_ptr<BIO, int (*)(BIO*)> const out(::BIO_new(::BIO_s_mem()), &::BIO_free);
    unsigned char password[] = "secret";
    ::PEM_write_bio_PrivateKey(out.get(), server_pair().key.get(), ::EVP_aes_128_cbc(), password, 6, nullptr,
                               nullptr);
    char* data = nullptr;
    long const size = BIO_get_mem_data(out.get(), &data);
    return std::string(data, static_cast<std::size_t>(size));
  }());
  BOOST_TEST(wrong(locked).find("without a password") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_failed_reload_keeps_what_was_there) {
  secured s;
  s.files.write("tls.key", "nothing");
  BOOST_TEST(s.rules.tls->reload().all.size() == 1U);
  BOOST_TEST(answers(s.port()));
}

BOOST_AUTO_TEST_CASE(clients_that_leave_anywhere_in_tls_leave_nothing_behind) {
  secured s;
  for (int i = 0; i != 40; ++i) {
    tls_client client(s.port());
    if (i % 4 != 0 && !client.shake_hands()) continue;
    if (i % 4 >= 2) client.write(post("half").substr(0, static_cast<std::size_t>(i)));
    if (i % 4 == 3) ::SSL_shutdown(client.native());
    linger const now{1, 0};
    if (i % 8 < 4) ::setsockopt(client.descriptor(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
  }
  BOOST_TEST(s.running.eventually([&] { return s.running.set().total() == 0; }));
  BOOST_TEST(answers(s.port()));
}

BOOST_AUTO_TEST_CASE(everything_may_be_destroyed_in_the_middle_of_tls) {
  secured s({}, {}, [](http::exchange& x) -> task<> { co_await x.wait_disconnect(); });
  tls_client handshaking(s.port()), serving(s.port());
  client silent = s.running.connect();
  BOOST_TEST(serving.shake_hands());
  serving.write(get);
  std::this_thread::sleep_for(50ms);
  s.running.stop();
  BOOST_TEST(!handshaking.shake_hands());
  BOOST_TEST(serving.read_all() == "");
}

BOOST_AUTO_TEST_SUITE_END()
