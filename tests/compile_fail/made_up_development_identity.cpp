// expect: private
#include <mcpawl/auth/access_jwt.hpp>
#include <mcpawl/auth/development_or.hpp>

#include <string>

int main() {
  std::string wrong;
  (void)mcpawl::detail::development_identity_maker::make(std::type_identity<mcpawl::access_identity>(),
                                                         "alice@example.com", 0, wrong);
}
