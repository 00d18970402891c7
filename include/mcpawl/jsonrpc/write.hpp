// mcpawl/jsonrpc/write.hpp - write JSON-RPC 2.0 messages as text
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/jsonrpc/fault.hpp>
#include <mcpawl/jsonrpc/id.hpp>
#include <mcpawl/text/json_text.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mcpawl::detail {

/** Begin a result response: JSON text of the result follows, and a brace.

    @param size  of what follows, as far as it is known. */
inline std::string begin_result(request_id const& id, std::size_t size) {
  std::string out;
  out.reserve(size + id.json().size() + 40);
  out += std::string_view(R"({"jsonrpc":"2.0","id":)");
  out += id.json();
  out += std::string_view(R"(,"result":)");
  return out;
}

/** Write a result response; `result` is JSON text. */
inline std::string write_result(request_id const& id, std::string_view result) {
  std::string out = begin_result(id, result.size() + 1);
  out += result;
  out += '}';
  return out;
}

/** Write an error response. Without an id the member is left out: the MCP schema allows no null. */
inline std::string write_error(std::optional<request_id> const& id, rpc_error const& fault) {
  std::string out = R"({"jsonrpc":"2.0",)";
  if (id) {
    out += R"("id":)";
    out += id->json();
    out += ',';
  }
  out += R"("error":{"code":)";
  append_json_number(out, static_cast<std::int64_t>(fault.code));
  out += R"(,"message":)";
  append_json_string(out, fault.message);
  if (!fault.data.empty()) {
    out += R"(,"data":)";
    out += fault.data;
  }
  out += "}}";
  return out;
}

/** Write a request of ours; `method` is a name of ours, `params` is JSON text. */
inline std::string write_request(std::uint64_t id, std::string_view method, std::string_view params) {
  std::string out = R"({"jsonrpc":"2.0","id":)";
  append_json_number(out, id);
  out += R"(,"method":")";
  out += method;
  out += R"(","params":)";
  out += params;
  out += '}';
  return out;
}

/** Write a notification; `method` is a name of ours, `params` is JSON text. */
inline std::string write_notification(std::string_view method, std::string_view params) {
  std::string out = R"({"jsonrpc":"2.0","method":")";
  out += method;
  out += R"(","params":)";
  out += params;
  out += '}';
  return out;
}

}  // namespace mcpawl::detail
