// mcpawl/http/fetch.ipp - the body of fetch.hpp
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/separate.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/close_on_exec.hpp>
#include <mcpawl/http/errc.hpp>
#include <mcpawl/http/fetch.hpp>
#include <mcpawl/http/fetch_dialogue.hpp>
#include <mcpawl/http/fetch_request.hpp>
#include <mcpawl/http/fetch_response.hpp>
#include <mcpawl/http/io.hpp>
#include <mcpawl/http/name_resolver.hpp>
#include <mcpawl/http/public_address.hpp>
#include <mcpawl/http/tls.hpp>
#include <mcpawl/http/watchdog.hpp>

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

// GCC 12 sees one half of a coroutine's allocation inlined and the other not, and takes them for strangers.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

namespace mcpawl::http {

namespace detail {

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

}  // namespace detail

MCPAWL_DECL task<result<fetch_response>> fetch(fetch_request request, tls_trust trust) {
  using boost::asio::ip::tcp;
  if (!is_token(request.method())) co_return make_error_code(http_errc::bad_request);
  auto const executor = co_await boost::asio::this_coro::executor;
  auto const deadline = std::chrono::steady_clock::now() + request.timeout();
  auto names = request.names();
  if (!names && request.addresses() == address_rule::any) names = name_resolver::of_operators();
  if (!names) names = name_resolver::of_strangers();
  auto const addresses = co_await names->resolve(request.url().host_name(), request.url().port(), deadline);
  if (!addresses) co_return addresses.error();
  for (auto const& each : *addresses)
    if (!allows(request.addresses(), each.address())) co_return make_error_code(http_errc::address_refused);

  tcp::socket socket(executor);
  detail::watchdog guard(socket, std::chrono::hours{1});
  auto const unconnected = co_await detail::connect(socket, guard, *addresses, deadline);
  if (unconnected) co_return make_error_code(*unconnected);
  guard.set_at(deadline);

  detail::fetch_dialogue dialogue(request, trust);
  constexpr std::size_t size = 16 * 1024;
  std::unique_ptr<char[]> const room(new char[size]);
  while (!dialogue.done() && !dialogue.error()) {
    error_code ec;
    std::string_view const unsent = dialogue.unsent();
    if (unsent.empty()) {
      std::size_t const n =
          co_await detail::read_some(socket, boost::asio::mutable_buffer(room.get(), size), ec);
      if (guard.expired()) co_return make_error_code(http_errc::fetch_timed_out);
      if (!ec)
        dialogue.received(std::string_view(room.get(), n));
      else
        dialogue.ended(ec == boost::asio::error::eof);
    } else {
      dialogue.sent(socket.write_some(boost::asio::const_buffer(unsent.data(), unsent.size()), ec));
      if (ec == boost::asio::error::would_block || ec == boost::asio::error::try_again)
        co_await detail::wait_until_ready(socket, tcp::socket::wait_write, ec);
      if (guard.expired()) co_return make_error_code(http_errc::fetch_timed_out);
      if (ec) dialogue.stop_sending();
    }
  }
  if (dialogue.error()) co_return make_error_code(*dialogue.error());
  co_return dialogue.take();
}

}  // namespace mcpawl::http

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
