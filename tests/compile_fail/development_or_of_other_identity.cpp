// expect: mcpawl: development_or is for access_jwt, access_oauth and jwt_bearer
#include <mcpawl/auth/development_or.hpp>
#include <mcpawl/auth/no_auth.hpp>

void use(mcpawl::development_or<mcpawl::no_auth> const& policy) { (void)policy.in_development(); }
