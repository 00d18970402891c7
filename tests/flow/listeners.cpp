// tests/flow/listeners.cpp - the sockets of a server: TLS and its reload, client certificates, Unix-domain sockets, proxies, the end
// SPDX-License-Identifier: BSL-1.0
#include "../support/certificate_files.hpp"
#include "../support/running.hpp"
#include "../support/tls_client.hpp"

#include <mcpawl/auth/mtls.hpp>
#include <mcpawl/http/exchange.hpp>
#include <mcpawl/http/fetch.hpp>
#include <mcpawl/http/unix_listener.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace flow_listeners {

using namespace std::chrono_literals;
using http_test::certified;
using http_test::make_certificate;
using support::loopback_client;
using support::tls_client;

namespace {

certified const& authority() {
  static certified const made = http_test::make_authority("authority");
  return made;
}
certified const& server_pair() {
  static certified const made = make_certificate("first", {}, &authority());
  return made;
}

std::string const call =
    R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"who","arguments":{},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}})";

std::string request_of(std::string_view more = {}, std::string_view host = "localhost") {
  return "POST /mcp HTTP/1.1\r\nHost: " + std::string(host) +
         "\r\nMCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: who\r\nContent-Type: application/json\r\n"
         "Accept: application/json, text/event-stream\r\n" +
         std::string(more) + "Content-Length: " + std::to_string(call.size()) + "\r\n\r\n" + call;
}
std::string const closing = "Connection: close\r\n";

/** The whole response to one call on a connection of its own; empty if there is none. */
std::string call_over_tls(std::uint16_t port, tls_client::setting const& set = {}) {
  tls_client client(port, set);
  return client.shake_hands() && client.write(request_of(closing)) ? client.read_all() : std::string();
}

std::string subject_of(std::uint16_t port) {
  tls_client client(port);
  BOOST_TEST_REQUIRE(client.shake_hands());
  std::unique_ptr<X509, void (*)(X509*)> const shown(::SSL_get1_peer_certificate(client.native()),
                                                     &::X509_free);
  return mcpawl::http::detail::name_text(::X509_get_subject_name(shown.get()));
}

/** A connection to a Unix-domain socket. */
class unix_client {
public:
  explicit unix_client(std::string const& path) : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un const to = mcpawl::http::detail::unix_address(path);
    connected = ::connect(fd_, reinterpret_cast<sockaddr const*>(&to), sizeof to) == 0;
  }
  unix_client(unix_client const&) = delete;
  unix_client& operator=(unix_client const&) = delete;
  ~unix_client() { ::close(fd_); }

  std::string ask(std::string const& request) {
    static_cast<void>(::send(fd_, request.data(), request.size(), MSG_NOSIGNAL));
    std::string all;
    char bytes[4096];
    for (ssize_t n = 1; n > 0;) {
      n = ::recv(fd_, bytes, sizeof bytes, 0);
      if (n > 0) all.append(bytes, static_cast<std::size_t>(n));
    }
    return all;
  }

  bool connected = false;

private:
  int fd_;
};

std::string ask(std::uint16_t port, std::string const& request) {
  loopback_client client(port);
  client.write(request);
  std::string all;
  for (std::string some = client.read_some(); !some.empty(); some = client.read_some()) all += some;
  return all;
}

struct open_scene {
  mcpawl::server<> srv{{"listeners", "1"}};
  support::certificate_files files;
  open_scene() {
    srv.tool("who", "Say who.", [] { return "nobody"; });
  }
};

/** Whoever comes; and on a path of its own it says from which address a request came. */
class addressed {
public:
  using identity_type = mcpawl::anonymous;
  mcpawl::auth_result<mcpawl::anonymous> authenticate(mcpawl::http::request_head const&) {
    return mcpawl::anonymous();
  }
  std::string principal(mcpawl::anonymous const&) const { return {}; }
  mcpawl::public_route route_of(mcpawl::http::request_head const& head) const {
    return head.path() == "/from" ? mcpawl::public_route::same_origin : mcpawl::public_route::none;
  }
  mcpawl::task<> serve_unauthenticated(mcpawl::http::exchange& ex) {
    mcpawl::http::response answer(200);
    answer.body("text/plain", ex.client().to_string());
    co_await ex.respond(std::move(answer));
  }
};

std::string from(std::string_view fields) {
  return "GET /from HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + std::string(fields) + "\r\n";
}

template <class Server>
std::string errors_of(Server const& srv, mcpawl::http_options options) {
  options.log = mcpawl::logger::none();
  if (options.listeners.empty() && options.port == 8080) options.port = 0;
  try {
    mcpawl::http_server<Server> service(srv, std::move(options));
    return {};
  } catch (mcpawl::configuration_error const& e) {
    return e.what();
  }
}

}  // namespace

}  // namespace flow_listeners

