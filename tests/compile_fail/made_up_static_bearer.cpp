// expect: private
#include <mcpawl/auth/static_bearer.hpp>
int main() { mcpawl::static_bearer_identity who{mcpawl::static_bearer_claims{}}; }
