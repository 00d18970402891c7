// expect: allow() needs callers that can be told apart
#include <mcpawl/server.hpp>
int main() {
  mcpawl::server srv{{"x", "1"}};
  srv.tool("f", "x", [] { return 1; }).allow([](auto const&) { return true; });
}
