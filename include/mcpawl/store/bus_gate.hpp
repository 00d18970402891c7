// mcpawl/store/bus_gate.hpp - between the thread of an engine that has messages, and a receiver that may leave at any time
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/store/bus_channel.hpp>

#include <mutex>
#include <string_view>
#include <utility>

namespace mcpawl::detail {

/** Hands on what arrives while there is a receiver, and tells it the beginning and the end of a connection once each.

    @par Thread safety
    Any thread. The receiver is called with the lock held, so `close` waits for a call that is under way. */
class bus_gate {
public:
  bus_gate() = default;
  bus_gate(bus_gate const&) = delete;
  bus_gate& operator=(bus_gate const&) = delete;

  void open(bus_receiver& to) {
    std::lock_guard const lock(mutex_);
    to_ = &to;
  }
  void close() noexcept {
    std::lock_guard const lock(mutex_);
    to_ = nullptr;
  }

  // each is false if the receiver has failed: what it was told is lost, so the connection must be made anew

  bool connected() {
    std::lock_guard const lock(mutex_);
    connected_ = true;
    return told([](bus_receiver& to) { to.on_connected(); });
  }
  /** Nobody hears it outside of a connection. */
  bool message(std::string_view bytes) {
    std::lock_guard const lock(mutex_);
    return !connected_ || told([bytes](bus_receiver& to) { to.on_message(bytes); });
  }
  bool disconnected() {
    std::lock_guard const lock(mutex_);
    return !std::exchange(connected_, false) || told([](bus_receiver& to) { to.on_disconnected(); });
  }

private:
  template <class F>
  bool told(F f) {
    if (to_ == nullptr) return true;
    try {
      f(*to_);
      return true;
    } catch (...) {
      // out of memory, say: the thread has others to serve
      return false;
    }
  }

  std::mutex mutex_;
  bus_receiver* to_ = nullptr;
  bool connected_ = false;
};

}  // namespace mcpawl::detail
