// mcpawl/http/listener.hpp - opens a listening socket and accepts connections from it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/limits.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/accepted.hpp>
#include <mcpawl/http/close_on_exec.hpp>
#include <mcpawl/http/connection.hpp>
#include <mcpawl/http/connection_set.hpp>
#include <mcpawl/http/errc.hpp>
#include <mcpawl/http/io.hpp>
#include <mcpawl/http/listener_rules.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <poll.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
// GCC 12 inlines one half of the allocation of a coroutine frame and then misses the other (PR 109224)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

namespace mcpawl::http {

/** Listen on an address; port 0 lets the system choose one, which `local_endpoint()` tells.

    @par Errors
    `http_errc::bad_address` if the address is neither an IP address nor `localhost`; else what the operating
    system says.
*/
inline result<boost::asio::ip::tcp::acceptor> listen(boost::asio::any_io_executor executor,
                                                     std::string const& address, std::uint16_t port) {
  namespace ip = boost::asio::ip;
  error_code ec;
  ip::address const where = ip::make_address(address == "localhost" ? "127.0.0.1" : address.c_str(), ec);
  if (ec) return make_error_code(http_errc::bad_address);
  ip::tcp::endpoint const endpoint(where, port);
  ip::tcp::acceptor acceptor(std::move(executor));
  acceptor.open(endpoint.protocol(), ec);
  if (!ec) detail::close_on_exec(acceptor.native_handle());
  if (!ec) acceptor.set_option(ip::tcp::acceptor::reuse_address(true), ec);
  if (!ec) acceptor.bind(endpoint, ec);
  if (!ec) acceptor.listen(ip::tcp::acceptor::max_listen_connections, ec);
  if (ec) return ec;
  return acceptor;
}

namespace detail {

/** What to do after an accept failed. */
enum class accept_remedy { go_on, wait, pause, stop };

inline accept_remedy remedy_for(error_code ec) noexcept {
  namespace error = boost::asio::error;
  if (ec == error::operation_aborted || ec == error::bad_descriptor || ec == error::invalid_argument)
    return accept_remedy::stop;
  if (ec == error::would_block || ec == error::try_again) return accept_remedy::wait;
  using boost::system::errc::make_error_condition;
  for (auto const shortage :
       {boost::system::errc::too_many_files_open, boost::system::errc::too_many_files_open_in_system,
        boost::system::errc::no_buffer_space, boost::system::errc::not_enough_memory})
    if (ec == make_error_condition(shortage)) return accept_remedy::pause;
  // the connection died in the queue, or its network did: accept(2) says to go on
  return accept_remedy::go_on;
}

inline bool somebody_waits(boost::asio::ip::tcp::acceptor& acceptor) {
  pollfd waiting{acceptor.native_handle(), POLLIN, 0};
  return ::poll(&waiting, 1, 0) == 1;
}

/** Tell of a shortage once in ten seconds: it must not fill the disk too. */
class rare_warning {
public:
  explicit rare_warning(logger to) : log_(std::move(to)) {}
  void operator()(std::string_view event, std::string_view reason) {
    auto const now = std::chrono::steady_clock::now();
    if (last_ && now - *last_ < std::chrono::seconds{10}) return;
    last_ = now;
    log_.warning(event, {{"reason", reason}});
  }

private:
  logger log_;
  std::optional<std::chrono::steady_clock::time_point> last_;
};

}  // namespace detail

/** What an accept loop does beside accepting. What is empty is left out. */
struct accept_hooks {
  /** Hands a connection to another thread; true if it did, else the loop's own thread serves it. */
  std::function<bool(accepted&)> deal = {};
  /** Closes up to so many idle connections of other threads; called when there are none of our own. */
  std::function<void(std::size_t)> shed_elsewhere = {};
  /** Closes the oldest handshake of each other thread if it has lasted for so long. */
  std::function<void(std::chrono::milliseconds)> shed_handshakes_elsewhere = {};
};

/** Counts for one process: connections, and handshakes under way. */
struct accept_counts {
  counted::number open;
  counted::number handshakes;
};

/** Accepts the connections of one listener, and has them served.

    At `bounds.connections` open ones (all threads together), and when descriptors or memory run short, it
    closes the longest idle and lets newcomers wait in the backlog meanwhile. At `bounds.max_handshakes` they wait,
    too, and the oldest handshake is closed once it has lasted a second.

    @par Lifetime
    `acceptor`, `handler`, `rules`, `bounds` and `set` must outlive it and, but for the acceptor, the connections.
    @par Thread safety
    The thread of the acceptor.
*/
template <request_handler Handler>
class accepting {
public:
  accepting(boost::asio::ip::tcp::acceptor& acceptor, Handler& handler, listener_rules const& rules,
            limits const& bounds, connection_set& set, accept_counts counts, logger log,
            accept_hooks hooks = {})
      : acceptor_(acceptor),
        handler_(handler),
        rules_(rules),
        bounds_(bounds),
        set_(set),
        counts_(std::move(counts)),
        log_(std::move(log)),
        warn_(log_),
        hooks_(std::move(hooks)) {}

