// expect: a_resource_uri_must_have_a_scheme_and_only_the_characters_of_uris
#include <mcpawl/server.hpp>
int main() {
  mcpawl::server srv{{"x", "1"}};
  srv.resource("no scheme", "y", "z");
}
