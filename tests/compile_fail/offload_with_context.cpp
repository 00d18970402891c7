// expect: mcpawl: work that is offloaded cannot have the context
#include <mcpawl/mcp/call/context.hpp>

#include <functional>

int run(mcpawl::context&) { return 1; }

mcpawl::task<int> call(mcpawl::context& ctx) { co_return co_await ctx.offload(run, std::ref(ctx)); }
