// expect: mcpawl: this server has a policy: say who is calling, client{srv, identity}
#include <mcpawl/auth/access_jwt.hpp>
#include <mcpawl/test/client.hpp>

void call(mcpawl::server<mcpawl::access_jwt> const& srv) { mcpawl::test::client client{srv}; }
