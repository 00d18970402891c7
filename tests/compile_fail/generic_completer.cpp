// expect: a completer must be a list of strings, a function, or a function object with one
#include <mcpawl/server.hpp>
int main() {
  mcpawl::server srv{{"x", "1"}};
  srv.prompt("p", "x", [] { return "z"; }).complete("a", [](auto) { return std::vector<std::string>(); });
}
