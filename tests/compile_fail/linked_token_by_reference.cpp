// expect: take the token by const reference or by value
#include <mcpawl/auth/access_jwt.hpp>
#include <mcpawl/auth/linked_app.hpp>
#include <mcpawl/server.hpp>
int main() {
  mcpawl::server srv{{"x", "1"}, mcpawl::linked_app{mcpawl::access_jwt::from_env()}};
  srv.tool("orders", "x", [](mcpawl::linked_token&) { return std::string("x"); });
}
