// expect: mcpawl: field type cannot be represented in JSON Schema: a struct with a base class; use
// BOOST_DESCRIBE_STRUCT
#include <mcpawl/reflect/schema_type.hpp>
struct base {
  int x;
};
struct child : base {
  int y;
};
int main() { mcpawl::detail::explain_unrepresentable<child>(); }
