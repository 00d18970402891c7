// mcpawl/http/accepted.hpp - a connection that was accepted and is on its way to who serves it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/http/close_on_exec.hpp>
#include <mcpawl/http/listener_rules.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace mcpawl::http {

/** Counts one in a number that several share, until it ends or is told to. */
class counted {
public:
  using number = std::shared_ptr<std::atomic<std::size_t>>;

  counted() = default;
  counted(counted&& other) noexcept : of_(std::move(other.of_)) {}
  counted& operator=(counted&&) = delete;
  ~counted() { end(); }

  void begin(number of) noexcept {
    end();
    of_ = std::move(of);
    if (of_) of_->fetch_add(1, std::memory_order_relaxed);
  }
  void end() noexcept {
    if (of_) of_->fetch_sub(1, std::memory_order_relaxed);
    of_.reset();
  }

private:
  number of_;
};

/** A connection that nobody serves yet. It may be moved to another thread; dropped, it is closed. */
struct accepted {
  detail::owned_descriptor socket;
  listener_rules const* from;  ///< Outlives all connections.
  counted open = {};           ///< Until the connection has its place in a set.
  counted handshake = {};      ///< Until TLS has been agreed upon.
};

}  // namespace mcpawl::http
