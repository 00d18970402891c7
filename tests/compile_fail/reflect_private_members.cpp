// expect: mcpawl: field type cannot be represented in JSON Schema: a class with private members or constructors; specialise mcpawl::as for it
#include <mcpawl/reflect/schema_type.hpp>
class uuid {
  int value_ = 0;

public:
  int value() const { return value_; }
};
struct arguments {
  uuid id;
};
int main() { mcpawl::detail::explain_unrepresentable<arguments>(); }
