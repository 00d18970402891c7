// expect: a resource must be text, resource_contents, a function, or a function object
#include <mcpawl/server.hpp>
int main() {
  mcpawl::server srv{{"x", "1"}};
  srv.resource("x:y", "y", [](auto) { return "z"; });
}
