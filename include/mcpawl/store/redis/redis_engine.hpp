// mcpawl/store/redis/redis_engine.hpp - the thread that owns the connections of a store, and who hands it operations
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/store/bus_channel.hpp>
#include <mcpawl/store/bus_gate.hpp>
#include <mcpawl/store/errc.hpp>
#include <mcpawl/store/redis/redis_channel.hpp>
#include <mcpawl/store/redis/redis_connect.hpp>
#include <mcpawl/store/redis/redis_options.hpp>
#include <mcpawl/store/redis/redis_request.hpp>
#include <mcpawl/store/redis/redis_subscriber.hpp>
#include <mcpawl/store/told_reasons.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** Two connections, one for what is answered at once and one for writes that must survive, and one for each who listens, on a
    thread of their own.

    @par Lifetime
    `close`, or the destructor, waits until everything that was submitted is answered, 2 seconds at most.
    @par Thread safety
    `submit`, `listen`, `forget` and `clock_offset` from any thread.
*/
class redis_engine {
public:
  explicit redis_engine(redis_plan plan) : plan_(std::move(plan)) {}
  redis_engine(redis_engine const&) = delete;
  redis_engine& operator=(redis_engine const&) = delete;
  ~redis_engine() { close(); }

  /** Make the first connection and wait for it; what is wrong if it is not made or the server not fit. */
  redis_refusal start() {
    quick_ = std::make_shared<redis_channel>(context_, plan_, false,
                                             [this](redis_refusal const& wrong) { return told(wrong); });
    // its failures are those of the other one
    if (plan_.options.durable)
      safe_ =
          std::make_shared<redis_channel>(context_, plan_, true, [](redis_refusal const&) { return true; });
    spawn(quick_);
    thread_ = std::thread([this] { run(); });
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return first_.has_value(); });
    return *first_;
  }

  /** @par Errors
      `store_errc::closed`, `busy`. */
  error_code submit(std::shared_ptr<redis_request> what) {
    if (!what->has_room(room_)) return store_errc::busy;
    std::lock_guard const lock(mutex_);
    if (closing_) return store_errc::closed;
    inbox_.push_back(std::move(what));
    if (inbox_.size() == 1) boost::asio::post(context_, [this] { drain(); });
    return {};
  }

  /** Begin to hear what is for all and for an instance, until `forget`; nothing is heard if the store is being closed. */
  std::shared_ptr<redis_subscriber> listen(instance_id self, std::shared_ptr<bus_gate> to) {
    auto made = std::make_shared<redis_subscriber>(context_, plan_, self, std::move(to));
    std::lock_guard const lock(mutex_);
    if (closing_) return made;
    boost::asio::post(context_, [this, made] {
      subscribers_.push_back(made);
      spawn(made);
    });
    return made;
  }
  void forget(std::shared_ptr<redis_subscriber> which) {
    std::lock_guard const lock(mutex_);
    if (closing_) return;
    boost::asio::post(context_, [this, which = std::move(which)] {
      which->close();
      std::erase(subscribers_, which);
    });
  }

  redis_options const& options() const noexcept { return plan_.options; }

  void close() {
    {
      std::lock_guard const lock(mutex_);
      if (!thread_.joinable()) return;
      if (!closing_) {
        closing_ = true;
        boost::asio::post(context_, [this] {
          for (auto const& each : subscribers_) each->close();
          drain();
          quick_->close();
          if (safe_) safe_->close();
        });
      }
    }
    thread_.join();
  }

  std::chrono::milliseconds clock_offset() const noexcept { return quick_->clock_offset(); }

private:
  void run() {
    for (;;) {
      try {
        context_.run();
        return;
      } catch (...) {
        // out of memory: what is half done is given up, and the next operation may go better
        quick_->recover();
        if (safe_) safe_->recover();
        for (auto const& each : subscribers_) each->recover();
      }
    }
  }

  template <class T>
  void spawn(std::shared_ptr<T> const& which) {
    auto ended = [this, which](std::exception_ptr failed) {
      if (!failed) return;
      which->recover();
      spawn(which);
    };
    boost::asio::co_spawn(context_, T::run(which), std::move(ended));
  }

  /** After each attempt of the first channel. */
  bool told(redis_refusal const& wrong) {
    bool const failed = static_cast<bool>(wrong.code);
    bool goes_on = true;
    {
      std::lock_guard const lock(mutex_);
      if (!first_) {
        first_ = wrong;
        changed_.notify_one();
        goes_on = !failed;
        if (failed) closing_ = true;
        if (!failed && safe_) spawn(safe_);
      }
    }
    if (failed && goes_on)
      for (auto const& each : wrong.sentences)
        if (failures_.is_new(each))
          plan_.options.log.write_limited(log_level::warning, "redis_not_connected", {{"reason", each}});
    if (!failed) {
      failures_.forget();
      plan_.options.log.write_limited(log_level::info, "redis_connected");
    }
    return goes_on;
  }

  void drain() {
    std::vector<std::shared_ptr<redis_request>> all;
    {
      std::lock_guard const lock(mutex_);
      all.swap(inbox_);
    }
    for (auto& each : all) {
      auto& to = each->durable() && safe_ ? *safe_ : *quick_;
      to.submit(std::move(each));
    }
    quick_->pump();
    if (safe_) safe_->pump();
  }

  redis_plan const plan_;
  std::shared_ptr<redis_room> const room_ = std::make_shared<redis_room>();
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<redis_refusal> first_;
  std::vector<std::shared_ptr<redis_request>> inbox_;
  bool closing_ = false;
  boost::asio::io_context context_{1};
  std::shared_ptr<redis_channel> quick_, safe_;
  std::vector<std::shared_ptr<redis_subscriber>> subscribers_;
  told_reasons failures_;  // of the first channel
  std::thread thread_;
};

}  // namespace mcpawl::detail
