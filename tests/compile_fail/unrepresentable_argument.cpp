// expect: the struct of arguments has a member that JSON Schema cannot describe
#include <mcpawl/server.hpp>
struct a {
  int* pointer;
};
int main() {
  mcpawl::server srv{{"x", "1"}};
  srv.tool("f", "x", [](a) { return 1; });
}
