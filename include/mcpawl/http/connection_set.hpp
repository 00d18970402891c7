// mcpawl/http/connection_set.hpp - the connections of one thread: counted, shed when idle, drained at the end
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/io.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <utility>

namespace mcpawl::http {

namespace detail {

/** Something a set can hang up on. */
class hangable {
public:
  virtual void close_stream() noexcept = 0;
  /** The server stops: close, unless a request is there or may be on its way. */
  virtual void finish_soon() noexcept { close_stream(); }
  /** All is said, and only the other side's end is waited for. */
  virtual bool done() const noexcept { return false; }

protected:
  ~hangable() = default;
};

/** A handshake under way. */
struct handshake_entry {
  hangable* connection;
  std::chrono::steady_clock::time_point since;
};

/** What the connections of a set share; it lives as long as the last of them. */
struct connection_registry {
  std::list<handshake_entry> handshakes;  // the oldest first
  std::list<hangable*> idle;              // the longest idle first
  std::list<hangable*> busy;
  bool parting = false;  // responses tell clients to come back by another connection
  bool draining = false;
  std::size_t cut = 0;                           // requests that a drain did not wait for
  boost::asio::steady_timer* emptied = nullptr;  // cancelled when the last connection leaves
  std::shared_ptr<std::atomic<std::size_t>> total;
};

/** The place of one connection in its set; leaving is what the destructor does. */
class connection_slot {
public:
  connection_slot(std::shared_ptr<connection_registry> registry, hangable* self)
      : registry_(std::move(registry)), at_(registry_->busy.insert(registry_->busy.end(), self)) {
    registry_->total->fetch_add(1, std::memory_order_relaxed);
  }
  ~connection_slot() {
    (idle_ ? registry_->idle : registry_->busy).erase(at_);
    registry_->total->fetch_sub(1, std::memory_order_relaxed);
    bool const last = registry_->idle.empty() && registry_->busy.empty();
    if (last && registry_->emptied != nullptr) registry_->emptied->cancel();
  }
  connection_slot(connection_slot const&) = delete;
  connection_slot& operator=(connection_slot const&) = delete;

  void set_idle(bool idle) noexcept {
    if (idle == idle_) return;
    auto& from = idle_ ? registry_->idle : registry_->busy;
    auto& to = idle ? registry_->idle : registry_->busy;
    to.splice(to.end(), from, at_);
    idle_ = idle;
  }
  bool parting() const noexcept { return registry_->parting; }
  bool draining() const noexcept { return registry_->draining; }
  std::shared_ptr<connection_registry> const& registry() const noexcept { return registry_; }

private:
  std::shared_ptr<connection_registry> registry_;
  std::list<hangable*>::iterator at_;
  bool idle_ = false;
};

}  // namespace detail

/** The connections that one thread serves.

    @par Lifetime
    Connections keep what they need of it; it may die before them, when an `io_context` takes its coroutines
    down with it.
    @par Thread safety
    One thread at a time, the one that runs its connections. The total is shared by the sets made from the
    same counter and may be read anywhere.
*/
class connection_set {
public:
  using counter = std::shared_ptr<std::atomic<std::size_t>>;

  connection_set() : connection_set(std::make_shared<std::atomic<std::size_t>>(0)) {}
  /** Count into `total`, which the sets of all threads share. */
  explicit connection_set(counter total) : registry_(std::make_shared<detail::connection_registry>()) {
    registry_->total = std::move(total);
  }

  std::size_t size() const noexcept { return registry_->idle.size() + registry_->busy.size(); }
  std::size_t idle() const noexcept { return registry_->idle.size(); }
  /** Connections of all sets that share the counter. */
  std::size_t total() const noexcept { return registry_->total->load(std::memory_order_relaxed); }
  bool draining() const noexcept { return registry_->draining; }

  /** From now on each response is the last one of its connection. */
  void part() noexcept { registry_->parting = true; }

  /** How many connections a drain has hung up on that a request was under way on. */
  std::size_t cut() const noexcept { return registry_->cut; }

  /** Close up to `count` connections that wait for a request, the longest idle first; tells how many. */
  std::size_t shed(std::size_t count) noexcept {
    std::size_t closed = 0;
    for (auto it = registry_->idle.begin(); it != registry_->idle.end() && closed != count; ++closed)
      (*it++)->close_stream();
    return closed;
  }

  /** Close the oldest handshake if it has lasted for so long; tells whether there was one. */
  bool shed_handshake(std::chrono::milliseconds least) noexcept {
    if (registry_->handshakes.empty()) return false;
    auto const oldest = registry_->handshakes.front();
    if (std::chrono::steady_clock::now() - oldest.since < least) return false;
    oldest.connection->close_stream();
    return true;
  }

  /** Close the idle connections, let the others finish the response they are at, then close the rest.

      A connection that a request is waiting in, or that has just been made, is no idle one.

      Returns once all are gone, or `patience` has passed and what was left has been hung up on. A handler
      that waits for something else than its connection is not interrupted; it ends with its io_context.
  */
  task<> drain(std::chrono::milliseconds patience) {
    // a local of its own: the set may die while this waits
    std::shared_ptr<detail::connection_registry> const registry = registry_;
    registry->parting = registry->draining = true;
    for (auto it = registry->idle.begin(); it != registry->idle.end();) (*it++)->finish_soon();
    for (auto const& each : registry->handshakes) each.connection->finish_soon();
    co_await until_empty(registry, patience);
    for (detail::hangable* connection : registry->busy) {
      if (!connection->done()) ++registry->cut;
      connection->close_stream();
    }
    for (detail::hangable* connection : registry->idle) connection->close_stream();
    co_await until_empty(registry, std::chrono::milliseconds{200});
  }

  std::shared_ptr<detail::connection_registry> const& registry() const noexcept { return registry_; }

private:
  static task<> until_empty(std::shared_ptr<detail::connection_registry> registry,
                            std::chrono::milliseconds patience) {
    if (registry->idle.empty() && registry->busy.empty()) co_return;
    auto const executor = co_await boost::asio::this_coro::executor;
    boost::asio::steady_timer timer(executor, patience);
    // also when the frame is destroyed while it waits
    struct announcement {
      detail::connection_registry& registry;
      ~announcement() { registry.emptied = nullptr; }
    } const announced{*registry};
    registry->emptied = &timer;
    error_code ignored;
    co_await detail::wait_for(timer, ignored);
  }

  std::shared_ptr<detail::connection_registry> registry_;
};

}  // namespace mcpawl::http