BOOST_FIXTURE_TEST_SUITE(flow_listeners, open_scene)

BOOST_AUTO_TEST_CASE(our_own_client_calls_a_server_with_tls) {
  mcpawl::http_options options;
  options.tls = files.write_pair(server_pair());
  support::running server(srv, options);
  std::string const url = server.service().url();
  BOOST_TEST(url == "https://127.0.0.1:" + std::to_string(server.port()) + "/mcp");
  mcpawl::http::fetch_request request(mcpawl::http::origin_url::parse(url).value());
  request.method("POST").body("application/json", call);
  for (auto const& [name, value] :
       {std::pair("MCP-Protocol-Version", "2026-07-28"), std::pair("Mcp-Method", "tools/call"),
        std::pair("Mcp-Name", "who"), std::pair("Accept", "application/json, text/event-stream")})
    request.field(name, value);
  boost::asio::io_context io(1);
  auto const trust = mcpawl::http::tls_trust::from_pem(authority().pem()).value();
  auto got =
      boost::asio::co_spawn(io, mcpawl::http::fetch(std::move(request), trust), boost::asio::use_future);
  io.run();
  auto const answer = got.get();
  BOOST_TEST_REQUIRE(answer.has_value(), answer.error().message());
  BOOST_TEST(answer->status == 200);
  BOOST_TEST(answer->body.find("nobody") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_certificate_is_replaced_under_load_and_no_call_fails) {
  mcpawl::http_options options;
  options.threads = 2;
  options.tls = files.write_pair(server_pair());
  support::running server(srv, options);
  std::uint16_t const port = server.port();
  std::atomic<bool> over = false;
  std::atomic<int> good = 0, bad = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i != 2; ++i)
    callers.emplace_back([&, i] {
      tls_client kept(port);
      if (!kept.shake_hands()) ++bad;
      while (!over) {
        // one of them stays on its connection, the other makes new ones
        std::string const got =
            i == 0 && kept.write(request_of()) ? kept.read_until("}]") : call_over_tls(port);
        ++(got.starts_with("HTTP/1.1 200") ? good : bad);
      }
    });
  for (int i = 0; i != 10; ++i) {
    files.write_pair(make_certificate("renewed" + std::to_string(i), {}, &authority()));
    BOOST_TEST(server.service().reload().empty());
    std::this_thread::sleep_for(20ms);
  }
  over = true;
  for (auto& each : callers) each.join();
  BOOST_TEST(bad == 0);
  BOOST_TEST(good > 20);
  BOOST_TEST(subject_of(port) == "CN=renewed9");
  files.write("tls.key", "broken");
  auto const errors = server.service().reload();
  BOOST_TEST_REQUIRE(errors.size() == 1U);
  BOOST_TEST(errors.front().find("tls.key") != std::string::npos);
  BOOST_TEST(server.log.text().find("certificates_not_reloaded") != std::string::npos);
  BOOST_TEST(call_over_tls(port).starts_with("HTTP/1.1 200"));
}

BOOST_AUTO_TEST_CASE(sighup_reloads_and_waits_for_the_second_file) {
  mcpawl::http_options options;
  options.tls = files.write_pair(server_pair());
  support::running server(srv, options);
  server.service().stop_on_signals();
  auto const renewed = make_certificate("renewed", {}, &authority());
  files.write("tls.crt", renewed.pem());
  ::kill(::getpid(), SIGHUP);
  std::this_thread::sleep_for(200ms);
  BOOST_TEST(subject_of(server.port()) == "CN=first");
  files.write("tls.key", renewed.key_pem());
  for (int i = 0; i != 50 && server.log.text().find("certificates_reloaded") == std::string::npos; ++i)
    std::this_thread::sleep_for(50ms);
  BOOST_TEST(subject_of(server.port()) == "CN=renewed");
}

