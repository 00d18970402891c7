// expect: mcpawl: the hook of a policy is std::string loopback_only() const
#include <mcpawl/mcpawl.hpp>

struct policy : mcpawl::no_auth {
  bool loopback_only() const { return true; }
};
void serve(mcpawl::server<policy> const& srv) { mcpawl::serve_http(srv); }
