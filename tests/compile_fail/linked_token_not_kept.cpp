// expect: this function takes a token of its caller that the server's policy does not keep
#include <mcpawl/auth/access_jwt.hpp>
#include <mcpawl/server.hpp>
int main() {
  mcpawl::server srv{{"x", "1"}, mcpawl::access_jwt::from_env()};
  srv.tool("orders", "x", [](mcpawl::linked_token const&) { return std::string("x"); });
}
