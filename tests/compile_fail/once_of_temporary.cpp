// expect: mcpawl: give the callable of once() a name first
#include <mcpawl/mcp/call/context.hpp>

mcpawl::task<int> step(mcpawl::context& ctx) {
  co_return co_await ctx.once("step", [] { return 1; });
}
