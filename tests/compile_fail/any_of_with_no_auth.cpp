// expect: mcpawl: any_of with a policy that lets everybody in, such as no_auth, is that policy alone
#include <mcpawl/auth/any_of.hpp>
#include <mcpawl/auth/mtls.hpp>
int main() { mcpawl::any_of both{mcpawl::mtls(), mcpawl::no_auth()}; }
