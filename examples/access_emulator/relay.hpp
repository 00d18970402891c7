// examples/access_emulator/relay.hpp - passes one HTTP/1.1 request on and its response back, while both are still being made
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/task.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/write.hpp>

#include <array>
#include <chrono>
#include <tuple>
#include <utility>

namespace examples {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using mcpawl::task;

inline constexpr asio::as_tuple_t<asio::use_awaitable_t<>> quiet{};  // errors as values

/** A client and what has been read of its request: the head, and perhaps some bytes behind it. */
struct visitor {
  explicit visitor(tcp::socket from) : socket(std::move(from)) {
    head.header_limit(64 * 1024);
    head.body_limit(boost::none);
  }
  tcp::socket socket;
  boost::beast::flat_buffer buffer;
  http::request_parser<http::empty_body> head;
};

inline task<> pause(asio::any_io_executor executor, std::chrono::milliseconds time) {
  asio::steady_timer timer(executor, time);
  co_await timer.async_wait(quiet);
}

/** Wait until this coroutine is cancelled. */
inline task<> wait_for_ever(asio::any_io_executor executor) {
  asio::steady_timer timer(executor, asio::steady_timer::time_point::max());
  co_await timer.async_wait(quiet);
}

/** Wait until the client is gone. A client that sends more instead is one that is still there. */
inline task<> wait_disconnect(tcp::socket& client) {
  auto const [failed] = co_await client.async_wait(tcp::socket::wait_read, quiet);
  char byte = 0;
  boost::system::error_code error;
  if (!failed) client.receive(asio::buffer(&byte, 1), tcp::socket::message_peek, error);
  if (!failed && !error) co_await wait_for_ever(client.get_executor());
}

/** Send the request on, piece by piece as it comes. Ends only if the client has gone or on cancellation. */
inline task<> forward_request(visitor& from, tcp::socket& upstream) {
  http::request_parser<http::buffer_body> parser(std::move(from.head));
  http::request_serializer<http::buffer_body> serializer(parser.get());
  auto& body = parser.get().body();
  std::array<char, 16 * 1024> piece;

  boost::system::error_code sent;
  std::tie(sent, std::ignore) = co_await http::async_write_header(upstream, serializer, quiet);
  while (!sent && !serializer.is_done()) {
    if (parser.is_done()) {
      body.data = nullptr;
      body.size = 0;
      body.more = false;
    } else {
      body.data = piece.data();
      body.size = piece.size();
      auto const [got, size] = co_await http::async_read_some(from.socket, from.buffer, parser, quiet);
      if (got && got != http::error::need_buffer) co_return;
      body.size = piece.size() - body.size;
      body.data = piece.data();
      body.more = !parser.is_done();
      if (body.size == 0 && body.more) continue;
    }
    std::tie(sent, std::ignore) = co_await http::async_write(upstream, serializer, quiet);
    if (sent == http::error::need_buffer) sent = {};
  }
  // a server that takes no more of the request may still be answering it
  co_await wait_disconnect(from.socket);
}

/** Copy the response, byte for byte, until the server closes. */
inline task<> return_answer(tcp::socket& upstream, tcp::socket& client) {
  std::array<char, 16 * 1024> piece;
  for (;;) {
    auto const [ended, size] = co_await upstream.async_read_some(asio::buffer(piece), quiet);
    if (ended) co_return;
    auto const [gone, written] = co_await asio::async_write(client, asio::buffer(piece, size), quiet);
    if (gone) co_return;
  }
}

/** Connect to a server and pass the request and the response; false if there is no such server.

    The head must ask the server to close the connection after its response: that is how the end of the response
    is found, whatever it looks like. The client's connection ends with it. When the client goes away first,
    the connection to the server is closed at once, so that the server notices.
*/
inline task<bool> relay(visitor& from, tcp::endpoint to) {
  using namespace asio::experimental::awaitable_operators;
  tcp::socket upstream(from.socket.get_executor());
  auto const [failed] = co_await upstream.async_connect(to, quiet);
  if (failed) co_return false;
  boost::system::error_code ignored;
  upstream.set_option(tcp::no_delay(true), ignored);
  co_await (forward_request(from, upstream) || return_answer(upstream, from.socket));
  co_return true;
}

inline task<> drop_input(tcp::socket& client) {
  std::array<char, 16 * 1024> piece;
  for (;;) {
    auto const [ended, size] = co_await client.async_read_some(asio::buffer(piece), quiet);
    if (ended) co_return;
  }
}

/** Close so that a response sent before the end of the request still arrives (RFC 9112 section 9.6). */
inline task<> close_gently(tcp::socket& client) {
  using namespace asio::experimental::awaitable_operators;
  boost::system::error_code ignored;
  client.shutdown(tcp::socket::shutdown_send, ignored);
  co_await (drop_input(client) || pause(client.get_executor(), std::chrono::milliseconds(1000)));
}

}  // namespace examples
