// tests/unit/mcp/noted_call.hpp - a call that runs in name alone, and notes what is asked of it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/task.hpp>
#include <mcpawl/mcp/call/call_channel.hpp>
#include <mcpawl/mcp/protocol/response.hpp>

#include <string>
#include <utility>
#include <vector>

namespace mcp_tests {

/** Notes what is sent, and how often it was cancelled. */
struct noted_call : mcpawl::detail::call_channel {
  void start(mcpawl::detail::pending_response, mcpawl::detail::call_end) override {}
  mcpawl::task<> send(std::string message) override {
    sent.push_back(std::move(message));
    co_return;
  }
  bool open() const noexcept override { return takes_events; }
  void close_stream() noexcept override {}
  void cancel() noexcept override { ++cancelled; }

  std::vector<std::string> sent;
  bool takes_events = true;
  int cancelled = 0;
};

}  // namespace mcp_tests
