// tests/flow/passed_sockets.cpp - servers on listening sockets that somebody else has opened: restarts and successors without a lost request
// SPDX-License-Identifier: BSL-1.0
#include "../support/child.hpp"
#include "../support/running.hpp"
#include "../support/temporary_folder.hpp"

#include <mcpawl/http/passed_sockets.hpp>
#include <mcpawl/http/unix_listener.hpp>
#include <mcpawl/mcpawl.hpp>

#include <boost/test/unit_test.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
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
#include <system_error>
#include <thread>
#include <vector>

namespace flow_passed_sockets {

using namespace std::chrono_literals;
using mcpawl::http::detail::owned_descriptor;
using mcpawl::http::detail::passed_sockets;
using support::loopback_client;

namespace {

/** A listening socket of the test, which plays the service manager. */
struct opened {
  explicit opened(int type = SOCK_STREAM, bool listens = true)
      : socket(::socket(AF_INET, type | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    BOOST_TEST_REQUIRE(::bind(socket.get(), reinterpret_cast<sockaddr const*>(&at), size) == 0);
    if (listens) BOOST_TEST_REQUIRE(::listen(socket.get(), 512) == 0);
    BOOST_TEST_REQUIRE(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&at), &size) == 0);
    port = ntohs(at.sin_port);
  }
  owned_descriptor socket;
  std::uint16_t port = 0;
};

/** What a process is told of its sockets. `$$` is the shell, which becomes the server. */
std::string told(std::string const& at = "fd:mcp", std::string const& names = "mcp") {
  return "export LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=" + names + " LISTEN_AT=" + at;
}

std::string const call =
    R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"hello","arguments":{},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}})";

support::fields const call_fields{{"MCP-Protocol-Version", "2026-07-28"},
                                  {"Mcp-Method", "tools/call"},
                                  {"Mcp-Name", "hello"},
                                  {"Content-Type", "application/json"},
                                  {"Accept", "application/json, text/event-stream"}};

int say_hello(loopback_client& client) { return client.request("POST", "/mcp", call_fields, call).status; }

}  // namespace

}  // namespace flow_passed_sockets

BOOST_AUTO_TEST_SUITE(flow_passed_sockets)

BOOST_AUTO_TEST_CASE(the_variables_are_read_as_sd_listen_fds_reads_them) {
  auto const number_of = [](passed_sockets const& all, std::string_view address) {
    std::string fault;
    return all.descriptor_of(address, fault);
  };
  passed_sockets const two(7, "7", "2", "mcp:admin");
  BOOST_TEST(two.size() == 2U);
  BOOST_TEST(number_of(two, "fd:mcp") == 3);
  BOOST_TEST(number_of(two, "fd:admin") == 4);
  BOOST_TEST(number_of(two, "fd:4") == 4);
  for (auto const* none : {"fd:", "fd:5", "fd:2", "fd:-3", "fd:03x", "fd:MCP", "fd:mcp:admin"})
    BOOST_TEST(number_of(two, none) == -1, none);
  BOOST_TEST(number_of(passed_sockets(7, "7", "2", "mcp:mcp"), "fd:mcp") == -1);
  BOOST_TEST(number_of(passed_sockets(7, "7", "2", "mcp:mcp"), "fd:4") == 4);
  BOOST_TEST(number_of(passed_sockets(7, "7", "1", ""), "fd:3") == 3);
  BOOST_TEST(number_of(passed_sockets(7, "7", "1", ""), "fd:") == -1);
  BOOST_TEST(number_of(passed_sockets(7, "7", "1", "mcp:more:names"), "fd:more") == -1);
  for (auto const* pid : {"", "8", "7 ", "+7", "seven", "77777777777777777777777777"})
    BOOST_TEST(passed_sockets(7, pid, "1", "mcp").size() == 0U, pid);
  for (auto const* count : {"", "0", "-1", "1.5", "1000000", "99999999999999999999999999"})
    BOOST_TEST(passed_sockets(7, "7", count, "mcp").size() == 0U, count);
}

BOOST_AUTO_TEST_CASE(only_a_stream_socket_that_listens_is_taken) {
  namespace detail = mcpawl::http::detail;
  opened const good, deaf(SOCK_STREAM, false), datagrams(SOCK_DGRAM, false);
  auto const found = detail::describe_passed(good.socket.get());
  BOOST_TEST(found.fault == "");
  BOOST_TEST(found.address == "127.0.0.1");
  BOOST_TEST(found.port == good.port);
  BOOST_TEST(detail::describe_passed(deaf.socket.get()).fault.find("listens") != std::string::npos);
  BOOST_TEST(detail::describe_passed(datagrams.socket.get()).fault.find("stream") != std::string::npos);
  BOOST_TEST(detail::describe_passed(-1).fault == "is no socket");
  temporary_folder folder;
  auto made = detail::listen_unix(folder.file("s"), 0600);
  BOOST_TEST_REQUIRE(made.has_value());
  BOOST_TEST(detail::describe_passed(made->socket.get()).address == "unix:" + folder.file("s"));
}

