// expect: mcpawl: a name that is no literal is checked when the server starts: write mcpawl::runtime_tool_name(name)
#include <mcpawl/server.hpp>
int main(int, char** argv) {
  mcpawl::server srv{{"x", "1"}};
  srv.prompt(argv[0], "x", [] { return "y"; });
}
