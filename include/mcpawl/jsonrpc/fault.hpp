// mcpawl/jsonrpc/fault.hpp - a JSON-RPC error before it is written
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/jsonrpc/code.hpp>

#include <string>
#include <utility>

namespace mcpawl::detail {

/** What goes into the `error` member of a response; `data` is JSON text, empty for none.

    The message is one short sentence that tells the client what to change. It never holds internals:
    those go to the log.
*/
struct rpc_error {
  rpc_error(rpc_code code_, std::string message_, std::string data_ = {})
      : code(code_), message(std::move(message_)), data(std::move(data_)) {}

  rpc_code code;
  std::string message;
  std::string data;
};

}  // namespace mcpawl::detail
