// expect: a_bound_is_outside_the_range_of_its_field
#include <cstdint>
#include <mcpawl/reflect/docs.hpp>
struct arguments {
  std::uint8_t small;
};
template <>
inline constexpr auto mcpawl::docs<arguments> =
    mcpawl::fields(mcpawl::field<&arguments::small>("x").maximum(256));
int main() {}
