// expect: mcpawl: field type cannot be represented in JSON Schema: a pointer, reference or view owns nothing
// expect: "replicas"
// lines: 13
#include <mcpawl/server.hpp>
struct a {
  int one, two, three, four;
  std::string five;
  int* replicas;
  double seven;
  bool eight;
  std::vector<int> nine;
};
int main() {
  mcpawl::server srv{{"x", "1"}};
  srv.tool("f", "x", [](a) { return 1; });
}