BOOST_AUTO_TEST_CASE(callers_are_known_by_their_certificates) {
  mcpawl::server known{{"known", "1"}, mcpawl::mtls(mcpawl::mtls_options{.names = {"DNS:agent.example"}})};
  known.tool("who", "Say who.", [](mcpawl::certificate_identity const& who) { return who->subject; });
  mcpawl::http_options options;
  options.tls = files.write_pair(server_pair());
  options.tls->client_authorities = files.write("clients.pem", authority().pem());
  options.tls->client_certificates = mcpawl::client_certificate_mode::optional;
  support::running server(known, options);
  http_test::certificate_plan plan;
  plan.names = "DNS:agent.example";
  auto const agent = make_certificate("agent", plan, &authority());
  auto const other = make_certificate("other", {}, &authority());
  auto const forged = make_certificate("agent", plan);
  BOOST_TEST(call_over_tls(server.port(), support::shows(agent)).find("CN=agent") != std::string::npos);
  BOOST_TEST(call_over_tls(server.port(), support::shows(other)).starts_with("HTTP/1.1 403"));
  BOOST_TEST(call_over_tls(server.port(), support::shows(forged)) == "");
  auto const nobody = call_over_tls(server.port());
  BOOST_TEST(nobody.starts_with("HTTP/1.1 401"));
  BOOST_TEST(nobody.find("missing_certificate") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(every_mistake_in_the_listeners_is_listed_at_the_start) {
  mcpawl::server known{{"known", "1"}, mcpawl::mtls()};
  known.tool("who", "Say who.", [] { return 1; });
  auto const without = errors_of(known, {});
  BOOST_TEST(without.find("set tls.client_authorities") != std::string::npos, without);
  mcpawl::http_options options;
  options.tls = mcpawl::tls_options{.certificate = files.path("no.crt"), .key = files.path("no.key")};
  auto const files_missing = errors_of(srv, options);
  BOOST_TEST(files_missing.find("2 errors") != std::string::npos, files_missing);
  BOOST_TEST(files_missing.find("no.crt") != std::string::npos, files_missing);
  options.listeners = {
      {.address = "unix:mcp.sock"},
      {.address = "unix:/" + std::string(200, 'a')},
      {.address = "example.com"},
      {.port = 0, .tls = mcpawl::tls_options{}},
      {.port = 0, .proxies = {.peers = {"everybody"}, .header = mcpawl::client_address_header::forwarded}}};
  auto const all = errors_of(srv, options);
  BOOST_TEST(all.find("7 errors") != std::string::npos, all);
  BOOST_TEST(all.find("listener 2: address") != std::string::npos, all);
}

BOOST_AUTO_TEST_CASE(a_unix_socket_serves_and_leaves_nothing_behind) {
  std::string const path = files.path("mcp.sock");
  mcpawl::http_options options;
  options.address = "unix:" + path;
  {
    support::running server(srv, options);
    BOOST_TEST(server.service().url() == "http://unix:" + path + ":/mcp");
    BOOST_TEST(static_cast<unsigned>(std::filesystem::status(path).permissions()) == 0660U);
    BOOST_TEST(unix_client(path).ask(request_of(closing)).starts_with("HTTP/1.1 200"));
    // whoever is let in without a policy must name a host that is known: a proxy may let a browser through
    BOOST_TEST(unix_client(path).ask(request_of(closing, "evil.example")).starts_with("HTTP/1.1 403"));
    mcpawl::http_server<mcpawl::server<>>* second = nullptr;
    options.log = mcpawl::logger::none();
    BOOST_CHECK_THROW((second = new mcpawl::http_server<mcpawl::server<>>(srv, options)), std::system_error);
    BOOST_TEST((second == nullptr));
    BOOST_TEST(unix_client(path).connected);
  }
  BOOST_TEST(!std::filesystem::exists(path));
}

BOOST_AUTO_TEST_CASE(one_server_listens_in_several_places) {
  std::string const path = files.path("mcp.sock");
  mcpawl::http_options options;
  options.threads = 3;
  options.listeners = {
      {.port = 0}, {.port = 0, .tls = files.write_pair(server_pair())}, {.address = "unix:" + path}};
  support::running server(srv, options);
  auto const urls = server.service().urls();
  BOOST_TEST_REQUIRE(urls.size() == 3U);
  auto const secure = mcpawl::http::origin_url::parse(urls[1]).value();
  BOOST_TEST(secure.is_secure());
  auto const port = secure.port();
  // every thread has its turn
  for (int i = 0; i != 4; ++i) {
    BOOST_TEST(ask(server.port(), request_of(closing)).starts_with("HTTP/1.1 200"));
    BOOST_TEST(call_over_tls(port).starts_with("HTTP/1.1 200"));
    BOOST_TEST(unix_client(path).ask(request_of(closing)).starts_with("HTTP/1.1 200"));
  }
}

BOOST_AUTO_TEST_CASE(a_trusted_proxy_names_the_client_and_nobody_else_does) {
  mcpawl::server told{{"told", "1"}, addressed()};
  std::string const path = files.path("mcp.sock");
  using header = mcpawl::client_address_header;
  mcpawl::http_options options;
  options.listeners = {
      {.port = 0, .proxies = {.peers = {"127.0.0.0/8"}, .header = header::x_forwarded_for}},
      {.port = 0, .proxies = {.peers = {"192.0.2.0/24"}, .header = header::x_forwarded_for}},
      {.address = "unix:" + path, .proxies = {.peers = {"unix"}, .header = header::cf_connecting_ip}}};
  support::running server(told, options);
  auto const port = [&](std::size_t i) {
    return mcpawl::http::origin_url::parse(server.service().urls()[i]).value().port();
  };
  BOOST_TEST(ask(port(0), from("X-Forwarded-For: 1.1.1.1, 8.8.8.8\r\n")).ends_with("\r\n8.8.8.8"));
  BOOST_TEST(ask(port(0), from("CF-Connecting-IP: 8.8.8.8\r\n")).ends_with("\r\n127.0.0.1"));
  BOOST_TEST(ask(port(0), from("X-Forwarded-For: 8.8.8.8\r\nX-Forwarded-For: 8.8.8.8\r\n"))
                 .ends_with("\r\n127.0.0.1"));
  BOOST_TEST(ask(port(1), from("X-Forwarded-For: 8.8.8.8\r\n")).ends_with("\r\n127.0.0.1"));
  BOOST_TEST(unix_client(path).ask(from("CF-Connecting-IP: 2001:db8::1\r\n")).ends_with("\r\n2001:db8::1"));
}

BOOST_AUTO_TEST_CASE(the_proxy_protocol_is_demanded_or_refused) {
  using namespace std::string_literals;
  mcpawl::server told{{"told", "1"}, addressed()};
  mcpawl::http_options options;
  auto const pair = files.write_pair(server_pair());
  options.listeners = {{.port = 0, .proxies = {.peers = {"127.0.0.1"}, .proxy_protocol = true}},
                       {.port = 0, .tls = pair, .proxies = {.peers = {"127.0.0.1"}, .proxy_protocol = true}},
                       {.port = 0, .proxies = {.peers = {"192.0.2.1"}, .proxy_protocol = true}},
                       {.port = 0}};
  support::running server(told, options);
  auto const port = [&](std::size_t i) {
    return mcpawl::http::origin_url::parse(server.service().urls()[i]).value().port();
  };
  std::string const header = "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\x08\x08\x04\x04\x7f\0\0\1\x12\x34\0\x50"s;
  BOOST_TEST(ask(port(0), header + from("")).ends_with("\r\n8.8.4.4"));
  // it comes in pieces, and the request behind it too
  loopback_client drips(port(0));
  for (char c : header + from("")) drips.write(std::string_view(&c, 1));
  BOOST_TEST(drips.read_reply().body == "8.8.4.4");
  BOOST_TEST(ask(port(0), from("")) == "");
  BOOST_TEST(ask(port(0), header + header + from("")).starts_with("HTTP/1.1 400"));
  tls_client secure(port(1));
  static_cast<void>(::send(secure.descriptor(), header.data(), header.size(), MSG_NOSIGNAL));
  BOOST_TEST_REQUIRE(secure.shake_hands());
  secure.write(from(""));
  BOOST_TEST(secure.read_all().ends_with("\r\n8.8.4.4"));
  BOOST_TEST(!tls_client(port(1)).shake_hands());
  BOOST_TEST(ask(port(2), header + from("")) == "");
  BOOST_TEST(ask(port(3), header + from("")).starts_with("HTTP/1.1 400"));
  BOOST_TEST(server.log.text().find("proxy_refused") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(connections_that_wait_when_the_server_stops_are_answered) {
  for (unsigned threads : {1U, 3U}) {
    mcpawl::server slow{{"slow", "1"}};
    std::atomic<bool> busy = false;
    slow.tool("who", "Hold the thread up.", [&busy] {
      if (!busy.exchange(true)) std::this_thread::sleep_for(300ms);
      return "nobody";
    });
    mcpawl::http_options options;
    options.threads = threads;
    auto server = std::make_unique<support::running<mcpawl::server<>>>(slow, options);
    std::vector<std::unique_ptr<loopback_client>> clients;
    auto const connect = [&] {
      clients.push_back(std::make_unique<loopback_client>(server->port()));
      clients.back()->write(request_of());
    };
    // the thread that accepts is the first in turn
    connect();
    for (int i = 0; i != 100 && !busy; ++i) std::this_thread::sleep_for(10ms);
    for (int i = 0; i != 60; ++i) connect();
    clients.push_back(std::make_unique<loopback_client>(server->port()));
    server->service().stop();
    // its request comes when the server has begun to stop
    clients.back()->write(request_of());
    for (auto& each : clients) {
      BOOST_TEST(each->read_reply().status == 200);
    }
    server.reset();
  }
}

BOOST_AUTO_TEST_SUITE_END()
