// expect: mcpawl: not every caller of this server has this identity, since its policies verify several types
#include <mcpawl/auth/any_of.hpp>
#include <mcpawl/auth/mtls.hpp>
#include <mcpawl/auth/static_bearer.hpp>
#include <mcpawl/server.hpp>
int main() {
  mcpawl::server srv{{"x", "1"}, mcpawl::any_of{mcpawl::mtls(), mcpawl::static_bearer::from_env()}};
  srv.tool("whoami", "x", [](mcpawl::certificate_identity const& who) { return who->subject; });
}
