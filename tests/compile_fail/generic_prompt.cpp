// expect: a prompt must be a function or a function object with one operator() const
#include <mcpawl/server.hpp>
int main() {
  mcpawl::server srv{{"x", "1"}};
  srv.prompt("p", "x", [](auto) { return "z"; });
}
