// mcpawl/store/postgres_bus.hpp - messages between the processes that share a PostgreSQL store, by LISTEN and NOTIFY
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/async_event.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/crypto/base64.hpp>
#include <mcpawl/store/bus_channel.hpp>
#include <mcpawl/store/bus_gate.hpp>
#include <mcpawl/store/errc.hpp>
#include <mcpawl/store/postgres_client.hpp>
#include <mcpawl/store/postgres_listener.hpp>
#include <mcpawl/store/postgres_notification.hpp>

#include <boost/asio/error.hpp>

#include <memory>
#include <string>
#include <utility>

namespace mcpawl::detail {

/** The channel of a `postgres_store`. It publishes over the store's connection for what need not last. */
class postgres_bus final : public bus_channel {
public:
  explicit postgres_bus(std::shared_ptr<postgres_client> client) : client_(std::move(client)) {}
  ~postgres_bus() override { close(); }
  postgres_bus(postgres_bus const&) = delete;
  postgres_bus& operator=(postgres_bus const&) = delete;

  void listen(instance_id self, bus_receiver& to) override {
    gate_->open(to);
    listener_ = client_->listen(self, gate_);
  }
  void close() noexcept override {
    gate_->close();
    try {
      if (auto listener = std::exchange(listener_, nullptr)) client_->forget(std::move(listener));
    } catch (...) {
      // out of memory: it hears on, for nobody, until the store ends
    }
  }
  task<result<void>> publish(instance_id to, std::string message) override {
    // the coroutine may outlive the channel
    return publish_over(client_, to, std::move(message));
  }

private:
  struct outcome {
    error_code failed;
    std::shared_ptr<async_event> end = std::make_shared<async_event>();
  };

  static task<result<void>> publish_over(std::shared_ptr<postgres_client> client, instance_id to,
                                         std::string message) {
    if (message.size() > max_message) co_return make_error_code(store_errc::value_too_large);
    auto const known = std::make_shared<outcome>();
    auto const tell = [known](error_code failed) {
      known->failed = failed;
      known->end->notify();
    };
    auto const errand = std::make_shared<postgres_notification>(to, encode_base64(message), tell);
    if (!client->submit(errand)) co_return make_error_code(store_errc::closed);
    bool const done = co_await known->end->wait();
    if (!done) co_return make_error_code(boost::asio::error::operation_aborted);
    if (known->failed) co_return known->failed;
    co_return result<void>();
  }

  std::shared_ptr<postgres_client> const client_;
  std::shared_ptr<bus_gate> const gate_ = std::make_shared<bus_gate>();
  std::shared_ptr<postgres_listener> listener_;
};

}  // namespace mcpawl::detail
