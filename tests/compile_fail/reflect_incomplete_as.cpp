// expect: mcpawl: field type cannot be represented in JSON Schema: its mcpawl::as lacks
#include <mcpawl/reflect/schema_type.hpp>
class uuid {};
template <>
struct mcpawl::as<uuid> {
  using type = std::string;
  static std::string to(uuid const&);
};
int main() { mcpawl::detail::explain_unrepresentable<std::vector<uuid>>(); }
