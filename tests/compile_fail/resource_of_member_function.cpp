// expect: mcpawl: a member function needs its object: register a lambda that calls it
#include <mcpawl/server.hpp>
#include <string>
struct notes {
  std::string all() { return "none"; }
};
int main() {
  mcpawl::server srv{{"x", "1"}};
  srv.resource("notes:all", "n", &notes::all);
}
