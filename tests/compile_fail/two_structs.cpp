// expect: arguments are taken as one struct, not as several parameters
#include <mcpawl/server.hpp>
struct a {
  int x;
};
struct b {
  int y;
};
int main() {
  mcpawl::server srv{{"x", "1"}};
  srv.tool("f", "x", [](a, b) { return 1; });
}
