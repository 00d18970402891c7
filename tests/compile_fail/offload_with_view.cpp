// expect: mcpawl: work that is offloaded may outlive the call
#include <mcpawl/mcp/call/context.hpp>

#include <string>
#include <string_view>

int run(std::string_view text) { return static_cast<int>(text.size()); }

mcpawl::task<int> call(std::string text, mcpawl::context& ctx) {
  std::string_view const view = text;
  co_return co_await ctx.offload(run, view);
}
