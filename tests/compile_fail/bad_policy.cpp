// expect: auth_policy
#include <mcpawl/server.hpp>
struct door {
  using identity_type = int;
};
int main() { mcpawl::server srv{{"x", "1"}, door{}}; }
