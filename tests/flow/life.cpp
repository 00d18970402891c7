// tests/flow/life.cpp - the life of a process: signals, the service manager, reloading, the states before the end
// SPDX-License-Identifier: BSL-1.0
#include "../support/child.hpp"
#include "../support/running.hpp"
#include "../support/temporary_folder.hpp"

#include <mcpawl/auth/any_of.hpp>
#include <mcpawl/auth/static_bearer.hpp>
#include <mcpawl/crypto/digest.hpp>
#include <mcpawl/mcpawl.hpp>

#include <boost/test/unit_test.hpp>

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace flow_life {

using namespace std::chrono_literals;
using support::fields;
using support::loopback_client;

namespace {

/** Plays the service manager: a datagram socket, and NOTIFY_SOCKET for it. */
class manager {
public:
  explicit manager(std::string const& address) : fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    address.copy(static_cast<char*>(at.sun_path), address.size());
    if (address.front() == '@') at.sun_path[0] = '\0';
    auto const size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address.size());
    BOOST_TEST_REQUIRE(::bind(fd_, reinterpret_cast<sockaddr const*>(&at), size) == 0);
    ::setenv("NOTIFY_SOCKET", address.c_str(), 1);
  }
  manager(manager const&) = delete;
  manager& operator=(manager const&) = delete;
  ~manager() {
    ::close(fd_);
    ::unsetenv("NOTIFY_SOCKET");
    ::unsetenv("WATCHDOG_USEC");
    ::unsetenv("WATCHDOG_PID");
  }

  /** The next datagram; empty if none comes. */
  std::string next(int milliseconds = 10'000) {
    pollfd waiting{fd_, POLLIN, 0};
    if (::poll(&waiting, 1, milliseconds) != 1) return {};
    char bytes[4096];
    auto const got = ::recv(fd_, bytes, sizeof bytes, 0);
    return got < 0 ? std::string() : std::string(bytes, static_cast<std::size_t>(got));
  }

private:
  int fd_;
};

std::string abstract_name() { return "@mcpawl-flow-life-" + std::to_string(::getpid()); }

/** Everybody is let in; what `reload` says is up to the test. */
struct reloading {
  using identity_type = mcpawl::anonymous;
  static constexpr std::string_view policy_name = "reloading";
  std::shared_ptr<std::vector<std::string>> wrong = std::make_shared<std::vector<std::string>>();

  mcpawl::auth_result<mcpawl::anonymous> authenticate(mcpawl::http::request_head const&) {
    return mcpawl::anonymous();
  }
  std::string principal(mcpawl::anonymous const&) const { return {}; }
  std::vector<std::string> reload() const { return *wrong; }
};

std::string entry_of(std::string_view name, std::string_view token) {
  std::string out = std::string(name) + ' ';
  for (unsigned char const c : mcpawl::detail::sha256(token)) {
    out += "0123456789abcdef"[c >> 4];
    out += "0123456789abcdef"[c & 15];
  }
  return out + '\n';
}

void write(std::string const& path, std::string const& text) {
  std::ofstream(path, std::ios::trunc) << text;
  ::chmod(path.c_str(), 0600);
}

bool says(support::kept_log const& log, std::string_view words) {
  for (int i = 0; i != 500; ++i) {
    if (log.text().find(words) != std::string::npos) return true;
    std::this_thread::sleep_for(10ms);
  }
  return false;
}

int status_with(std::uint16_t port, std::string const& token) {
  loopback_client client{port};
  return client.request("POST", "/mcp", {{"Authorization", "Bearer " + token}}, "{}").status;
}

/** Ask a child for a call that never ends. */
void begin_call(loopback_client& client) {
  client.send_request(
      "POST", "/mcp",
      {{"MCP-Protocol-Version", "2026-07-28"},
       {"Mcp-Method", "tools/call"},
       {"Mcp-Name", "wait"},
       {"Content-Type", "application/json"},
       {"Accept", "text/event-stream, application/json"}},
      R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"wait","arguments":{},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}})");
  std::this_thread::sleep_for(300ms);
}

}  // namespace

}  // namespace flow_life

BOOST_AUTO_TEST_SUITE(flow_life)

