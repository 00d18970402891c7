// expect: a completer takes the text typed so far or a mcpawl::completion_request
#include <mcpawl/server.hpp>
int main() {
  mcpawl::server srv{{"x", "1"}};
  srv.prompt("p", "x", [] { return "z"; }).complete("a", [](int) { return std::vector<std::string>(); });
}
