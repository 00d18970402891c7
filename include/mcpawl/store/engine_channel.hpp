// mcpawl/store/engine_channel.hpp - the channel of a store whose engine hears for it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/store/bus_channel.hpp>
#include <mcpawl/store/bus_gate.hpp>
#include <mcpawl/store/errc.hpp>

#include <memory>
#include <string>
#include <utility>

namespace mcpawl::detail {

/** A channel over what the threads of a store do.

    @tparam Engine  has `listen(instance, gate)`, which returns a pointer to what hears, `forget(that)`, which
                    ends it, and beside it a function `publish_by(engine, to, message)` for a message that is not too large */
template <class Engine>
class engine_channel final : public bus_channel {
public:
  explicit engine_channel(std::shared_ptr<Engine> engine) : engine_(std::move(engine)) {}
  ~engine_channel() override { close(); }
  engine_channel(engine_channel const&) = delete;
  engine_channel& operator=(engine_channel const&) = delete;

  void listen(instance_id self, bus_receiver& to) override {
    gate_->open(to);
    hearing_ = engine_->listen(self, gate_);
  }
  void close() noexcept override {
    gate_->close();
    try {
      if (auto ended = std::exchange(hearing_, nullptr)) engine_->forget(std::move(ended));
    } catch (...) {
      // out of memory: it hears on, for nobody, until the store ends
    }
  }
  task<result<void>> publish(instance_id to, std::string message) override {
    if (message.size() > max_message) return too_large();
    // the coroutine may outlive the channel
    return publish_by(engine_, to, std::move(message));
  }

private:
  using listener = decltype(std::declval<Engine&>().listen(instance_id(), std::shared_ptr<bus_gate>()));

  static task<result<void>> too_large() { co_return make_error_code(store_errc::value_too_large); }

  std::shared_ptr<Engine> const engine_;
  std::shared_ptr<bus_gate> const gate_ = std::make_shared<bus_gate>();
  listener hearing_;
};

}  // namespace mcpawl::detail
