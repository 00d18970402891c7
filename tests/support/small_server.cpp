// tests/support/small_server.cpp - a server as a process of its own, for tests that take things away from it
// SPDX-License-Identifier: BSL-1.0
//
// It listens on a free port and prints its URL. Everybody is let in, unless PUBLIC_URL is set: then it is its own
// authorization server, with the settings of `access_oauth`. LISTEN_AT is the address in place of 127.0.0.1; DRAIN_MS and
// DRAIN_DELAY_MS are bounds of the drain.
#include <mcpawl/mcpawl.hpp>

#include <mcpawl/auth/access_oauth.hpp>
#include <mcpawl/store/sqlite_store.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

mcpawl::task<int> wait() {
  boost::asio::steady_timer never(co_await boost::asio::this_coro::executor, std::chrono::hours(1));
  co_await never.async_wait(boost::asio::use_awaitable);
  co_return 0;
}

template <class Server>
int serve(Server srv, mcpawl::http_options options = {}) {
  srv.tool("hello", "Say hello.", [] { return "hello"; });
  srv.tool("wait", "Wait for ever.", wait);
  options.port = 0;
  if (char const* const at = std::getenv("LISTEN_AT")) options.address = at;
  if (char const* const time = std::getenv("DRAIN_MS"))
    options.bounds.drain_timeout = std::chrono::milliseconds(std::atoi(time));
  if (char const* const time = std::getenv("DRAIN_DELAY_MS"))
    options.bounds.drain_delay = std::chrono::milliseconds(std::atoi(time));
  options.on_ready = [](std::string const& url) {
    std::puts(url.c_str());
    std::fflush(stdout);
  };
  return mcpawl::serve_http(srv, options);
}

int main() {
  mcpawl::implementation const name{"small", "1"};
  if (std::getenv("PUBLIC_URL") == nullptr) {
    return serve(mcpawl::server<>(name));
  }
  mcpawl::http_options options;
  options.allowed_hosts = {"mcp.example.com"};
  return serve(
      mcpawl::server<mcpawl::access_oauth>(name, mcpawl::access_oauth::from_env<mcpawl::sqlite_store>()),
      std::move(options));
}
