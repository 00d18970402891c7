// tests/unit/store/channel_listener.hpp - a channel that listens, and what it was told
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "../../support/becomes_true.hpp"
#include "await.hpp"

#include <mcpawl/core/error.hpp>
#include <mcpawl/store/bus_channel.hpp>
#include <mcpawl/store/kv_store.hpp>

#include <cstddef>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace channels {

/** Keeps what it is told. */
class recorder final : public mcpawl::bus_receiver {
public:
  void on_message(std::string_view message) override {
    std::lock_guard const lock(mutex_);
    if (ended_) ++late_;
    messages_.emplace_back(message);
    if (std::exchange(fails_, false)) throw std::runtime_error("no memory");
  }
  void on_connected() override {
    std::lock_guard const lock(mutex_);
    if (ended_) ++late_;
    if (up_) ++late_;
    up_ = true;
    ++connected_;
  }
  void on_disconnected() override {
    std::lock_guard const lock(mutex_);
    if (ended_) ++late_;
    if (!up_) ++late_;
    up_ = false;
    ++disconnected_;
  }

  std::vector<std::string> messages() const {
    std::lock_guard const lock(mutex_);
    return messages_;
  }
  std::size_t count() const {
    std::lock_guard const lock(mutex_);
    return messages_.size();
  }
  int connected() const {
    std::lock_guard const lock(mutex_);
    return connected_;
  }
  int disconnected() const {
    std::lock_guard const lock(mutex_);
    return disconnected_;
  }
  /** It must not be told anything more. */
  void end() {
    std::lock_guard const lock(mutex_);
    ended_ = true;
  }
  /** How much it was told after its end, and how often a beginning without an end, or the other way round. */
  int out_of_place() const {
    std::lock_guard const lock(mutex_);
    return late_;
  }
  /** Throw at the next message. */
  void fail_once() {
    std::lock_guard const lock(mutex_);
    fails_ = true;
  }
  void forget() {
    std::lock_guard const lock(mutex_);
    messages_.clear();
  }

private:
  mutable std::mutex mutex_;
  std::vector<std::string> messages_;
  int connected_ = 0, disconnected_ = 0, late_ = 0;
  bool up_ = false, ended_ = false, fails_ = false;
};

/** What one instance has. */
struct listener {
  listener(std::shared_ptr<mcpawl::kv_store> in, mcpawl::instance_id self)
      : store(std::move(in)), channel(store->make_channel()), id(self) {
    channel->listen(id, heard);
    if (!support::becomes_true([this] { return heard.connected() == 1; }))
      throw std::runtime_error("the channel does not connect");
  }
  listener(listener const&) = delete;
  listener& operator=(listener const&) = delete;
  ~listener() { close(); }

  mcpawl::result<void> publish(mcpawl::instance_id to, std::string message) {
    return await(channel->publish(to, std::move(message)));
  }
  void close() {
    if (channel) channel->close();
    heard.end();
  }
  bool hears(std::size_t count) {
    return support::becomes_true([&] { return heard.count() >= count; });
  }

  recorder heard;
  std::shared_ptr<mcpawl::kv_store> store;
  std::unique_ptr<mcpawl::bus_channel> channel;
  mcpawl::instance_id id;
};

}  // namespace channels
