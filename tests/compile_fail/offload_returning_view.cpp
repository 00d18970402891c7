// expect: mcpawl: what the callable of offload() returns must not refer to what ends with it
#include <mcpawl/mcp/call/context.hpp>

#include <string>
#include <string_view>

std::string_view run(std::string const& text) { return text; }

mcpawl::task<> call(std::string text, mcpawl::context& ctx) { co_await ctx.offload(run, text); }
