// expect: a_field_is_documented_twice
#include <mcpawl/reflect/docs.hpp>
struct arguments {
  int n;
};
template <>
inline constexpr auto mcpawl::docs<arguments> =
    mcpawl::fields(mcpawl::field<&arguments::n>("x"), mcpawl::field<&arguments::n>("y"));
int main() {}
