// mcpawl/http/listener.hpp - opens a listening socket and accepts connections from it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/limits.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/close_on_exec.hpp>
#include <mcpawl/http/connection.hpp>
#include <mcpawl/http/connection_set.hpp>
#include <mcpawl/http/errc.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
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

    With `reuse_port` several threads may each listen on the same port, and the system spreads connections
    over them.

    @par Errors
    `http_errc::bad_address` if the address is neither an IP address nor `localhost`; else what the operating
    system says.
*/
inline result<boost::asio::ip::tcp::acceptor> listen(boost::asio::any_io_executor executor,
                                                     std::string const& address, std::uint16_t port,
                                                     bool reuse_port = false) {
  namespace ip = boost::asio::ip;
  error_code ec;
  ip::address const where = ip::make_address(address == "localhost" ? "127.0.0.1" : address.c_str(), ec);
  if (ec) return make_error_code(http_errc::bad_address);
  ip::tcp::endpoint const endpoint(where, port);
  ip::tcp::acceptor acceptor(std::move(executor));
  acceptor.open(endpoint.protocol(), ec);
  if (!ec) detail::close_on_exec(acceptor.native_handle());
  if (!ec) acceptor.set_option(ip::tcp::acceptor::reuse_address(true), ec);
  int const on = 1;
  if (!ec && reuse_port &&
      ::setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0)
    ec.assign(errno, boost::system::system_category());
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

/** Accept and serve connections until the acceptor is closed.

    At `bounds.connections` open ones (all threads together), and when descriptors or memory run short, it
    closes the longest idle and lets newcomers wait in the backlog meanwhile.

    Never throws.

    @param shed_elsewhere  closes up to so many idle connections of other threads; called when there are
                           none in `set`. May be empty.

    @par Lifetime
    `acceptor`, `handler`, `bounds` and `set` must outlive it and, but for the acceptor, the connections.
*/
template <request_handler Handler>
task<> accept_loop(boost::asio::ip::tcp::acceptor& acceptor, Handler& handler, limits const& bounds,
                   connection_set& set, logger log, std::function<void(std::size_t)> shed_elsewhere = {}) {
  auto const executor = acceptor.get_executor();
  detail::rare_warning warn(log);
  error_code ec;
  auto const protocol = acceptor.local_endpoint(ec).protocol();
  auto const shed = [&](std::size_t count) {
    if (set.shed(count) == 0 && shed_elsewhere) shed_elsewhere(count);
  };
  acceptor.non_blocking(true, ec);
  while (acceptor.is_open()) {
    bool const full = set.total() >= bounds.connections;
    if (full && detail::somebody_waits(acceptor)) {
      warn("connections_at_limit", "closing idle ones");
      shed(std::max<std::size_t>(1, bounds.connections / 100));
      co_await detail::pause_for(executor, std::chrono::milliseconds{10});
      continue;
    }
    auto remedy = full ? detail::accept_remedy::wait : detail::accept_remedy::go_on;
    if (!full) try {
        auto socket = detail::accept_connection(acceptor, protocol, ec);
        if (!ec) {
          auto serving = serve_connection(std::move(socket), handler, bounds, set, log);
          boost::asio::co_spawn(executor, std::move(serving), boost::asio::detached);
          continue;
        }
        remedy = detail::remedy_for(ec);
      } catch (std::exception const&) {
        remedy = detail::accept_remedy::pause;
      }
    if (remedy == detail::accept_remedy::stop) break;
    // without a descriptor accept(2) fails also when nobody is there to be accepted
    if (remedy == detail::accept_remedy::pause && !detail::somebody_waits(acceptor))
      remedy = detail::accept_remedy::wait;
    if (remedy == detail::accept_remedy::pause) {
      warn("accept_failed", ec.message());
      // an idle connection is worth less than one that waits with a request
      shed(1);
      co_await detail::pause_for(executor, std::chrono::milliseconds{10});
    } else if (remedy == detail::accept_remedy::wait) {
      co_await acceptor.async_wait(boost::asio::ip::tcp::acceptor::wait_read,
                                   boost::asio::redirect_error(boost::asio::use_awaitable, ec));
    }
  }
}

}  // namespace mcpawl::http

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
