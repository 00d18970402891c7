#include <mcpawl/mcpawl.hpp>
struct add_args { int a, b; };
struct sum { long total; };
sum add(add_args in) { return {in.a + in.b}; }

int main() {
  return mcpawl::run([] {   // wrong settings: all of them on standard error, exit status 2
    mcpawl::server srv{{"adder", "1.0"}, mcpawl::access_jwt::from_env()};   // TEAM_DOMAIN, POLICY_AUD
    srv.tool("add", "Add two integers.", add);                              // schemas, decoding, output: from the types
    mcpawl::serve_http(srv, {.address = "127.0.0.1", .port = 8080});
  });
}
