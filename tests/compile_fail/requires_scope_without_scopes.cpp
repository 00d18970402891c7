// expect: requires_scope() needs callers with tokens that have scopes
#include <mcpawl/server.hpp>
int main() {
  mcpawl::server srv{{"x", "1"}};
  srv.tool("f", "x", [] { return 1; }).requires_scope("write");
}
