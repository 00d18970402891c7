// expect: development_or
#include <mcpawl/mcpawl.hpp>

int main() { mcpawl::server srv{{"x", "1"}, mcpawl::development_or<mcpawl::access_jwt>::from_env()}; }
