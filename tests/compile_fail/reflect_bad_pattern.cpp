// expect: a_pattern_is_not_a_regular_expression
#include <mcpawl/reflect/docs.hpp>
struct arguments {
  std::string name;
};
template <>
inline constexpr auto mcpawl::docs<arguments> =
    mcpawl::fields(mcpawl::field<&arguments::name>("x").pattern("^[a-z"));
int main() {}
