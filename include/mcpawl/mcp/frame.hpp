// mcpawl/mcp/frame.hpp - put the members of a result into the frame its revision demands
#pragma once

#include <mcpawl/jsonrpc/id.hpp>
#include <mcpawl/mcp/answer.hpp>
#include <mcpawl/mcp/revision.hpp>
#include <mcpawl/mcp/service.hpp>

#include <string>
#include <string_view>

namespace mcpawl {

/** Whether a result carries `ttlMs` and `cacheScope` (MCP 2026-07-28, "Caching": lists, reads and discovery
 * do). */
enum class cacheable : bool { no, yes };

/** Frame a complete result.

    @param members  JSON text without braces, possibly empty.
    Since 2026-07-28 every result says its kind and who answered. Cache hints are the safest there are,
    "not at all, for nobody else", because what is listed may depend on the caller.
*/
inline answer frame_result(service const& s, revision r, request_id const& id, std::string_view members,
                           cacheable hints = cacheable::no) {
  if (!is_stateless(r)) {
    std::string text = "{";
    text += members;
    text += '}';
    return answer::of_result(id, text);
  }
  std::string text;
  text.reserve(members.size() + s.info_json.size() + 128);
  text = R"({"resultType":"complete",)";
  text += members;
  if (!members.empty()) text += ',';
  if (hints == cacheable::yes) text += R"("ttlMs":0,"cacheScope":"private",)";
  text += R"("_meta":{"io.modelcontextprotocol/serverInfo":)";
  text += s.info_json;
  text += "}}";
  return answer::of_result(id, text);
}

/** An error inside a request that was understood. */
inline answer fault_answer(request_id const& id, rpc_fault const& fault) {
  return answer::of_fault(answer::outcome::answered, id, fault);
}

}  // namespace mcpawl
