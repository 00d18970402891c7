// expect: a prompt must return text, content, a prompt_message, a std::vector of messages
#include <mcpawl/server.hpp>
int main() {
  mcpawl::server srv{{"x", "1"}};
  srv.prompt("p", "x", [] { return 7; });
}
