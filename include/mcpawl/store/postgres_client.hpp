// mcpawl/store/postgres_client.hpp - the thread that owns all connections of a PostgreSQL store, and hands requests to them
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/store/bus_channel.hpp>
#include <mcpawl/store/bus_gate.hpp>
#include <mcpawl/store/entry.hpp>
#include <mcpawl/store/errc.hpp>
#include <mcpawl/store/postgres_connector.hpp>
#include <mcpawl/store/postgres_listener.hpp>
#include <mcpawl/store/postgres_pipeline.hpp>
#include <mcpawl/store/postgres_request.hpp>
#include <mcpawl/store/postgres_target.hpp>
#include <mcpawl/store/postgres_time.hpp>
#include <mcpawl/store/retry_pauses.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** Sends requests over one pipelined connection and, what must be flushed, over several with one each, since only these share a
    flush. Connections that break are made anew, and what was on them is sent again where that is safe.

    Everything is answered within `patience`. Who listens has a connection of their own.

    @par Lifetime
    `close`, or the destructor, waits for the answers to what was submitted.
    @par Thread safety
    `submit`, `listen` and `forget` may be called from any thread at once. */
class postgres_client {
public:
  static constexpr std::chrono::milliseconds patience{2000};
  static constexpr std::size_t pipelined = 256;      ///< On their way on one connection.
  static constexpr std::size_t max_waiting = 16384;  ///< More are `store_errc::busy` at once.

