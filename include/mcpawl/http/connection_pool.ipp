// mcpawl/http/connection_pool.ipp - the bodies of connection_pool.hpp
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/separate.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/connection_pool.hpp>
#include <mcpawl/http/errc.hpp>
#include <mcpawl/http/fetch_connection.hpp>
#include <mcpawl/http/fetch_request.hpp>
#include <mcpawl/http/fetch_response.hpp>
#include <mcpawl/http/fields.hpp>
#include <mcpawl/http/idle_connections.hpp>
#include <mcpawl/http/tls.hpp>

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

// GCC 12 sees one half of a coroutine's allocation inlined and the other not, and takes them for strangers.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

namespace mcpawl::http::detail {

/** Methods that may be sent twice as well as once (RFC 9110 section 9.2.2). */
constexpr bool is_idempotent(std::string_view method) noexcept {
  for (std::string_view each : {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})
    if (method == each) return true;
  return false;
}

struct connection_pool::state {
  state(tls_trust authorities, pool_limits bounds)
      : trust(std::move(authorities)), connect_timeout(bounds.connect_timeout) {
    idle.max_per_origin = bounds.max_idle_per_origin;
    idle.max_total = bounds.max_idle;
    idle.max_age = bounds.max_idle_time;
  }
  state(state const&) = delete;
  ~state() {
    for (auto const& each : used)
      if (auto const kept = each.lock()) kept->drop(this);
  }

  /** Keep a connection where it was made. */
  void keep(std::shared_ptr<idle_connections> const& where, connection_key const& key,
            std::unique_ptr<fetch_connection> connection) const {
    remember(where);
    where->keep(key, std::move(connection), idle);
  }

  tls_trust trust;
  std::chrono::milliseconds connect_timeout;
  idle_limits idle;

private:
  void remember(std::shared_ptr<idle_connections> const& where) const {
    std::lock_guard const lock(mutex);
    std::erase_if(used, [](auto const& each) { return each.expired(); });
    for (auto const& each : used)
      if (!each.owner_before(where) && !where.owner_before(each)) return;
    used.push_back(where);
  }

  mutable std::mutex mutex;
  mutable std::vector<std::weak_ptr<idle_connections>> used;  // one for each thread
};

MCPAWL_DECL connection_pool::connection_pool(tls_trust trust, pool_limits limits)
    : state_(std::make_shared<state const>(std::move(trust), limits)) {}

MCPAWL_DECL task<result<fetch_response>> connection_pool::fetch(fetch_request request) const {
  return run(state_, std::move(request));
}

MCPAWL_DECL task<result<fetch_response>> connection_pool::run(std::shared_ptr<state const> with,
                                                              fetch_request request) {
  // CONNECT would make a tunnel of the connection
  if (!is_token(request.method()) || request.method() == "CONNECT")
    co_return make_error_code(http_errc::bad_request);
  auto const executor = co_await boost::asio::this_coro::executor;
  auto const connect_timeout = std::min(with->connect_timeout, request.timeout());
  auto until = fetch_deadlines::from_now(connect_timeout, request.timeout());
  auto const kept = idle_connections::of(executor);
  connection_key const key(with.get(), request);
  auto const then = with->idle.max_per_origin == 0 ? after_response::close : after_response::keep_open;
  exchange_end end;
  if (auto idle = kept->take(key)) {
    auto answer = co_await ask_over(*idle, request, until, then, end);
    if (end.open) with->keep(kept, key, std::move(idle));
    if (answer || !end.lost_unanswered || !is_idempotent(request.method())) co_return answer;
    until.connect_again(connect_timeout);
  }
  auto fresh = co_await open_connection(request, with->trust, until);
  if (!fresh) co_return fresh.error();
  end = exchange_end();
  auto answer = co_await ask_over(**fresh, request, until, then, end);
  if (end.open) with->keep(kept, key, std::move(*fresh));
  co_return answer;
}

}  // namespace mcpawl::http::detail

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
