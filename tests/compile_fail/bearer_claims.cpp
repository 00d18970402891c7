// expect: mcpawl: the Claims of jwt_bearer<Claims> must be a plain struct whose members can be read from JSON
// expect: a pointer, reference or view owns nothing
#include <mcpawl/auth/jwt_bearer.hpp>
struct staff {
  char const* department;
};
int main() { mcpawl::jwt_bearer<staff>::from_env(); }
