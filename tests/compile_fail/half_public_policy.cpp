// expect: mcpawl: a policy that answers paths itself has both
#include <mcpawl/serve.hpp>
struct policy : mcpawl::no_auth {
  mcpawl::public_route route_of(mcpawl::http::request_head const&) const { return {}; }
};
int main() {
  mcpawl::server srv{{"x", "1"}, policy{}};
  mcpawl::serve_http(srv, {});
}