BOOST_AUTO_TEST_CASE(sighup_reads_the_list_of_tokens_anew_and_a_bad_one_changes_nothing) {
  temporary_folder folder;
  std::string const path = folder.file("tokens"), first(40, 'a'), second(40, 'b');
  write(path, entry_of("first", first));
  mcpawl::server srv{{"life", "1"}, mcpawl::static_bearer(mcpawl::static_bearer_options{.file = path})};
  srv.tool("hello", "Say hello.", [] { return "hello"; });
  support::running server(srv);
  server.service().stop_on_signals();
  BOOST_TEST(status_with(server.port(), second) == 401);
  write(path, entry_of("second", second));
  ::kill(::getpid(), SIGHUP);
  BOOST_TEST(says(server.log, "policy_reloaded policy=static_bearer"));
  std::string const so_far = server.log.text();
  BOOST_TEST(so_far.find("reloaded") == so_far.rfind("reloaded"));  // it is told once
  BOOST_TEST(status_with(server.port(), first) == 401);
  BOOST_TEST(status_with(server.port(), second) != 401);
  write(path, "nonsense");
  ::kill(::getpid(), SIGHUP);
  BOOST_TEST(says(server.log, "policy_not_reloaded policy=static_bearer reason="));
  BOOST_TEST(status_with(server.port(), second) != 401);
  BOOST_TEST(server.log.text().find("certificates") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_policy_reloads_if_one_within_it_does) {
  auto const list = [](std::string file, std::string tokens) {
    return mcpawl::static_bearer(
        mcpawl::static_bearer_options{.file = std::move(file), .tokens = std::move(tokens)});
  };
  temporary_folder folder;
  write(folder.file("tokens"), entry_of("a", std::string(40, 'a')));
  auto const fixed = list({}, entry_of("a", std::string(40, 'a')));
  auto const file = list(folder.file("tokens"), {});
  BOOST_TEST(!mcpawl::policy_reloads(fixed));
  BOOST_TEST(mcpawl::policy_reloads(file));
  BOOST_TEST(!mcpawl::policy_reloads(mcpawl::any_of{fixed}));
  BOOST_TEST(mcpawl::policy_reloads(mcpawl::any_of{file}));
  BOOST_TEST(mcpawl::policy_reloads(reloading()));
  BOOST_TEST(!mcpawl::policy_reloads(mcpawl::no_auth()));
}

BOOST_AUTO_TEST_CASE(the_service_manager_is_told_of_every_state) {
  temporary_folder folder;
  for (std::string const& address : {folder.file("notify"), abstract_name()}) {
    manager systemd(address);
    ::setenv("WATCHDOG_USEC", "100000", 1);
    reloading policy;
    mcpawl::server srv{{"life", "1"}, policy};
    auto server = std::make_unique<support::running<mcpawl::server<reloading>>>(srv);
    server->service().stop_on_signals();
    std::size_t alive = 0;
    auto const told = [&] {
      std::string got = systemd.next();
      for (; got == "WATCHDOG=1"; got = systemd.next()) ++alive;
      return got;
    };
    BOOST_TEST(told() == "READY=1\nSTATUS=listening on " + server->service().url());
    ::kill(::getpid(), SIGHUP);
    BOOST_TEST(told().starts_with("RELOADING=1\nMONOTONIC_USEC="));
    BOOST_TEST(told() == "READY=1\nSTATUS=listening on " + server->service().url());
    *policy.wrong = {"two\nlines"};
    ::kill(::getpid(), SIGHUP);
    BOOST_TEST(told().starts_with("RELOADING=1\n"));
    BOOST_TEST(told() == "READY=1\nSTATUS=not reloaded: two lines");
    for (int i = 0; i != 3; ++i) BOOST_TEST(systemd.next() == "WATCHDOG=1");
    server->service().stop();
    BOOST_TEST(told() == "STOPPING=1\nSTATUS=stopping, 0 connections are open");
    server.reset();
  }
}

BOOST_AUTO_TEST_CASE(the_manager_is_told_what_the_end_waits_for) {
  manager systemd(abstract_name());
  auto const go = std::make_shared<std::atomic<bool>>(false);
  mcpawl::server<> srv{{"life", "1"}};
  srv.tool("wait", "Wait.",
           [go] {
             while (!*go) std::this_thread::sleep_for(1ms);
             return 1;
           })
      .blocking();
  auto server = std::make_unique<support::running<mcpawl::server<>>>(srv);
  server->service().stop_on_signals();
  BOOST_TEST(systemd.next().starts_with("READY=1"));
  auto first = std::make_unique<loopback_client>(server->port());
  loopback_client second{server->port()};
  begin_call(*first);
  begin_call(second);
  server->service().stop();
  BOOST_TEST(systemd.next() == "STOPPING=1\nSTATUS=stopping, 2 connections are open");
  first.reset();
  BOOST_TEST(systemd.next() == "STATUS=stopping, 1 connections are open");
  *go = true;
  BOOST_TEST(second.read_reply().status == 200);
  server.reset();
}

BOOST_AUTO_TEST_CASE(the_watchdog_hears_nothing_while_a_thread_is_held_up) {
  manager systemd(abstract_name());
  ::setenv("WATCHDOG_USEC", "60000", 1);
  ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
  mcpawl::server<> srv{{"life", "1"}};
  srv.tool("hold", "Hold the thread up.", [] {
    std::this_thread::sleep_for(1s);
    return 1;
  });
  mcpawl::http_options options;
  options.threads = 2;
  support::running server(srv, options);
  server.service().stop_on_signals();
  BOOST_TEST(systemd.next().starts_with("READY=1"));
  BOOST_TEST(systemd.next() == "WATCHDOG=1");
  loopback_client client{server.port()};
  client.send_request(
      "POST", "/mcp",
      {{"MCP-Protocol-Version", "2026-07-28"},
       {"Mcp-Method", "tools/call"},
       {"Mcp-Name", "hold"},
       {"Content-Type", "application/json"},
       {"Accept", "text/event-stream, application/json"}},
      R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"hold","arguments":{},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}})");
  std::this_thread::sleep_for(100ms);
  while (!systemd.next(0).empty()) continue;
  BOOST_TEST(systemd.next(400) == "");
  BOOST_TEST(client.read_reply().status == 200);
  BOOST_TEST(systemd.next() == "WATCHDOG=1");
}

