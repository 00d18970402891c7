// expect: mcpawl: two policies in any_of answer paths themselves, and clients could not tell where to log in
#include <mcpawl/auth/access_oauth.hpp>
#include <mcpawl/auth/any_of.hpp>
#include <mcpawl/auth/jwt_bearer.hpp>
#include <mcpawl/store/memory_store.hpp>
int main() {
  mcpawl::any_of both{mcpawl::access_oauth::from_env<mcpawl::memory_store>(),
                      mcpawl::jwt_bearer<>::from_env()};
}
