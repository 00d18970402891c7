// expect: mcpawl: field type cannot be represented in JSON Schema: an enumeration with enumerators outside of -16 to 128; list all by mcpawl::enumerators
// expect: status
#include <mcpawl/reflect/schema_type.hpp>
enum class status { ok = 200, not_found = 404, low = 1 };
struct arguments {
  status s;
};
int main() { mcpawl::detail::explain_unrepresentable<arguments>(); }
