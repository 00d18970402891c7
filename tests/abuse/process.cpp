// tests/abuse/process.cpp - a server that runs out of descriptors, and one whose log nobody reads
// SPDX-License-Identifier: BSL-1.0
#include "../support/child.hpp"
#include "../support/posted.hpp"
#include "../support/running.hpp"

#include <boost/test/unit_test.hpp>

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cstdlib>
#include <memory>
#include <set>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(abuse_process)

using support::child;
using support::fields;
using support::loopback_client;

fields const list_fields = support::posting_stateless({}, "tools/list");
std::string const list = support::stateless_request("tools/list");

int status_of_good_call(std::uint16_t port) {
  loopback_client client(port);
  return client.request("POST", "/mcp", list_fields, list).status;
}

/** A request whose refusal is a line of the log. */
int status_of_refused(loopback_client& client) {
  return client.request("GET", "/mcp", {{"Host", "elsewhere.example"}}).status;
}

// 54 idle connections of 64 descriptors kept a caller waiting for 72 seconds.
BOOST_AUTO_TEST_CASE(idle_connections_make_room_when_descriptors_run_out) {
  child server("ulimit -n 64");
  std::vector<std::unique_ptr<loopback_client>> idle;
  for (int i = 0; i != 100; ++i) idle.push_back(std::make_unique<loopback_client>(server.port()));
  for (int i = 0; i != 20; ++i) BOOST_TEST(status_of_good_call(server.port()) == 200);
  BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_CASE(the_soft_limit_of_descriptors_is_raised) {
  child server("ulimit -S -n 64");
  std::vector<std::unique_ptr<loopback_client>> open;
  for (int i = 0; i != 200; ++i) {
    open.push_back(std::make_unique<loopback_client>(server.port()));
    BOOST_TEST_REQUIRE(open.back()->request("POST", "/mcp", list_fields, list).status == 200);
  }
  // none of them was closed for another
  for (auto& each : open) BOOST_TEST_REQUIRE(each->request("POST", "/mcp", list_fields, list).status == 200);
}

// One anonymous request ended the process by SIGPIPE.
BOOST_AUTO_TEST_CASE(a_log_without_reader_ends_nothing) {
  child server;
  server.close_error();
  loopback_client client(server.port());
  for (int i = 0; i != 20; ++i) BOOST_TEST_REQUIRE(status_of_refused(client) == 403);
  BOOST_TEST(status_of_good_call(server.port()) == 200);
  BOOST_TEST(server.stop() == 0);
}

// The server hung after 703 requests, when the pipe of its log was full.
BOOST_AUTO_TEST_CASE(a_log_whose_reader_stopped_holds_up_nobody) {
  child server;
  loopback_client client(server.port());
  for (int i = 0; i != 3000; ++i) BOOST_TEST_REQUIRE(status_of_refused(client) == 403);
  BOOST_TEST(status_of_good_call(server.port()) == 200);
  server.await_error("request_refused");
  BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_CASE(sockets_are_not_inherited_by_programs_that_tools_start) {
  mcpawl::server<> srv{{"sockets", "1"}};
  srv.tool("hello", "Say hello.", [] { return "hello"; });
  auto const sockets = [] {
    std::set<int> found;
    std::unique_ptr<DIR, int (*)(DIR*)> const folder(::opendir("/proc/self/fd"), &::closedir);
    BOOST_TEST_REQUIRE(folder.get() != nullptr);
    while (dirent const* const entry = ::readdir(folder.get())) {
      // by its name: the descriptor itself belongs to another thread, which may be closing it
      struct stat what{};
      bool const is_there = ::fstatat(::dirfd(folder.get()), entry->d_name, &what, 0) == 0;
      if (is_there && S_ISSOCK(what.st_mode)) found.insert(std::atoi(entry->d_name));
    }
    return found;
  };
  auto const before = sockets();
  support::running<mcpawl::server<>> running(srv);
  loopback_client client(running.port());
  BOOST_TEST(client.request("POST", "/mcp", list_fields, list).status == 200);
  int ours = 0;
  for (int const each : sockets()) {
    if (before.contains(each)) continue;
    ++ours;
    BOOST_TEST((::fcntl(each, F_GETFD) & FD_CLOEXEC) != 0, "descriptor " << each);
  }
  BOOST_TEST(ours == 3);  // the listener, the connection, and the client's end of it
}

BOOST_AUTO_TEST_SUITE_END()
