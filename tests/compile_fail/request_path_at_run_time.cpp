// expect: mcpawl: the path of a request is a literal; append what is known at run time by .segment(text), which escapes it
#include <mcpawl/http_client.hpp>
#include <string>
int main(int, char** argv) {
  mcpawl::http_client const api;
  return api.get("/users/" + std::string(argv[0])).method() == "GET";
}
