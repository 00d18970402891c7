// expect: a_path_begins_with_a_slash_and_has_no_query_no_escapes_and_no_dot_segments
#include <mcpawl/http_client.hpp>
int main() {
  mcpawl::http_client const api;
  return api.get("/users?id=1").method() == "GET";
}