  static constexpr std::chrono::milliseconds minute{60'000};
  static constexpr std::chrono::milliseconds clocks_alike{1000};  ///< What is more is told in the log.

  /** @param first        a connection for `postgres_use::relaxed` that is there already
      @param clock_period  how often the clocks are compared */
  postgres_client(postgres_target target, postgres_handle first, std::size_t least_durable,
                  std::size_t most_durable, logger log = {}, std::chrono::milliseconds clock_period = minute)
      : least_durable_(least_durable),
        most_durable_(most_durable),
        log_(std::move(log)),
        clock_period_(clock_period),
        connector_(std::move(target)) {
    add_pipeline(postgres_use::relaxed);
    for (std::size_t i = 0; i != least_durable; ++i) add_pipeline(postgres_use::durable);
    pipelines_.front()->adopt(std::move(first));
    connect_next();
    watch_clock();
    thread_ = std::thread([this] { context_.run(); });
  }
  postgres_client(postgres_client const&) = delete;
  postgres_client& operator=(postgres_client const&) = delete;
  ~postgres_client() { close(); }

  /** Take nothing more, and end when everything is answered; by one thread. */
  void close() {
    if (!thread_.joinable()) return;
    {
      std::lock_guard const lock(mutex_);
      closed_ = true;
    }
    boost::asio::post(context_, [this] {
      for (auto const& each : listeners_) each->stop();
      listeners_.clear();
      end();
    });
    thread_.join();
    connector_.close();
  }

  /** False if the store is being closed. */
  bool submit(std::shared_ptr<postgres_request> what) {
    what->set_deadline(std::chrono::steady_clock::now() + patience);
    std::lock_guard const lock(mutex_);
    if (closed_) return false;
    bool const first = incoming_.empty();
    incoming_.push_back(std::move(what));
    if (first) boost::asio::post(context_, [this] { take_incoming(); });
    return true;
  }

  /** The server's clock minus ours, when it was asked last. */
  std::chrono::milliseconds clock_offset() const noexcept {
    return std::chrono::milliseconds{clock_offset_.load()};
  }

  /** Begin to hear what is for all and for an instance, until `forget`; nothing is heard if the store is being closed. */
  std::shared_ptr<postgres_listener> listen(instance_id self, std::shared_ptr<bus_gate> to) {
    postgres_listener::callbacks ask;
    ask.connect = [this](std::vector<std::string> names, postgres_listener::answer tell) {
      connect({postgres_use::listening, std::move(names)}, std::move(tell));
    };
    ask.send = [this](request what) {
      if (!submit(what)) what->fail(store_errc::closed);
    };
    auto made = std::make_shared<postgres_listener>(context_, self, std::move(to), log_, ask);
    std::lock_guard const lock(mutex_);
    if (closed_) return made;
    boost::asio::post(context_, [this, made] {
      listeners_.push_back(made);
      made->start();
    });
    return made;
  }
  void forget(std::shared_ptr<postgres_listener> which) {
    std::lock_guard const lock(mutex_);
    if (closed_) return;
    boost::asio::post(context_, [this, which = std::move(which)] {
      which->stop();
      std::erase(listeners_, which);
    });
  }

private:
  using request = postgres_pipeline::request;

  void add_pipeline(postgres_use use) {
    postgres_pipeline::callbacks tell;
    tell.again = [this](request what) { retry(std::move(what)); };
    tell.idle = [this](postgres_pipeline&) { dispatch(); };
    tell.down = [this](postgres_pipeline&) { connect_next(); };
    std::size_t const depth = use == postgres_use::relaxed ? pipelined : 1;
    pipelines_.push_back(std::make_shared<postgres_pipeline>(context_, use, depth, std::move(tell)));
  }

  std::deque<request>& waiting(postgres_use use) noexcept {
    return use == postgres_use::relaxed ? relaxed_ : durable_;
  }

  void take_incoming() {
    std::vector<request> come;
    {
      std::lock_guard const lock(mutex_);
      come.swap(incoming_);
    }
    for (auto& each : come) {
      auto& queue = waiting(each->use());
      if (queue.size() < max_waiting)
        queue.push_back(std::move(each));
      else
        each->fail(store_errc::busy);
    }
    dispatch();
    watch();
  }

  void dispatch() {
    for (auto const& pipeline : pipelines_) {
      auto& queue = waiting(pipeline->use());
      while (!queue.empty() && pipeline->has_room()) {
        request next = std::move(queue.front());
        queue.pop_front();
        pipeline->send(std::move(next));
      }
      pipeline->flush();
    }
    bool const all_up =
        std::all_of(pipelines_.begin(), pipelines_.end(), [](auto const& each) { return each->is_up(); });
    if (!durable_.empty() && all_up && pipelines_.size() <= most_durable_) {
      add_pipeline(postgres_use::durable);
      connect_next();
    }
  }

  /** It was not done, or may be done twice: it goes first. */
  void retry(request what) {
    if (what->deadline() <= std::chrono::steady_clock::now()) return what->fail(what->gave_up());
    auto& queue = waiting(what->use());
    queue.push_front(std::move(what));
    // not at once, since the connection it was on may be about to go
    boost::asio::post(context_, [this] { dispatch(); });
  }

  /** Ask for the connection that is missed most, unless one is being made already. */
  void connect_next() {
    if (connecting_) return;
    postgres_pipeline const* missing = nullptr;
    for (auto const& each : pipelines_) {
      if (each->is_up() || (missing != nullptr && waiting(each->use()).empty())) continue;
      if (missing == nullptr || waiting(missing->use()).empty()) missing = each.get();
    }
    if (missing == nullptr) return;
    connecting_ = true;
    auto const use = missing->use();
    connect({use, {}}, [this, use](result<postgres_handle> made) { connected(use, std::move(made)); });
  }

  /** Have a connection made, and tell on this thread. */
  void connect(postgres_connector::wish of, postgres_connector::answer tell) {
    connector_.request(std::move(of), [this, tell = std::move(tell)](result<postgres_handle> made) {
      auto const shared = std::make_shared<result<postgres_handle>>(std::move(made));
      std::lock_guard const lock(mutex_);
      if (ended_) return;
      boost::asio::post(context_, [tell, shared] { tell(std::move(*shared)); });
    });
  }

  void connected(postgres_use use, result<postgres_handle> made) {
    connecting_ = false;
    if (!made) {
      drop_surplus(use);
      connecting_ = true;
      pause_.expires_after(pauses_.next());
      pause_.async_wait([this](error_code) {
        connecting_ = false;
        connect_next();
      });
      return;
    }
    pauses_.reset();
    for (auto const& each : pipelines_) {
      if (each->is_up() || each->use() != use) continue;
      each->adopt(std::move(*made));
      // it may be another server by now
      if (use == postgres_use::relaxed) compare_clocks();
      break;
    }
    dispatch();
    connect_next();
  }

  void watch_clock() {
    compare_clocks();
    clock_timer_.expires_after(clock_period_);
    clock_timer_.async_wait([this](error_code) { watch_clock(); });
  }
  void compare_clocks() {
    submit(std::make_shared<postgres_time>([this](std::chrono::milliseconds ahead) {
      clock_offset_.store(ahead.count());
      if (ahead < clocks_alike && ahead > -clocks_alike) return;
      std::string const text = std::to_string(ahead.count());
      log_.write_limited(log_level::warning, "postgres_clock_differs", {{"milliseconds", text}});
    }));
  }

  /** A server that gives no more connections is not asked again and again for more than there must be. */
  void drop_surplus(postgres_use use) {
    auto const surplus = std::find_if(pipelines_.begin(), pipelines_.end(), [use](auto const& each) {
      return each->use() == use && !each->is_up();
    });
    if (pipelines_.size() > 1 + least_durable_ && surplus != pipelines_.end()) pipelines_.erase(surplus);
  }

  /** Arm the timer for the earliest deadline; while it is armed nothing is done for a request. */
  void watch() {
    if (watching_) return;
    auto next = std::chrono::steady_clock::time_point::max();
    for (auto const* queue : {&relaxed_, &durable_})
      for (auto const& each : *queue) next = std::min(next, each->deadline());
    for (auto const& each : pipelines_) next = std::min(next, each->deadline());
    if (next == std::chrono::steady_clock::time_point::max()) return;
    watching_ = true;
    watch_.expires_at(next);
    watch_.async_wait([this](error_code) {
      watching_ = false;
      give_up_late();
      watch();
    });
  }

  void give_up_late() {
    auto const now = std::chrono::steady_clock::now();
    for (auto* const queue : {&relaxed_, &durable_}) {
      std::erase_if(*queue, [now](request const& each) {
        bool const late = each->deadline() <= now;
        if (late) each->fail(each->gave_up());
        return late;
      });
    }
    // who has been silent for so long will not answer the others either
    auto const all = pipelines_;
    for (auto const& each : all)
      if (each->deadline() <= now) each->give_up();
  }

  void end() {
    bool const quiet =
        relaxed_.empty() && durable_.empty() &&
        std::all_of(pipelines_.begin(), pipelines_.end(), [](auto const& each) { return each->is_empty(); });
    if (!quiet) {
      end_.expires_after(std::chrono::milliseconds{5});
      end_.async_wait([this](error_code) { end(); });
      return;
    }
    {
      std::lock_guard const lock(mutex_);
      ended_ = true;
    }
    // behind the connection that may have been made just now
    boost::asio::post(context_, [this] {
      for (auto const& each : pipelines_) each->close();
      context_.stop();
    });
  }

  std::size_t const least_durable_, most_durable_;
  logger const log_;
  std::chrono::milliseconds const clock_period_;
  std::atomic<std::int64_t> clock_offset_{0};
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{context_.get_executor()};
  boost::asio::steady_timer pause_{context_}, watch_{context_}, end_{context_}, clock_timer_{context_};
  std::vector<std::shared_ptr<postgres_pipeline>> pipelines_;  // the first is the relaxed one
  std::deque<request> relaxed_, durable_;
  std::vector<std::shared_ptr<postgres_listener>> listeners_;
  retry_pauses pauses_;  // between two tries to connect
  bool connecting_ = false, watching_ = false;

  std::mutex mutex_;
  std::vector<request> incoming_;  // guarded by the mutex, as is what follows
  bool closed_ = false;
  bool ended_ = false;  // nobody waits for a connection any more

  postgres_connector connector_;
  std::thread thread_;
};

}  // namespace mcpawl::detail
