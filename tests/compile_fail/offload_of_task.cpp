// expect: mcpawl: offload() is for functions that block; co_await a task directly
#include <mcpawl/mcp/call/context.hpp>

mcpawl::task<int> run() { co_return 1; }

mcpawl::task<int> call(mcpawl::context& ctx) { co_return co_await ctx.offload(run); }
