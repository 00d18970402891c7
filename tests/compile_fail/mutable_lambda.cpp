// expect: generic lambdas (auto parameters), overloads and mutable lambdas cannot be registered
#include <mcpawl/server.hpp>
int main() {
  mcpawl::server srv{{"x", "1"}};
  srv.tool("f", "x", [n = 0]() mutable { return ++n; });
}
