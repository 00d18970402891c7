// expect: private
#include <mcpawl/auth/jwt_bearer.hpp>
int main() { mcpawl::bearer_identity<> who{mcpawl::bearer_claims<>{}}; }
