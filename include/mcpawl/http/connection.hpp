// mcpawl/http/connection.hpp - serves the requests of one connection, one after the other
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/limits.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/accepted.hpp>
#include <mcpawl/http/connection_set.hpp>
#include <mcpawl/http/errc.hpp>
#include <mcpawl/http/exchange.hpp>
#include <mcpawl/http/head_scanner.hpp>
#include <mcpawl/http/listener_rules.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/system_error.hpp>

#include <concepts>
#include <exception>
#include <optional>
#include <string>
#include <utility>

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
// GCC 12 inlines one half of the allocation of a coroutine frame and then misses the other (PR 109224)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

namespace mcpawl::http {

/** What answers requests: `task<> operator()(exchange&)`, called for one request at a time per connection. */
template <class Handler>
concept request_handler = requires(Handler& handler, exchange& request) {
  { handler(request) } -> std::same_as<task<>>;
};

namespace detail {

/** The socket of an accepted connection. Asio asks for no family once there is a descriptor: Unix-domain sockets are served
    by the same code. */
inline boost::asio::ip::tcp::socket socket_of(accepted& from, boost::asio::any_io_executor const& executor) {
  boost::asio::ip::tcp::socket socket(executor);
  error_code ec;
  socket.assign(boost::asio::ip::tcp::v4(), from.socket.get(), ec);
  if (ec) throw boost::system::system_error(ec);
  from.socket.release();
  return socket;
}

/** The memory of a connection between two steps of its coroutine; all of it is reused by every request. */
class connection {
public:
  connection(boost::asio::ip::tcp::socket socket, listener_rules const& from, limits const& bounds,
             connection_set& set, logger log)
      : channel_(std::move(socket), from, bounds, set, std::move(log)) {
    channel_.input().reserve(receive_buffer::least);
    // a client that connects has something to say: it gets less time than one that may come back
    channel_.deadline().set(channel_.first_timeout());
    channel_.slot().set_idle(!channel_.needs_preface());
  }

  /** Note what was learned before the first request. */
  void begin_requests() {
    parser_.set_client_certificate(channel_.certificate());
    channel_.slot().set_idle(true);
  }

  detail::channel& channel() noexcept { return channel_; }

  enum class step { read, serve, refuse, close };

  /** Decide what to do with the bytes at hand. */
  step advance() {
    if (channel_.broken()) return step::close;
    receive_buffer& in = channel_.input();
    if (in.size() == 0) return step::read;
    switch (scanner_.scan(in.bytes())) {
      case head_scanner::step::malformed: return refuse(http_errc::bad_request);
      case head_scanner::step::need_more: return make_room();
      case head_scanner::step::complete: break;
    }
    if (scanner_.end() > channel_.bounds().header_bytes) return refuse(http_errc::header_too_large);
    // from here on views point into the buffer, so it must not move before the request is done
    in.reserve(scanner_.end() + body_reader::chunk_room);
    auto const head = in.bytes().substr(scanner_.begin(), scanner_.end() - scanner_.begin());
    if (auto const wrong = parser_.parse_head(head, channel_.bounds())) return refuse(*wrong);
    channel_.slot().set_idle(false);
    channel_.deadline().clear();
    return step::serve;
  }

  /** Take note of a read. */
  void received(error_code ec, std::size_t count) {
    bool const began = channel_.input().size() == 0 && count != 0;
    channel_.input().commit(count);
    if (channel_.deadline().expired()) {
      if (channel_.input().size() == 0)
        channel_.mark_broken();
      else
        refusal_ = http_errc::header_timed_out;
    } else if (ec) {
      channel_.mark_broken();
    } else if (began) {
      // a head that comes in one piece, as nearly all do, is served before this could matter
      fresh_ = true;
    }
  }

  std::optional<http_errc> refusal() const noexcept { return refusal_; }

  exchange begin() { return {channel_, parser_, storage_, scanner_.end()}; }

  static response plain_answer(int status) {
    response answer(status);
    std::string text{reason_phrase(status)};
    text += '\n';
    answer.body("text/plain", std::move(text));
    return answer;
  }

  /** Whether the handler left anything to do before the next request. */
  static bool settled(exchange const& request) noexcept { return request.body_.complete(); }
  static bool reusable(exchange& request) noexcept { return request.reusable(); }
  static task<result<std::string_view>> settle(exchange& request) {
    return request.collect(exchange::max_drained, true);
  }
  static bool body_failed(exchange const& request) noexcept { return request.body_.error().has_value(); }
  static int failure_status(exchange const& request) noexcept {
    return request.body_.error() ? status_of(*request.body_.error()) : 500;
  }

