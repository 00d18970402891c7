// expect: mcpawl: a policy in any_of says which requests have a credential of its form
#include <mcpawl/auth/any_of.hpp>
#include <mcpawl/auth/mtls.hpp>
#include <string>
struct by_host {
  using identity_type = std::string;
  mcpawl::auth_result<std::string> authenticate(mcpawl::http::request_head const& head);
  std::string principal(std::string const& who) const;
};
int main() { mcpawl::any_of both{mcpawl::mtls(), by_host()}; }
