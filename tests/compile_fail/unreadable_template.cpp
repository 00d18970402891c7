// expect: a resource must return text, bytes, resource_contents
#include <mcpawl/server.hpp>
int main() {
  mcpawl::server srv{{"x", "1"}};
  srv.resource_template("x:{y}", "y", []() -> int* { return nullptr; });
}
