// expect: auth_policy
#include <mcpawl/server.hpp>
struct policy {
  using identity_type = int;
};
int main() { mcpawl::server srv{{"x", "1"}, policy{}}; }