  /** Accept until the acceptor is closed. Never throws. */
  task<> run() {
    error_code ec;
    acceptor_.non_blocking(true, ec);
    while (acceptor_.is_open()) {
      auto const remedy = next();
      if (remedy == detail::accept_remedy::stop) break;
      if (remedy == detail::accept_remedy::pause) {
        co_await detail::pause_for(acceptor_.get_executor(), std::chrono::milliseconds{10});
      } else if (remedy == detail::accept_remedy::wait) {
        co_await acceptor_.async_wait(boost::asio::ip::tcp::acceptor::wait_read,
                                      boost::asio::redirect_error(boost::asio::use_awaitable, ec));
      }
    }
  }

  /** Take all that wait, and close: closing alone would reset them. */
  void finish() noexcept {
    error_code ec;
    acceptor_.non_blocking(true, ec);
    try {
      while (acceptor_.is_open() && (!ec || detail::remedy_for(ec) == detail::accept_remedy::go_on))
        accept_one(ec);
    } catch (...) {
      // out of memory: those that are left are reset
    }
    acceptor_.close(ec);
  }

private:
  /** Accept one if there is room, and tell what to do before the next. */
  detail::accept_remedy next() {
    using detail::accept_remedy;
    bool const full = set_.total() >= bounds_.connections;
    bool const crowded =
        rules_.tls && counts_.handshakes->load(std::memory_order_relaxed) >= bounds_.max_handshakes;
    auto remedy = accept_remedy::go_on;
    if (full || crowded) {
      remedy = accept_remedy::wait;
    } else {
      error_code ec;
      try {
        accept_one(ec);
        if (!ec) return remedy;
        remedy = detail::remedy_for(ec);
      } catch (std::exception const&) {
        remedy = accept_remedy::pause;
      }
      if (remedy == accept_remedy::pause && detail::somebody_waits(acceptor_)) {
        warn_("accept_failed", ec.message());
        // an idle connection is worth less than one that waits with a request
        shed(1);
        return remedy;
      }
      // without a descriptor accept(2) fails also when nobody is there to be accepted
      return remedy == accept_remedy::pause ? accept_remedy::wait : remedy;
    }
    if (!detail::somebody_waits(acceptor_)) return remedy;
    if (full) {
      warn_("connections_at_limit", "closing idle ones");
      shed(std::max<std::size_t>(1, bounds_.connections / 100));
    } else {
      // who speaks TLS is done in a few round trips
      constexpr std::chrono::milliseconds long_enough{1000};
      if (!set_.shed_handshake(long_enough) && hooks_.shed_handshakes_elsewhere)
        hooks_.shed_handshakes_elsewhere(long_enough);
    }
    return accept_remedy::pause;
  }

  void accept_one(error_code& ec) {
    accepted one{detail::accept_connection(acceptor_.native_handle(), ec), &rules_};
    if (ec) return;
    if (rules_.tls) one.handshake.begin(counts_.handshakes);
    if (hooks_.deal) {
      one.open.begin(counts_.open);
      if (hooks_.deal(one)) return;
    }
    auto const executor = acceptor_.get_executor();
    auto serving = serve_connection(std::move(one), executor, handler_, bounds_, set_, log_);
    boost::asio::co_spawn(executor, std::move(serving), boost::asio::detached);
  }

  void shed(std::size_t count) {
    std::size_t const closed = set_.shed(count);
    if (closed == 0 && hooks_.shed_elsewhere) hooks_.shed_elsewhere(count);
    if (closed != 0 && rules_.observed)
      rules_.observed->tell(&observer::on_connection,
                            connection_record{connection_record::event::shed, rules_.name, closed});
  }

  boost::asio::ip::tcp::acceptor& acceptor_;
  Handler& handler_;
  listener_rules const& rules_;
  limits const& bounds_;
  connection_set& set_;
  accept_counts counts_;
  logger log_;
  detail::rare_warning warn_;
  accept_hooks hooks_;
};

}  // namespace mcpawl::http

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
