// expect: mcpawl: allow() needs callers that can be told apart; give the server a policy
#include <mcpawl/server.hpp>
template <class Auth>
void add_tools(mcpawl::server<Auth>& srv) {
  srv.tool("f", "x", [] { return 1; }).allow([](auto const& who) { return who->email == "a@example.com"; });
}
int main() {
  mcpawl::server srv{{"x", "1"}};
  add_tools(srv);
}
