// expect: mcpawl: field type cannot be represented in JSON Schema: a pointer, reference or view owns nothing
// expect: "name"
#include <mcpawl/reflect/schema_type.hpp>
struct inner {
  char const* name;
};
struct arguments {
  int number;
  std::vector<inner> list;
};
static_assert(!mcpawl::detail::schema_type<arguments>);
int main() { mcpawl::detail::explain_unrepresentable<arguments>(); }
