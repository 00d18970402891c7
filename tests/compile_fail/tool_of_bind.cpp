// expect: mcpawl: what std::bind returns does not tell its parameters: register a lambda
#include <functional>
#include <mcpawl/server.hpp>
struct args {
  int a;
};
struct calculator {
  int twice(args in) const { return 2 * in.a; }
};
int main() {
  calculator c;
  mcpawl::server srv{{"x", "1"}};
  srv.tool("f", "x", std::bind(&calculator::twice, &c, std::placeholders::_1));
}
