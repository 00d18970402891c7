// expect: mcpawl: header() is for a std::string, an integer or a bool, and this field is none of them
#include <mcpawl/reflect/docs.hpp>
struct args {
  double share;
};
template <>
inline constexpr auto mcpawl::docs<args> = mcpawl::fields(mcpawl::field<&args::share>("").header("Share"));
int main() {}
