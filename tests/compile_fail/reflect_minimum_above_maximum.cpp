// expect: a_minimum_is_above_the_maximum
#include <mcpawl/reflect/docs.hpp>
struct arguments {
  int n;
};
template <>
inline constexpr auto mcpawl::docs<arguments> =
    mcpawl::fields(mcpawl::field<&arguments::n>("x").minimum(3).maximum(2));
int main() {}
