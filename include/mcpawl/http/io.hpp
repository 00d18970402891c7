// mcpawl/http/io.hpp - the few asynchronous operations this layer is built from
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/task.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <cstddef>

namespace mcpawl::http::detail {

// One function per operation, not inlined: each place that starts an operation of Asio by itself costs a
// tenth of a second of compile time.

/** Read what is there, at least one byte; the error goes to `ec`, which outlives the operation. */
[[gnu::noinline]] inline task<std::size_t> read_some(boost::asio::ip::tcp::socket& socket,
                                                     boost::asio::mutable_buffer room, error_code& ec) {
  return socket.async_read_some(room, boost::asio::redirect_error(boost::asio::use_awaitable, ec));
}

/** Wait until the socket can be read or written. */
[[gnu::noinline]] inline task<> wait_until_ready(boost::asio::ip::tcp::socket& socket,
                                                 boost::asio::ip::tcp::socket::wait_type what,
                                                 error_code& ec) {
  return socket.async_wait(what, boost::asio::redirect_error(boost::asio::use_awaitable, ec));
}

/** Wait for a timer; a cancelled one sets `ec`. */
[[gnu::noinline]] inline task<> wait_for(boost::asio::steady_timer& timer, error_code& ec) {
  return timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ec));
}

/** Let everything else that is ready run first. */
[[gnu::noinline]] inline task<> let_others_run(boost::asio::any_io_executor executor) {
  return boost::asio::post(executor, boost::asio::use_awaitable);
}

/** Let some time pass. */
inline task<> pause_for(boost::asio::any_io_executor executor, std::chrono::milliseconds time) {
  boost::asio::steady_timer timer(executor, time);
  error_code ignored;
  co_await wait_for(timer, ignored);
}

}  // namespace mcpawl::http::detail
