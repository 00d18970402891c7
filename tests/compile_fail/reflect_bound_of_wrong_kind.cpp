// expect: mcpawl: minimum() and maximum() bound a number, and this field is not a number
#include <mcpawl/reflect/docs.hpp>
struct arguments {
  std::string name;
};
template <>
inline constexpr auto mcpawl::docs<arguments> =
    mcpawl::fields(mcpawl::field<&arguments::name>("x").minimum(1));
int main() {}
