// mcpawl/http/fetch_connection.hpp - a connection to another server: made, and asked one request at a time
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/close_on_exec.hpp>
#include <mcpawl/http/errc.hpp>
#include <mcpawl/http/fetch_dialogue.hpp>
#include <mcpawl/http/fetch_request.hpp>
#include <mcpawl/http/fetch_response.hpp>
#include <mcpawl/http/io.hpp>
#include <mcpawl/http/name_resolver.hpp>
#include <mcpawl/http/public_address.hpp>
#include <mcpawl/http/tls.hpp>
#include <mcpawl/http/tls_session.hpp>
#include <mcpawl/http/watchdog.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::http::detail {

/** A connected socket and, for https, its session of TLS. */
struct fetch_connection {
  explicit fetch_connection(boost::asio::any_io_executor executor) : socket(std::move(executor)) {}

  /** Whether nothing has come since the last response, not even the end: what comes unasked is for nobody. */
  bool quiet() noexcept {
    char byte = 0;
    auto const n = ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  }

  boost::asio::ip::tcp::socket socket;
  std::optional<tls_session> tls;
};

/** When which part of a fetch must be over. */
struct fetch_deadlines {
  std::chrono::steady_clock::time_point connected;  ///< Name lookup, connection, handshake of TLS.
  std::chrono::steady_clock::time_point whole;

  static fetch_deadlines from_now(std::chrono::milliseconds connect, std::chrono::milliseconds total) {
    auto const now = std::chrono::steady_clock::now();
    fetch_deadlines made;
    made.whole = now + total;
    made.connected = std::min(now + connect, made.whole);
    return made;
  }
  /** A connection is made from now on, after another one has failed. */
  void connect_again(std::chrono::milliseconds connect) {
    connected = std::min(std::chrono::steady_clock::now() + connect, whole);
  }
  /** What is said of a connection that was not there in time. */
  http_errc unconnected() const noexcept {
    return connected < whole ? http_errc::connect_timed_out : http_errc::fetch_timed_out;
  }
};

/** Connect to the first address that answers; each but the last gets only its share of the time left.

    @par Errors
    `http_errc::connect_failed`, `http_errc::fetch_timed_out`.
*/
inline task<std::optional<http_errc>> connect(boost::asio::ip::tcp::socket& socket, watchdog& guard,
                                              name_resolver::endpoint_list const& addresses,
                                              std::chrono::steady_clock::time_point deadline) {
  using boost::asio::ip::tcp;
  for (std::size_t i = 0; i != addresses.size(); ++i) {
    auto const now = std::chrono::steady_clock::now();
    if (now >= deadline) break;
    error_code ec;
    socket.close(ec);
    socket.open(addresses[i].protocol(), ec);
    if (!ec) close_on_exec(socket.native_handle());
    if (!ec) socket.non_blocking(true, ec);
    if (ec) continue;
    guard.set_at(now + (deadline - now) / static_cast<long>(addresses.size() - i));
    // connect by hand: waiting for writability is an operation that is compiled already
    int failure =
        ::connect(socket.native_handle(), addresses[i].data(), static_cast<socklen_t>(addresses[i].size()));
    if (failure != 0 && errno == EINPROGRESS) {
      co_await wait_until_ready(socket, tcp::socket::wait_write, ec);
      socklen_t size = sizeof failure;
      if (ec || guard.expired() ||
          ::getsockopt(socket.native_handle(), SOL_SOCKET, SO_ERROR, &failure, &size) != 0)
        failure = ETIMEDOUT;
    }
    if (failure == 0) {
      socket.set_option(tcp::no_delay(true), ec);
      co_return std::nullopt;
    }
  }
  co_return std::chrono::steady_clock::now() >= deadline ? http_errc::fetch_timed_out
                                                         : http_errc::connect_failed;
}

