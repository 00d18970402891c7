// expect: a resource has one URI and so no arguments
#include <mcpawl/server.hpp>
struct in {
  int a;
};
int main() {
  mcpawl::server srv{{"x", "1"}};
  srv.resource("x:y", "y", [](in) { return "z"; });
}
