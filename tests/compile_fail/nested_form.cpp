// expect: mcpawl: a form has flat fields only
#include <mcpawl/mcp/call/context.hpp>

struct address {
  std::string city;
};
struct person {
  std::string name;
  address home;
};
mcpawl::task<std::string> ask(mcpawl::context& ctx) {
  auto who = co_await ctx.elicit<person>("who", "Who are you?");
  co_return who->name;
}
