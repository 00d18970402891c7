// expect: a_header_name_is_not_a_token
#include <mcpawl/reflect/docs.hpp>
#include <string>
struct args {
  std::string region;
};
template <>
inline constexpr auto mcpawl::docs<args> =
    mcpawl::fields(mcpawl::field<&args::region>("").header("my region"));
int main() {}
