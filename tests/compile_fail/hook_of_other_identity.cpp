// expect: mcpawl: around_calls() takes a function of mcpawl::call_info const&, the identity that the server's policy
#include <mcpawl/mcpawl.hpp>
int main() {
  mcpawl::server srv{{"x", "1"}};
  srv.around_calls([](mcpawl::call_info const& c, mcpawl::access_identity const&,
                      mcpawl::next_call) -> mcpawl::task<mcpawl::call_outcome> { co_return c.refuse("no"); });
}
