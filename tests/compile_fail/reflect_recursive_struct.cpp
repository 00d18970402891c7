// expect: mcpawl: field type cannot be represented in JSON Schema: a struct that contains itself
#include <mcpawl/reflect/schema_type.hpp>
struct tree {
  std::vector<tree> children;
};
int main() { mcpawl::detail::explain_unrepresentable<tree>(); }
