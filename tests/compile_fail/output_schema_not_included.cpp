// expect: output_schema needs #include <mcpawl/raw_tool.hpp>, which checks the schema
#include <mcpawl/server.hpp>

#include <string>

int main() {
  mcpawl::server srv{{"x", "1"}};
  srv.tool("f", "x", [] { return std::string("y"); }).output_schema(R"({"type":"object"})");
}
