// expect: keeps_token
#include <mcpawl/auth/linked_app.hpp>
#include <mcpawl/auth/no_auth.hpp>
int main() { mcpawl::linked_app policy{mcpawl::no_auth()}; }
