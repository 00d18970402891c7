// expect: a parameter of a tool, prompt or resource must be one struct of arguments, mcpawl::context&, or the
// identity
#include <mcpawl/server.hpp>
int main() {
  mcpawl::server srv{{"x", "1"}};
  srv.tool("f", "x", [](int a) { return a; });
}
