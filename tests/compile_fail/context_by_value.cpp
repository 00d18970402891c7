// expect: take the context by reference: mcpawl::context&
#include <mcpawl/server.hpp>
int main() {
  mcpawl::server srv{{"x", "1"}};
  srv.tool("f", "x", [](mcpawl::context const&) { return 1; });
}
