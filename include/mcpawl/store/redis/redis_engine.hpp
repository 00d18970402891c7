// mcpawl/store/redis/redis_engine.hpp - the thread that owns the connections of a store, and who hands it operations
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/async_event.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/store/bus_channel.hpp>
#include <mcpawl/store/bus_gate.hpp>
#include <mcpawl/store/errc.hpp>
#include <mcpawl/store/redis/redis_channel.hpp>
#include <mcpawl/store/redis/redis_connect.hpp>
#include <mcpawl/store/redis/redis_nodes.hpp>
#include <mcpawl/store/redis/redis_options.hpp>
#include <mcpawl/store/redis/redis_request.hpp>
#include <mcpawl/store/redis/redis_slots.hpp>
#include <mcpawl/store/redis/redis_subscriber.hpp>
#include <mcpawl/store/told_reasons.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** The connections of `redis_nodes`, and one for each who listens, on a thread of their own.

    @par Lifetime
    `close`, or the destructor, waits until everything that was submitted is answered, 2 seconds at most.
    @par Thread safety
    `submit`, `listen`, `forget` and `clock_offset` from any thread.
*/
class redis_engine {
public:
  explicit redis_engine(redis_plan plan)
      : plan_(std::move(plan)),
        listening_(plan_),
        nodes_(
            context_, plan_, [this](std::shared_ptr<redis_channel> const& which) { start(which); },
            [this](redis_refusal const& wrong) { return told(wrong); }) {}
  redis_engine(redis_engine const&) = delete;
  redis_engine& operator=(redis_engine const&) = delete;
  ~redis_engine() { close(); }

  /** Make the first connection and wait for it; what is wrong if it is not made or the server not fit. */
  redis_refusal start() {
    if (plan_.options.cluster)
      follow();
    else
      nodes_.assign_all();
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
    auto made = std::make_shared<redis_subscriber>(context_, listening_, self, std::move(to));
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
          nodes_.close();
        });
      }
    }
    thread_.join();
  }

  std::chrono::milliseconds clock_offset() const noexcept {
    std::lock_guard const lock(mutex_);
    return first_channel_ ? first_channel_->clock_offset() : std::chrono::milliseconds{0};
  }

private:
  void run() {
    for (;;) {
      try {
        context_.run();
        return;
      } catch (...) {
        // out of memory: what is half done is given up, and the next operation may go better
        nodes_.recover();
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

  /** Make a connection from now on; another one than the first waits until that has told how it went. */
  void start(std::shared_ptr<redis_channel> const& which) {
    bool now = true;
    {
      std::lock_guard const lock(mutex_);
      now = first_.has_value() || !first_channel_;
      if (!first_channel_) first_channel_ = which;
    }
    if (now)
      spawn(which);
    else
      later_.push_back(which);
  }

  /** After each attempt of a first channel. */
  bool told(redis_refusal const& wrong) {
    bool const goes_on = note_first(wrong);
    if (!goes_on) {
      nodes_.close();
      later_.clear();
      return false;
    }
    for (auto const& each : std::exchange(later_, {})) spawn(each);
    note(wrong);
    if (!wrong.code) {
      failures_.forget();
      plan_.options.log.write_limited(log_level::info, "redis_connected");
    }
    return true;
  }

  /** Tell who waits in `start`, if nobody has; false if that is a failure, after which nothing is done any more. */
  bool note_first(redis_refusal const& wrong) {
    std::lock_guard const lock(mutex_);
    if (first_) return true;
    first_ = wrong;
    changed_.notify_one();
    if (!wrong.code) return true;
    closing_ = true;
    return false;
  }

  void note(redis_refusal const& wrong) {
    for (auto const& each : wrong.sentences)
      if (failures_.is_new(each))
        plan_.options.log.write_limited(log_level::warning, "redis_not_connected", {{"reason", each}});
  }

  void follow() {
    boost::asio::co_spawn(context_, follow_cluster(), [this](std::exception_ptr failed) {
      if (failed) follow();
    });
  }
  /** Ask a Cluster who has which slots, at the beginning and whenever that may be another. */
  task<> follow_cluster() {
    constexpr std::chrono::milliseconds patience{1000}, pause{100};
    auto const timer = std::make_shared<async_event>();
    while (!nodes_.is_closing()) {
      auto hosts = nodes_.hosts();
      hosts.insert(hosts.end(), plan_.options.hosts.begin(), plan_.options.hosts.end());
      redis_refusal wrong;
      auto const found =
          co_await ask_cluster(plan_, std::move(hosts), std::chrono::steady_clock::now() + patience);
      if (!found) {
        wrong.code = found.error();
        wrong.sentences.push_back("the Cluster does not tell who has which slots: " +
                                  found.error().message());
      } else if (nodes_.hosts().empty()) {
        co_await check_all(*found, wrong);
      }
      bool const goes_on = note_first(wrong);
      if (!goes_on) co_return;
      note(wrong);
      if (found && !nodes_.is_closing()) {
        nodes_.assign(*found);
        listening_.options.hosts = nodes_.hosts();
      }
      co_await timer->wait(pause);
      if (found && !nodes_.is_closing()) co_await nodes_.stale()->wait();
    }
  }

  /** Whether all primaries are fit: who is not is told at the start, not later. */
  task<> check_all(std::vector<redis_slot_range> const& all, redis_refusal& wrong) {
    std::set<std::pair<std::string, std::uint16_t>> checked;
    for (auto const& each : all) {
      bool const is_new = checked.emplace(each.primary.name, each.primary.port).second;
      if (!is_new) continue;
      auto const until = std::chrono::steady_clock::now() + redis_channel::connect_time;
      co_await connect_redis_at(plan_, each.primary, until, wrong);
      if (wrong.code) co_return;
    }
  }

  void drain() {
    std::vector<std::shared_ptr<redis_request>> all;
    {
      std::lock_guard const lock(mutex_);
      all.swap(inbox_);
    }
    for (auto const& each : all) nodes_.submit(each);
    nodes_.pump();
  }

  redis_plan const plan_;
  redis_plan listening_;  // of who listens: anybody in a Cluster
  std::shared_ptr<redis_room> const room_ = std::make_shared<redis_room>();
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<redis_refusal> first_;
  std::vector<std::shared_ptr<redis_request>> inbox_;
  bool closing_ = false;
  boost::asio::io_context context_{1};
  std::shared_ptr<redis_channel> first_channel_;  // guarded by the mutex
  redis_nodes nodes_;
  std::vector<std::shared_ptr<redis_channel>> later_;  // until it is told how the first one went
  std::vector<std::shared_ptr<redis_subscriber>> subscribers_;
  told_reasons failures_;
  std::thread thread_;
};

}  // namespace mcpawl::detail
