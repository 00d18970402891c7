// tests/support/small_server.cpp - a server as a process of its own, for tests that take things away from it
//
// It listens on a free port and prints its URL. Everybody is let in.
#include <mcpawl/mcpawl.hpp>

#include <cstdio>
#include <string>

int main() {
  mcpawl::server<> srv{{"small", "1"}};
  srv.tool("hello", "Say hello.", [] { return "hello"; });
  mcpawl::http_options options;
  options.port = 0;
  options.on_ready = [](std::string const& url) {
    std::puts(url.c_str());
    std::fflush(stdout);
  };
  mcpawl::serve_http(srv, options);
}
