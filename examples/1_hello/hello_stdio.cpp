// examples/1_hello/hello_stdio.cpp - a server that its client starts, and talks to over standard input and output
// SPDX-License-Identifier: BSL-1.0
//
// For a client's configuration: {"mcpServers": {"hello": {"command": "build/release/examples/hello_stdio"}}}
#include <mcpawl/run.hpp>
#include <mcpawl/serve_stdio.hpp>
#include <mcpawl/server.hpp>

#include <string>

struct hello_args {
  std::string name = "world";
};
std::string hello(hello_args in) { return "Hello, " + in.name + '!'; }

int main() {
  return mcpawl::run([] {
    mcpawl::server srv{{"hello", "1.0"}};
    srv.tool("hello", "Greet somebody.", hello).read_only();
    mcpawl::serve_stdio(srv);
  });
}
