// expect: the arguments of a prompt are texts: each member of their struct must be a
#include <mcpawl/server.hpp>
struct in {
  int a;
};
int main() {
  mcpawl::server srv{{"x", "1"}};
  srv.prompt("p", "x", [](in) { return "z"; });
}
