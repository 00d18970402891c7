// expect: private
#include <mcpawl/auth/access_jwt.hpp>
int main() { mcpawl::access_identity who{mcpawl::access_claims{}}; }
