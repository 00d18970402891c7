// expect: mcpawl: pass a struct to offload() by its name
#include <mcpawl/mcp/call/context.hpp>

#include <string>

struct query {
  std::string text;
};
int run(query const& q) { return static_cast<int>(q.text.size()); }

mcpawl::task<int> call(mcpawl::context& ctx) { co_return co_await ctx.offload(run, query{"a"}); }
