// expect: mcpawl: around_calls() takes a function of mcpawl::call_info const&, the identity that the server's policy
#include <mcpawl/mcpawl.hpp>
int main() {
  mcpawl::server srv{{"x", "1"}};
  srv.around_calls([](mcpawl::call_info const&, auto const&, mcpawl::next_call next) -> mcpawl::task<> {
    mcpawl::call_outcome const done = co_await next();
  });
}