  /** Forget the request that was answered, keep what came behind it. */
  void finish(exchange const& request) {
    receive_buffer& in = channel_.input();
    in.drop(0, request.body_.used());
    in.shrink();
    scanner_.reset();
    if (storage_.capacity() > receive_buffer::max_kept) storage_ = std::string{};
    if (channel_.output().capacity() > channel::max_kept_output) channel_.output() = std::string{};
    channel_.slot().set_idle(in.size() == 0);
    channel_.deadline().set(channel_.bounds().idle_timeout);
    channel_.mark_used();
    fresh_ = in.size() != 0;
  }

  /** Write the refusal into the output, as the last words of this connection. */
  void prepare_refusal() {
    response const answer = plain_answer(status_of(*refusal_));
    channel_.note_refusal(bound_of(*refusal_));
    channel_.slot().set_idle(false);
    channel_.deadline().clear();
    channel_.output().clear();
    append_head_with_length(channel_.output(), answer, persistence::close);
    channel_.output() += answer.body();
  }

private:
  step refuse(http_errc e) noexcept {
    refusal_ = e;
    return step::refuse;
  }

  step make_room() {
    receive_buffer& in = channel_.input();
    std::size_t const most = channel_.bounds().header_bytes;
    bool const endless_line = !scanner_.past_first_line();
    if (endless_line && in.size() > request_parser::max_target + request_parser::max_method + 16)
      return refuse(http_errc::target_too_long);
    if (in.size() >= most) return refuse(http_errc::header_too_large);
    if (fresh_) {
      channel_.deadline().set(channel_.bounds().header_timeout);
      channel_.slot().set_idle(false);
      fresh_ = false;
    }
    if (in.size() == in.capacity()) in.reserve(std::min(in.capacity() * 2, most));
    return step::read;
  }

  detail::channel channel_;
  head_scanner scanner_;
  request_parser parser_;
  std::string storage_;  // of a body that did not fit behind its head
  std::optional<http_errc> refusal_;
  bool fresh_ = false;  // the first bytes of a request have come, and its deadline is not set yet
};

}  // namespace detail

/** Serve a connection until it closes, fails, idles too long or its set drains.

    Requests that were sent ahead are served in their order. A malformed request is refused and ends the
    connection, since nobody can tell where the next one starts. A handler that throws, or returns without an
    answer, costs its client a 500; the text of the exception goes to the log alone.

    Never throws. In the steady state it allocates nothing.

    @par Lifetime
    `handler` and `bounds` must outlive it.
    @par Thread safety
    The executor must run one thing at a time, as an `io_context` with one thread does.
*/
template <request_handler Handler>
task<> serve_connection(accepted from, boost::asio::any_io_executor executor, Handler& handler,
                        limits const& bounds, connection_set& set, logger log = logger{}) {
  using step = detail::connection::step;
  try {
    detail::connection self(detail::socket_of(from, executor), *from.from, bounds, set, std::move(log));
    from.open.end();
    if (self.channel().needs_preface()) {
      bool const ready = co_await self.channel().read_preface(std::move(from.handshake));
      if (!ready) co_return;
      self.begin_requests();
    }
    for (;;) {
      step next = self.advance();
      while (next == step::read) {
        error_code ec;
        std::size_t const count = co_await self.channel().read(self.channel().input().room(), ec);
        self.received(ec, count);
        next = self.refusal() ? step::refuse : self.advance();
      }
      if (next == step::close) {
        self.channel().say_goodbye();
        co_return;
      }
      if (next == step::refuse) {
        self.prepare_refusal();
        if (!self.channel().write_now()) co_await self.channel().flush();
        break;
      }

      exchange request = self.begin();
      bool failed = false;
      try {
        co_await handler(request);
      } catch (std::exception const& e) {
        failed = true;
        self.channel().log().error("handler_failed", {{"reason", e.what()}});
      } catch (...) {
        failed = true;
        self.channel().log().error("handler_failed");
      }
      if (!request.responded()) {
        // a body that did not come is its sender's fault, and the connection answers for the handler
        if (!failed && !detail::connection::body_failed(request))
          self.channel().log().error("handler_silent", {{"path", request.head().path()}});
        response answer = detail::connection::plain_answer(detail::connection::failure_status(request));
        co_await request.respond(std::move(answer));
      }
      if (!detail::connection::reusable(request)) break;
      if (!detail::connection::settled(request)) {
        co_await detail::connection::settle(request);
        if (!detail::connection::reusable(request)) break;
      }
      self.finish(request);
      // a request that was sent ahead waits for those that other connections have sent by now
      if (self.channel().input().size() != 0)
        co_await detail::let_others_run(self.channel().socket().get_executor());
    }
    co_await self.channel().linger();
  } catch (...) {
    // out of memory, or a library that failed: this connection ends, the server lives
  }
}

}  // namespace mcpawl::http

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
