// expect: this function takes an identity that the server's policy does not verify
#include <mcpawl/auth/access_jwt.hpp>
#include <mcpawl/server.hpp>
int main() {
  mcpawl::server srv{{"x", "1"}};
  srv.tool("whoami", "x", [](mcpawl::access_identity const& who) { return who->email; });
}
