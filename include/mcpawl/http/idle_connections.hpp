// mcpawl/http/idle_connections.hpp - the connections of one execution context that wait for another request
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/http/fetch_connection.hpp>
#include <mcpawl/http/fetch_request.hpp>
#include <mcpawl/http/name_resolver.hpp>
#include <mcpawl/http/public_address.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution/context_as.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/query.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace mcpawl::http::detail {

/** What a connection must have been made for, so that a request may use it. */
struct connection_key {
  explicit connection_key(void const* pool, fetch_request const& request)
      : owner(pool),
        origin(request.url().origin()),
        addresses(request.addresses()),
        names(request.names().get()) {}

  void const* owner;
  std::string origin;
  address_rule addresses;
  name_resolver const* names;

  friend bool operator==(connection_key const&, connection_key const&) = default;
};

/** How many are kept, and for how long. */
struct idle_limits {
  std::size_t max_per_origin = 8;
  std::size_t max_total = 32;  ///< Of one pool in one execution context.
  std::chrono::milliseconds max_age{30'000};
};

/** Connections without a request. Those that have waited too long are closed whenever one is looked for or kept: there is no timer,
    which would keep an `io_context` running that has nothing else to do.

    @par Thread safety
    All functions may be called from any thread.
*/
class idle_connections {
public:
  using clock = std::chrono::steady_clock;

  /** Those of the context of an executor. They end with it. */
  static std::shared_ptr<idle_connections> of(boost::asio::any_io_executor const& executor);

  /** The connection that was used last, if there is one that the server has not closed. */
  std::unique_ptr<fetch_connection> take(connection_key const& key) {
    std::lock_guard const lock(mutex_);
    sweep();
    for (std::size_t i = kept_.size(); i-- != 0;) {
      if (!(kept_[i].key == key)) continue;
      auto found = std::move(kept_[i].connection);
      kept_.erase(kept_.begin() + static_cast<std::ptrdiff_t>(i));
      if (found->quiet()) return found;
    }
    return nullptr;
  }

  /** Keep a connection; for it the one that has waited longest is closed if there are too many. */
  void keep(connection_key const& key, std::unique_ptr<fetch_connection> connection,
            idle_limits const& limits) {
    std::lock_guard const lock(mutex_);
    if (closed_) return;
    sweep();
    kept_.push_back({key, std::move(connection), clock::now() + limits.max_age});
    drop_first_beyond(limits.max_per_origin, [&key](entry const& e) { return e.key == key; });
    drop_first_beyond(limits.max_total, [&key](entry const& e) { return e.key.owner == key.owner; });
  }

  /** Close those of a pool. */
  void drop(void const* owner) noexcept {
    std::lock_guard const lock(mutex_);
    std::erase_if(kept_, [owner](entry const& e) { return e.key.owner == owner; });
  }

  /** Close all; none is kept any more. */
  void close() noexcept {
    std::lock_guard const lock(mutex_);
    closed_ = true;
    kept_.clear();
  }

private:
  struct entry {
    connection_key key;
    std::unique_ptr<fetch_connection> connection;
    clock::time_point until;
  };

  void sweep() {
    auto const now = clock::now();
    std::erase_if(kept_, [now](entry const& e) { return e.until <= now; });
  }

  template <class Predicate>
  void drop_first_beyond(std::size_t most, Predicate counts) {
    auto const count = static_cast<std::size_t>(std::count_if(kept_.begin(), kept_.end(), counts));
    if (count > most) kept_.erase(std::find_if(kept_.begin(), kept_.end(), counts));
  }

  std::mutex mutex_;
  std::vector<entry> kept_;  // the longest idle first
  bool closed_ = false;
};

/** Closes the idle connections of an execution context before it is gone: a socket must not outlive it. */
class idle_connections_service final : public boost::asio::execution_context::service {
public:
  using key_type = idle_connections_service;
  static inline boost::asio::execution_context::id id;

  explicit idle_connections_service(boost::asio::execution_context& context)
      : service(context), kept_(std::make_shared<idle_connections>()) {}
  std::shared_ptr<idle_connections> const& kept() const noexcept { return kept_; }

private:
  void shutdown() override { kept_->close(); }

  std::shared_ptr<idle_connections> kept_;
};

inline std::shared_ptr<idle_connections> idle_connections::of(boost::asio::any_io_executor const& executor) {
  boost::asio::execution_context& context =
      boost::asio::query(executor, boost::asio::execution::context_as<boost::asio::execution_context&>);
  return boost::asio::use_service<idle_connections_service>(context).kept();
}

}  // namespace mcpawl::http::detail
