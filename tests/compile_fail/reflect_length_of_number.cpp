// expect: mcpawl: min_length(), max_length(), pattern() and format() are for a std::string
#include <mcpawl/reflect/docs.hpp>
struct arguments {
  int count;
};
template <>
inline constexpr auto mcpawl::docs<arguments> =
    mcpawl::fields(mcpawl::field<&arguments::count>("x").max_length(1));
int main() {}
