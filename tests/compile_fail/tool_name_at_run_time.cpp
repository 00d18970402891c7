// expect: mcpawl: a name that is no literal is checked when the server starts: write mcpawl::runtime_tool_name(name)
#include <mcpawl/server.hpp>
#include <string>
int main(int, char** argv) {
  mcpawl::server srv{{"x", "1"}};
  std::string const name(argv[0]);
  srv.tool(name, "x", [] { return 1; }).read_only();
}
