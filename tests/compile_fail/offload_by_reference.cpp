// expect: mcpawl: the callable of offload() cannot be called with these arguments
#include <mcpawl/mcp/call/context.hpp>

#include <string>

void run(std::string& text) { text += "a"; }

mcpawl::task<> call(std::string text, mcpawl::context& ctx) { co_await ctx.offload(run, text); }