BOOST_AUTO_TEST_CASE(a_watchdog_of_another_process_and_a_manager_that_is_not_there_are_no_harm) {
  {
    manager systemd(abstract_name());
    ::setenv("WATCHDOG_USEC", "1000", 1);
    ::setenv("WATCHDOG_PID", "1", 1);
    mcpawl::server<> srv{{"life", "1"}};
    support::running server(srv);
    server.service().stop_on_signals();
    BOOST_TEST(systemd.next().starts_with("READY=1"));
    BOOST_TEST(systemd.next(100) == "");
  }
  for (auto const* address : {"/nowhere/at/all", "@", "vsock:2:1", "relative"}) {
    ::setenv("NOTIFY_SOCKET", address, 1);
    mcpawl::server<> srv{{"life", "1"}};
    support::running server(srv);
    server.service().stop_on_signals();
    BOOST_TEST(says(server.log, "service_manager_unreachable"));
    ::unsetenv("NOTIFY_SOCKET");
  }
}

BOOST_AUTO_TEST_CASE(a_second_signal_ends_the_process_at_once) {
  for (int const number : {SIGTERM, SIGINT}) {
    support::child server("export DRAIN_MS=60000");
    loopback_client client{server.port()};
    begin_call(client);
    ::kill(server.pid(), SIGTERM);
    std::this_thread::sleep_for(300ms);
    ::kill(server.pid(), number);
    BOOST_TEST(server.wait() == 128 + number);
  }
}

BOOST_AUTO_TEST_CASE(the_exit_status_tells_of_calls_that_were_cut) {
  support::child cut("export DRAIN_MS=100"), idle;
  loopback_client client{cut.port()}, quiet{idle.port()};
  begin_call(client);
  BOOST_TEST(quiet.request("GET", "/mcp").status == 405);
  BOOST_TEST(cut.stop() == 3);
  BOOST_TEST(idle.stop() == 0);
}

BOOST_AUTO_TEST_CASE(a_server_that_will_stop_is_not_ready_and_still_accepts) {
  mcpawl::server<> srv{{"life", "1"}};
  mcpawl::http_options options;
  options.admin = mcpawl::admin_options{.port = 0};
  options.bounds.drain_delay = 1'500ms;
  support::running server(srv, options);
  auto const ready = [&] {
    loopback_client client{server.service().admin_port()};
    return client.request("GET", "/readyz").status;
  };
  for (int i = 0; i != 100 && ready() != 200; ++i) std::this_thread::sleep_for(10ms);
  BOOST_TEST(ready() == 200);
  loopback_client idle{server.port()};
  BOOST_TEST(idle.request("GET", "/mcp").field("connection") != "close");
  auto const began = std::chrono::steady_clock::now();
  server.service().stop();
  BOOST_TEST(ready() == 503);
  loopback_client late{server.port()};
  auto const told = late.request("GET", "/mcp");
  BOOST_TEST(told.status == 405);
  BOOST_TEST(told.field("connection") == "close");
  // who has said nothing is left alone until the delay is over
  BOOST_TEST(idle.closed());
  auto const lasted = std::chrono::steady_clock::now() - began;
  BOOST_TEST((lasted > 1s && lasted < 7s));
}

BOOST_AUTO_TEST_SUITE_END()
