// expect: mcpawl: give the callable of offload() a name first
#include <mcpawl/mcp/call/context.hpp>

#include <string>
#include <utility>

mcpawl::task<std::string> call(std::string text, mcpawl::context& ctx) {
  // moved, since the check of coroutines would refuse the temporary itself
  auto work = [text] { return text; };
  co_return co_await ctx.offload(std::move(work));
}
