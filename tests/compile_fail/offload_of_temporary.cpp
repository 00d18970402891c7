// expect: mcpawl: give the callable of offload() a name first
#include <mcpawl/mcp/call/context.hpp>

#include <string>

mcpawl::task<std::string> call(std::string text, mcpawl::context& ctx) {
  co_return co_await ctx.offload([text] { return text; });
}
