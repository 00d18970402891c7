// expect: a_pattern_goes_beyond_the_linear_time_subset
#include <mcpawl/reflect/docs.hpp>
struct arguments {
  std::string name;
};
template <>
inline constexpr auto mcpawl::docs<arguments> =
    mcpawl::fields(mcpawl::field<&arguments::name>("x").pattern("^(a)\\1$"));
int main() {}
