// tests/support/small_server.cpp - a server as a process of its own, for tests that take things away from it
// SPDX-License-Identifier: BSL-1.0
//
// It listens on a free port and prints its URL. Everybody is let in, unless PUBLIC_URL is set: then it is its own
// authorization server, with the settings of `access_oauth`.
#include <mcpawl/mcpawl.hpp>

#include <mcpawl/auth/access_oauth.hpp>
#include <mcpawl/store/sqlite_store.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

template <class Server>
void serve(Server srv, mcpawl::http_options options = {}) {
  srv.tool("hello", "Say hello.", [] { return "hello"; });
  options.port = 0;
  options.on_ready = [](std::string const& url) {
    std::puts(url.c_str());
    std::fflush(stdout);
  };
  mcpawl::serve_http(srv, options);
}

int main() {
  mcpawl::implementation const name{"small", "1"};
  if (std::getenv("PUBLIC_URL") == nullptr) {
    serve(mcpawl::server<>(name));
    return 0;
  }
  mcpawl::http_options options;
  options.allowed_hosts = {"mcp.example.com"};
  serve(mcpawl::server<mcpawl::access_oauth>(name, mcpawl::access_oauth::from_env<mcpawl::sqlite_store>()),
        std::move(options));
}