/** Make a connection for a request; TLS begins with the request.

    @par Errors
    `http_errc::resolve_failed`, `resolver_busy`, `address_refused`, `connect_failed`, `connect_timed_out`, `fetch_timed_out`,
    `tls_failed`.
*/
inline task<result<std::unique_ptr<fetch_connection>>> open_connection(fetch_request const& request,
                                                                       tls_trust const& trust,
                                                                       fetch_deadlines const& until) {
  auto const executor = co_await boost::asio::this_coro::executor;
  auto names = request.names();
  if (!names && request.addresses() == address_rule::any) names = name_resolver::of_operators();
  if (!names) names = name_resolver::of_strangers();
  std::string const host = request.url().host_name();
  auto const addresses = co_await names->resolve(host, request.url().port(), until.connected);
  if (!addresses && addresses.error() == make_error_code(http_errc::fetch_timed_out))
    co_return make_error_code(until.unconnected());
  if (!addresses) co_return addresses.error();
  for (auto const& each : *addresses)
    if (!allows(request.addresses(), each.address())) co_return make_error_code(http_errc::address_refused);

  auto made = std::make_unique<fetch_connection>(executor);
  watchdog guard(made->socket, std::chrono::hours{1});
  auto const failed = co_await connect(made->socket, guard, *addresses, until.connected);
  if (failed == http_errc::fetch_timed_out) co_return make_error_code(until.unconnected());
  if (failed) co_return make_error_code(*failed);
  if (request.url().is_secure()) {
    made->tls = tls_session::open(trust, host);
    if (!made->tls) co_return make_error_code(http_errc::tls_failed);
  }
  co_return made;
}

/** What else is known once a request has been answered, or not. */
struct exchange_end {
  bool open = false;             ///< The connection may carry another request.
  bool lost_unanswered = false;  ///< It ended before a byte of the response.
};

/** Send a request over a connection and read the whole response.

    @par Errors
    `http_errc::tls_failed`, `certificate_refused`, `connect_timed_out`, `fetch_timed_out`, `bad_answer`, `answer_too_large`,
    `answer_cut_short`, `answer_encoded`.
    @par Lifetime
    All arguments outlive the task.
*/
inline task<result<fetch_response>> ask_over(fetch_connection& connection, fetch_request const& request,
                                             fetch_deadlines const& until, after_response then,
                                             exchange_end& end) {
  using boost::asio::ip::tcp;
  tcp::socket& socket = connection.socket;
  fetch_dialogue dialogue(request, connection.tls ? &*connection.tls : nullptr, then);
  bool connecting = dialogue.connecting();
  watchdog guard(socket, std::chrono::hours{1});
  guard.set_at(connecting ? until.connected : until.whole);
  constexpr std::size_t size = 16 * 1024;
  std::unique_ptr<char[]> const room(new char[size]);
  while (!dialogue.done() && !dialogue.error()) {
    error_code ec;
    std::string_view const unsent = dialogue.unsent();
    if (unsent.empty()) {
      std::size_t const n = co_await read_some(socket, boost::asio::mutable_buffer(room.get(), size), ec);
      if (!guard.expired() && !ec)
        dialogue.received(std::string_view(room.get(), n));
      else if (!guard.expired() && ec != boost::asio::error::operation_aborted)
        dialogue.ended(ec == boost::asio::error::eof);
    } else {
      dialogue.sent(socket.write_some(boost::asio::const_buffer(unsent.data(), unsent.size()), ec));
      if (ec == boost::asio::error::would_block || ec == boost::asio::error::try_again)
        co_await wait_until_ready(socket, tcp::socket::wait_write, ec);
      if (ec && ec != boost::asio::error::operation_aborted) dialogue.stop_sending();
    }
    if (guard.expired())
      co_return make_error_code(connecting ? until.unconnected() : http_errc::fetch_timed_out);
    if (ec == boost::asio::error::operation_aborted) co_return ec;  // the caller was cancelled
    if (connecting && !dialogue.connecting()) {
      connecting = false;
      guard.set_at(until.whole);
    }
  }
  end.open = dialogue.leaves_connection_open();
  end.lost_unanswered = dialogue.lost_unanswered();
  if (dialogue.error()) co_return make_error_code(*dialogue.error());
  co_return dialogue.take();
}

}  // namespace mcpawl::http::detail
