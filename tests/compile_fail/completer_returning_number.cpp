// expect: a completer must return a std::vector<std::string> or a mcpawl::completion
#include <mcpawl/server.hpp>
int main() {
  mcpawl::server srv{{"x", "1"}};
  srv.prompt("p", "x", [] { return "z"; }).complete("a", [](std::string) { return 7; });
}
