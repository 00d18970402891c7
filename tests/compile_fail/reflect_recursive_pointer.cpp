// expect: mcpawl: field type cannot be represented in JSON Schema: a pointer, reference or view owns nothing
#include <mcpawl/reflect/schema_type.hpp>
struct tree {
  std::vector<tree> children;
  tree* parent;
};
int main() { mcpawl::detail::explain_unrepresentable<tree>(); }
