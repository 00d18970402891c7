// mcpawl/store/memory_channel.hpp - messages between the servers of one process that share a store in memory
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/store/bus_channel.hpp>
#include <mcpawl/store/errc.hpp>

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** Those who listen.

    @par Thread safety
    Any thread. A receiver is called with the lock held, so messages come in one order to all. */
class memory_hub {
public:
  void add(instance_id self, bus_receiver& to) {
    std::lock_guard const lock(mutex_);
    listeners_.push_back({self, &to});
    to.on_connected();
  }
  void remove(bus_receiver const& of) noexcept {
    std::lock_guard const lock(mutex_);
    std::erase_if(listeners_, [&of](listener const& each) { return each.to == &of; });
  }
  void publish(instance_id to, std::string_view message) {
    std::lock_guard const lock(mutex_);
    for (auto const& each : listeners_)
      if (to == 0 || to == each.self) each.to->on_message(message);
  }

private:
  struct listener {
    instance_id self;
    bus_receiver* to;
  };

  std::mutex mutex_;
  std::vector<listener> listeners_;
};

/** The channel of a `memory_store`. */
class memory_channel final : public bus_channel {
public:
  explicit memory_channel(std::shared_ptr<memory_hub> hub) noexcept : hub_(std::move(hub)) {}
  ~memory_channel() override { close(); }
  memory_channel(memory_channel const&) = delete;
  memory_channel& operator=(memory_channel const&) = delete;

  void listen(instance_id self, bus_receiver& to) override {
    receiver_ = &to;
    hub_->add(self, to);
  }
  void close() noexcept override {
    if (auto const* const receiver = std::exchange(receiver_, nullptr)) hub_->remove(*receiver);
  }
  task<result<void>> publish(instance_id to, std::string message) override {
    // the coroutine may outlive the channel
    return publish_in(hub_, to, std::move(message));
  }

private:
  static task<result<void>> publish_in(std::shared_ptr<memory_hub> hub, instance_id to, std::string message) {
    if (message.size() > max_message) co_return make_error_code(store_errc::value_too_large);
    hub->publish(to, message);
    co_return result<void>();
  }

  std::shared_ptr<memory_hub> hub_;
  bus_receiver* receiver_ = nullptr;
};

}  // namespace mcpawl::detail
