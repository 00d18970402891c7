// expect: mcpawl: a member function needs its object: register a lambda that calls it
#include <mcpawl/server.hpp>
struct args {
  int a;
};
struct calculator {
  int twice(args in) const { return 2 * in.a; }
};
int main() {
  mcpawl::server srv{{"x", "1"}};
  srv.tool("f", "x", &calculator::twice);
}
