// mcpawl/store/redis/redis_bus.hpp - messages between the processes that share a Redis store, by PUBLISH and SUBSCRIBE
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/store/bus_channel.hpp>
#include <mcpawl/store/bus_gate.hpp>
#include <mcpawl/store/errc.hpp>
#include <mcpawl/store/redis/redis_engine.hpp>
#include <mcpawl/store/redis/redis_errand.hpp>
#include <mcpawl/store/redis/redis_reply.hpp>
#include <mcpawl/store/redis/redis_scripts.hpp>
#include <mcpawl/store/redis/redis_subscriber.hpp>
#include <mcpawl/store/store_repeat.hpp>

#include <boost/asio/error.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** The channel of a `redis_store`. It publishes over the store's connection for what is answered at once. */
class redis_bus final : public bus_channel {
public:
  explicit redis_bus(std::shared_ptr<redis_engine> engine) : engine_(std::move(engine)) {}
  ~redis_bus() override { close(); }
  redis_bus(redis_bus const&) = delete;
  redis_bus& operator=(redis_bus const&) = delete;

  void listen(instance_id self, bus_receiver& to) override {
    gate_->open(to);
    subscriber_ = engine_->listen(self, gate_);
  }
  void close() noexcept override {
    gate_->close();
    try {
      if (auto subscriber = std::exchange(subscriber_, nullptr)) engine_->forget(std::move(subscriber));
    } catch (...) {
      // out of memory: it hears on, for nobody, until the store ends
    }
  }
  task<result<void>> publish(instance_id to, std::string message) override {
    // the coroutine may outlive the channel
    return publish_over(engine_, to, std::move(message));
  }

private:
  static task<result<void>> publish_over(std::shared_ptr<redis_engine> engine, instance_id to,
                                         std::string message) {
    if (message.size() > max_message) co_return make_error_code(store_errc::value_too_large);
    std::vector<std::string> words;
    words.push_back("PUBLISH");
    words.push_back(redis_bus_name(engine->options(), to));
    words.push_back(std::move(message));
    auto const errand =
        std::make_shared<redis_errand>(redis_script::none, std::move(words), store_repeat::never, false);
    if (error_code const refused = engine->submit(errand)) co_return refused;
    bool const done = co_await errand->end()->wait();
    if (!done) co_return make_error_code(boost::asio::error::operation_aborted);
    auto const& answer = errand->answer();
    if (!answer) co_return answer.error();
    if (!answer->is(redis_reply::kind::integer)) co_return make_error_code(store_errc::io);
    co_return result<void>();
  }

  std::shared_ptr<redis_engine> const engine_;
  std::shared_ptr<bus_gate> const gate_ = std::make_shared<bus_gate>();
  std::shared_ptr<redis_subscriber> subscriber_;
};

}  // namespace mcpawl::detail
