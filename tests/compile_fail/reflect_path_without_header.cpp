// expect: mcpawl: field type cannot be represented in JSON Schema: std::filesystem::path needs <mcpawl/reflect/filesystem_path.hpp>
#include <mcpawl/reflect/schema_type.hpp>

#include <filesystem>
struct arguments {
  std::filesystem::path file;
};
int main() { mcpawl::detail::explain_unrepresentable<arguments>(); }
