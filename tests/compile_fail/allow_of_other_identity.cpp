// expect: mcpawl: allow() takes a function of the identity that the server's policy verifies
#include <mcpawl/mcpawl.hpp>
int main() {
  mcpawl::server srv{{"x", "1"}, mcpawl::access_jwt::from_env()};
  srv.tool("f", "x", [] { return 1; }).allow([](int who) { return who == 1; });
}
