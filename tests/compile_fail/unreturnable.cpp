// expect: a tool must return void, text, content, a tool_result, JSON, or a value that JSON
#include <mcpawl/server.hpp>
int main() {
  mcpawl::server srv{{"x", "1"}};
  srv.tool("f", "x", []() -> int* { return nullptr; });
}
