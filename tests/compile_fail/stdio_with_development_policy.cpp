// expect: mcpawl: serve_stdio has no requests to authenticate, so the server must have no policy
#include <mcpawl/auth/access_jwt.hpp>
#include <mcpawl/auth/development_or.hpp>
#include <mcpawl/serve_stdio.hpp>

void serve(mcpawl::server<mcpawl::development_or<mcpawl::access_jwt>> const& srv) {
  mcpawl::serve_stdio(srv);
}
