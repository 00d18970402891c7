// mcpawl/transport/message_sink.hpp - where the calls of one connection put what they have to say
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/task.hpp>

#include <string>

namespace mcpawl::detail {

/** Takes the messages of calls, as one kind of transport delivers them.

    @par Thread safety
    The transport says.
*/
class message_sink {
public:
  virtual ~message_sink() = default;
  /** Take one message; waits while the client is slow. */
  virtual task<> take(std::string message) = 0;
  /** Whether the client takes messages before the response. */
  virtual bool takes_messages() const noexcept = 0;
  /** Close the connection if the client can come back for the rest. */
  virtual void let_go() noexcept {}
};

}  // namespace mcpawl::detail
