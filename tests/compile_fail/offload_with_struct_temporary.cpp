// expect: mcpawl: pass a struct to offload() by its name
#include <mcpawl/mcp/call/context.hpp>

#include <string>
#include <utility>

struct query {
  std::string text;
};
int run(query const& q) { return static_cast<int>(q.text.size()); }

mcpawl::task<int> call(mcpawl::context& ctx) {
  // moved, since the check of coroutines would refuse the temporary itself
  query asked{"a"};
  co_return co_await ctx.offload(run, std::move(asked));
}