BOOST_AUTO_TEST_CASE(a_socket_that_was_not_passed_is_an_error_at_the_start) {
  mcpawl::server<> srv{{"passed", "1"}};
  mcpawl::http_options options;
  options.log = mcpawl::logger::none();
  options.listeners = {{.address = "fd:mcp"}, {.address = "fd:0"}, {.address = "unix:nowhere"}};
  try {
    mcpawl::http_server service(srv, options);
    BOOST_ERROR("it was accepted");
  } catch (mcpawl::configuration_error const& e) {
    BOOST_TEST(e.errors().size() == 3U, e.what());
    BOOST_TEST(std::string_view(e.what()).find(
                   "listener 1: address \"fd:mcp\" is no socket that was passed") != std::string_view::npos);
  }
  BOOST_CHECK_THROW(support::child(told("fd:other")), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(what_comes_between_two_servers_is_answered_by_the_next) {
  opened const socket;
  auto first = std::make_unique<support::child>(told(), socket.socket.get());
  BOOST_TEST(first->port() == socket.port);
  loopback_client before{socket.port};
  BOOST_TEST(say_hello(before) == 200);
  BOOST_TEST(first->stop() == 0);
  std::vector<std::unique_ptr<loopback_client>> between;
  for (int i = 0; i != 20; ++i) {
    between.push_back(std::make_unique<loopback_client>(socket.port));
    between.back()->send_request("POST", "/mcp", call_fields, call);
  }
  std::this_thread::sleep_for(50ms);
  support::child second(told("fd:3"), socket.socket.get());
  for (auto& each : between) BOOST_TEST(each->read_reply().status == 200);
  BOOST_TEST(second.stop() == 0);
}

BOOST_AUTO_TEST_CASE(a_unix_socket_that_was_passed_keeps_its_file) {
  temporary_folder folder;
  std::string const path = folder.file("mcp.sock");
  auto made = mcpawl::http::detail::listen_unix(path, 0600);
  BOOST_TEST_REQUIRE(made.has_value());
  for (int i = 0; i != 2; ++i) {
    support::child server(told(), made->socket.get());
    owned_descriptor const client(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un const to = mcpawl::http::detail::unix_address(path);
    BOOST_TEST_REQUIRE(::connect(client.get(), reinterpret_cast<sockaddr const*>(&to), sizeof to) == 0);
    std::string_view const asked = "GET /mcp HTTP/1.1\r\nHost: localhost\r\n\r\n";
    BOOST_TEST(::send(client.get(), asked.data(), asked.size(), MSG_NOSIGNAL) > 0);
    char bytes[512];
    auto const got = ::recv(client.get(), bytes, sizeof bytes, 0);
    BOOST_TEST(
        std::string_view(bytes, got < 0 ? 0 : static_cast<std::size_t>(got)).starts_with("HTTP/1.1 405"));
    BOOST_TEST(server.stop() == 0);
    BOOST_TEST(std::filesystem::exists(path));
  }
}

BOOST_AUTO_TEST_CASE(a_second_server_takes_over_under_load_and_no_request_fails) {
  opened const socket;
  // whoever keeps a connection is told to come back by another one before the server closes any
  auto first = std::make_unique<support::child>(told() + " DRAIN_DELAY_MS=200", socket.socket.get());
  constexpr int callers = 4, each = 1000;
  std::atomic<int> good = 0, bad = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i != callers; ++i)
    threads.emplace_back([&, i] {
      std::unique_ptr<loopback_client> client;
      for (int n = 0; n != each; ++n) {
        try {
          // one makes a connection for each request; the others keep theirs until they are told to close it
          if (!client || i == 0) client = std::make_unique<loopback_client>(socket.port);
          auto const got = client->request("POST", "/mcp", call_fields, call);
          ++(got.status == 200 ? good : bad);
          if (got.field("connection") == "close") client.reset();
        } catch (std::exception const&) {
          ++bad;
          client.reset();
        }
      }
    });
  while (good + bad < 300) std::this_thread::sleep_for(1ms);
  support::child second(told(), socket.socket.get());
  BOOST_TEST(first->stop() == 0);
  for (auto& thread : threads) thread.join();
  BOOST_TEST(good == callers * each);
  BOOST_TEST(bad == 0);
  BOOST_TEST(second.stop() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
