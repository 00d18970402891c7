// expect: a_tool_name_must_be_1_to_128_characters
#include <mcpawl/server.hpp>
int main() {
  mcpawl::server srv{{"x", "1"}};
  srv.prompt("bad name!", "x", [] { return "z"; });
}
