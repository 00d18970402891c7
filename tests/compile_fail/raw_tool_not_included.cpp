// expect: raw_tool needs #include <mcpawl/raw_tool.hpp>, which checks the schema
#include <mcpawl/server.hpp>
int main() {
  mcpawl::server srv{{"x", "1"}};
  srv.raw_tool("f", "x", R"({"type":"object"})", [](boost::json::object) { return "y"; });
}
