// mcpawl/http/exchange.hpp - one request and its response, as a handler sees them
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/task.hpp>
#include <mcpawl/http/body_reader.hpp>
#include <mcpawl/http/channel.hpp>
#include <mcpawl/http/errc.hpp>
#include <mcpawl/http/forwarded.hpp>
#include <mcpawl/http/request_parser.hpp>
#include <mcpawl/http/response.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::http {

namespace detail {
class connection;

/** What is noted of a response while it is written. */
struct response_note {
  int status = 0;
  std::uint64_t body_bytes = 0;
};
}  // namespace detail

/** One request being answered on a connection.

    A handler answers once, by `respond` or by `start_events` and its followers. Nothing here throws because
    a peer went away: writes then do nothing and the event functions return false.

    @par Lifetime
    Ends when the handler returns; so do all views it gave out.
    @par Thread safety
    Belongs to the thread of its connection. Several coroutines of that thread may send events; each waits
    for its turn.
*/
class exchange {
public:
  /** An unread body up to this size is read and dropped, so that the connection can be used again. */
  static constexpr std::size_t max_drained = 64 * 1024;

  exchange(exchange const&) = delete;
  exchange& operator=(exchange const&) = delete;

  request_head const& head() const noexcept { return parser_.head(); }
  boost::asio::any_io_executor executor() { return channel_.socket().get_executor(); }
  /** Where the connection comes from; of a Unix-domain socket that is a loopback address. */
  boost::asio::ip::tcp::endpoint const& remote() const noexcept { return channel_.remote(); }
  /** The address of the client that a trusted proxy has named; nothing if none has.

      For bounds and for the log, never to let somebody in. */
  std::optional<boost::asio::ip::address> named_client() const {
    auto const& rules = channel_.from().proxies;
    if (channel_.named_by_proxy()) return channel_.remote().address();
    if (rules.header == client_address_header::none) return std::nullopt;
    if (!rules.trusts(channel_.remote().address(), channel_.from().unix_socket)) return std::nullopt;
    return detail::forwarded_client(head(), rules);
  }
  /** The same, or else the address of the connection. */
  boost::asio::ip::address client() const { return named_client().value_or(channel_.remote().address()); }
  /** The number of the listener that the connection came by. */
  std::size_t listener() const noexcept { return channel_.from().number; }
  logger const& log() const noexcept { return channel_.log(); }

  /** Where the response is noted from now on; it must outlive the exchange, or be replaced by null. */
  void note_response(detail::response_note* to) noexcept { note_ = to; }
  /** The size of the body, as far as it was read. */
  std::size_t body_bytes() const noexcept { return body_.view().size(); }

  /** Whether a response was begun. */
  bool responded() const noexcept { return responded_; }

  /** Read the whole body; calling it again gives the same view.

      A client that waits for `100 Continue` gets it here, after the check of the announced size.

      @par Errors
      `http_errc::body_too_large`, `http_errc::body_encoded`, `http_errc::body_timed_out`, `http_errc::bad_chunk`,
      `http_errc::peer_gone`. The handler may answer (`status_of` has the status); if it does not, the connection
      does. It is closed afterwards.
  */
  task<result<std::string_view>> read_body(std::size_t limit) { return collect(limit, false); }

  /** The body if it has come with the head, and may have this size: then nobody has to wait for it. Nothing says
      that it is to be read. */
  std::optional<std::string_view> body_at_hand(std::size_t limit) {
    if (!body_.complete() || parser_.body_encoded()) return std::nullopt;
    body_.begin(limit);
    if (body_.error()) return std::nullopt;
    return body_.view();
  }

  /** Answer with a whole response; a second one is ignored.

      @par Errors
      None: where the peer is gone, nothing is written. */
  task<> respond(response&& answer) {
    if (!respond_at_once(answer)) co_await channel_.flush();
  }

  /** The same without waiting: false if a part of it is left, which `respond_rest` sends. Until then the response
      stays where it is. */
  bool respond_at_once(response const& answer) {
    if (responded_) return true;
    responded_ = true;
    decide_persistence();
    std::string& out = channel_.output();
    out.clear();
    detail::append_head_with_length(out, answer, persistence());
    std::string_view tail;
    if (head().method() != "HEAD" && answer.status() != 204 && answer.status() != 304) tail = answer.body();
    if (note_) *note_ = {answer.status(), tail.size()};
    if (tail.size() <= max_copied) {
      out += tail;
      tail = {};
    }
    return channel_.write_now(0, tail);
  }
  task<> respond_rest() { return channel_.flush(); }

  /** Begin a response of server-sent events with the status and fields of `head`; false if the peer is gone
      or asked by HEAD.

      @see https://html.spec.whatwg.org/multipage/server-sent-events.html
  */
  task<bool> start_events(response&& head_of_answer) {
    if (responded_) co_return false;
    responded_ = true;
    chunked_ = head().version() >= 11;
    if (!chunked_) keep_alive_ = false;
    decide_persistence();
    std::string& out = channel_.output();
    out.clear();
    detail::append_head(out, head_of_answer, persistence());
    out +=
        "Content-Type: text/event-stream\r\nCache-Control: no-cache, no-transform\r\n"
        "X-Accel-Buffering: no\r\n";
    if (chunked_) out += "Transfer-Encoding: chunked\r\n";
    out += "\r\n";
    if (note_) *note_ = {head_of_answer.status(), 0};
    streaming_ = head().method() != "HEAD";
    if (streaming_ && held_) co_return !channel_.broken();
    if (!channel_.write_now()) co_await channel_.flush();
    out.clear();
    co_return streaming_ && !channel_.broken();
  }

  /** Let the head of a stream and its events wait for `send_held`, or for what would make too much of them: what is
      ready together then goes out together. The end of the stream sends them, too. */
  void hold_events() noexcept { held_ = true; }

  /** Send what was held back; what follows is held back again. False if the peer is gone. */
  task<bool> send_held() { return emit(piece::nothing, {}, {}); }

  /** Send one event of type `message`; the data may have several lines, the id has one. */
  task<bool> event(std::string_view data, std::string_view id = {}) { return emit(piece::event, data, id); }

  /** Send the text of a whole event as it stands, for fields that `event` does not write. */
  task<bool> raw_event(std::string_view text) { return emit(piece::raw, text, {}); }

  /** Send a comment, which clients ignore and proxies count as a sign of life.

      While another write is under way there is no need for one: then it does nothing.
  */
  task<bool> comment(std::string_view text) { return emit(piece::comment, text, {}); }

  /** End the stream of events, true if all of it was sent; without it the connection is closed when the
      handler returns. */
  task<bool> end_events() { return emit(piece::end, {}, {}); }

  /** Wait until the peer has closed or reset the connection.

      A peer that only closes its sending side counts as gone. While bytes of a later request are in the way,
      the connection is looked at four times a second: they stay where they are, in the socket.

      @par Cancellation
      Returns when it is cancelled, without an error: `co_await (work() || exchange.wait_disconnect())`.
  */
  task<> wait_disconnect() {
    bool in_the_way = channel_.input().size() > body_.used();
    while (!channel_.broken()) {
      error_code ec;
      if (in_the_way) {
        boost::asio::steady_timer timer(channel_.socket().get_executor(), std::chrono::milliseconds{250});
        co_await detail::wait_for(timer, ec);
      } else {
        co_await detail::wait_until_ready(channel_.socket(), boost::asio::ip::tcp::socket::wait_read, ec);
      }
      if (ec || !channel_.socket().is_open()) co_return;
      pollfd watched{channel_.socket().native_handle(), POLLRDHUP, 0};
      if (::poll(&watched, 1, 0) == 1) co_return;
      char peeked = 0;
      in_the_way = ::recv(watched.fd, &peeked, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
    }
  }

private:
  friend class detail::connection;

  static constexpr std::size_t max_copied = 32 * 1024;  // a larger body goes out from where it lies

  exchange(detail::channel& channel, detail::request_parser& parser, std::string& storage,
           std::size_t head_end)
      : channel_(channel),
        parser_(parser),
        body_(channel.input(), parser, storage, head_end),
        keep_alive_(parser.head().keep_alive()) {}

  // --- the body -------------------------------------------------------------------------------------------

  /** Whether the client waits for a word before it sends its body. */
  bool must_continue() const noexcept {
    return parser_.expects_continue() && !continued_ && body_.untouched();
  }

  void take_body(error_code ec, std::size_t count) {
    if (!ec) body_.received(count);
    if (!body_.wants_more()) return;
    if (channel_.deadline().expired()) {
      body_.fail(http_errc::body_timed_out);
    } else if (ec) {
      body_.fail(http_errc::peer_gone);
      // a peer that only closed its sending side still listens
      if (ec != boost::asio::error::eof) channel_.mark_broken();
    }
  }

  // --- the response ---------------------------------------------------------------------------------------

  void decide_persistence() noexcept {
    if (channel_.slot().parting() || body_.error() || !can_skip_body()) keep_alive_ = false;
  }

  detail::persistence persistence() const noexcept {
    if (!keep_alive_) return detail::persistence::close;
    return head().version() < 11 ? detail::persistence::keep_alive : detail::persistence::implied;
  }

  bool can_skip_body() const noexcept {
    if (body_.complete()) return true;
    // whether the body of a client that was not told to continue still comes is anybody's guess
    if (must_continue()) return false;
    return parser_.body_framing() == detail::framing::chunked || parser_.content_length() <= max_drained;
  }

  /** Read the body, or only read and drop it. */
  task<result<std::string_view>> collect(std::size_t limit, bool skip) {
    // to skip it, nobody has to understand it
    if (!skip && parser_.body_encoded() && parser_.body_framing() != detail::framing::none)
      body_.fail(http_errc::body_encoded);
    body_.begin(limit, skip);
    if (!skip && body_.wants_more() && must_continue()) {
      continued_ = true;
      channel_.output() = "HTTP/1.1 100 Continue\r\n\r\n";
      if (!channel_.write_now()) co_await channel_.flush();
    }
    if (body_.wants_more()) {
      channel_.deadline().set(channel_.bounds().body_timeout);
      while (body_.wants_more()) {
        error_code ec;
        std::size_t const n = co_await channel_.read(body_.room(), ec);
        take_body(ec, n);
      }
      channel_.deadline().clear();
    }
    if (body_.error()) co_return make_error_code(*body_.error());
    co_return body_.view();
  }

  bool reusable() noexcept {
    // a response that began before the drain may have promised that the connection stays
    if (channel_.slot().draining()) return false;
    return keep_alive_ && !channel_.broken() && !streaming_ && !body_.error();
  }

  // --- events ---------------------------------------------------------------------------------------------

  enum class piece { event, raw, comment, end, nothing };
  static constexpr std::size_t max_held = 8 * 1024;
  static constexpr std::size_t size_room = 10;  // eight hexadecimal digits and CRLF

  /** Holds the right to write; a write that was torn by a cancellation has spoiled the framing. */
  struct turn_holder {
    explicit turn_holder(exchange& x) : self(x) { self.writing_ = true; }
    ~turn_holder() {
      if (!finished) self.channel_.mark_broken();
      self.writing_ = false;
      if (self.turn_) self.turn_->cancel();
    }
    turn_holder(turn_holder const&) = delete;
    turn_holder& operator=(turn_holder const&) = delete;
    exchange& self;
    bool finished = false;
  };

  task<bool> emit(piece what, std::string_view text, std::string_view id) {
    while (writing_ && what != piece::comment) {
      if (!turn_)
        turn_.emplace(channel_.socket().get_executor(), boost::asio::steady_timer::time_point::max());
      error_code ignored;
      co_await detail::wait_for(*turn_, ignored);
    }
    if (!streaming_ || channel_.broken()) co_return false;
    if (writing_) co_return true;
    std::string& out = channel_.output();
    std::size_t const before = out.size();
    frame(what, text, id);
    if (note_) note_->body_bytes += out.size() - before;
    if (what == piece::end) streaming_ = false;
    bool const goes_on = what != piece::end && what != piece::nothing;
    if (out.empty() || (held_ && goes_on && out.size() < max_held)) co_return true;
    turn_holder turn(*this);
    if (!channel_.write_now()) co_await channel_.flush();
    out.clear();
    turn.finished = true;
    co_return !channel_.broken();
  }

  /** Append one piece of the stream to the output. */
  void frame(piece what, std::string_view text, std::string_view id) {
    std::string& out = channel_.output();
    if (what == piece::nothing) return;
    if (what == piece::end) {
      if (chunked_) out += "0\r\n\r\n";
      return;
    }
    std::size_t const begin = out.size();
    out.append(chunked_ ? size_room : 0, '\0');
    if (what == piece::event) {
      out += "event: message\n";
      if (!id.empty()) append_lines("id: ", id.substr(0, id.find_first_of("\r\n")));
    }
    if (what == piece::raw) {
      out += text;
    } else {
      append_lines(what == piece::event ? "data: " : ": ", text);
      out += '\n';
    }
    if (!chunked_) return;
    char size[size_room];
    auto* end = std::to_chars(size, size + sizeof size, out.size() - begin - size_room, 16).ptr;
    *end++ = '\r';
    *end++ = '\n';
    out.replace(begin, size_room, size, static_cast<std::size_t>(end - size));
    out += "\r\n";
  }

  void append_lines(std::string_view label, std::string_view text) {
    std::string& out = channel_.output();
    auto const append_line = [&](std::string_view line) {
      out += label;
      out += line;
      out += '\n';
    };
    // JSON text has no line ends
    if (text.find('\n') == std::string_view::npos && text.find('\r') == std::string_view::npos)
      return append_line(text);
    for (;;) {
      std::size_t const end = text.find_first_of("\r\n");
      append_line(text.substr(0, end));
      if (end == std::string_view::npos) return;
      bool const pair = text.substr(end, 2) == "\r\n";
      text.remove_prefix(end + (pair ? 2 : 1));
    }
  }

  detail::channel& channel_;
  detail::request_parser& parser_;
  detail::body_reader body_;
  bool continued_ = false;
  bool responded_ = false;
  bool keep_alive_;
  bool chunked_ = false;                   // the events go out in chunks
  bool streaming_ = false;                 // the stream of events was begun and not ended
  bool writing_ = false;                   // somebody is sending an event
  bool held_ = false;                      // events wait for each other
  detail::response_note* note_ = nullptr;  // null where nobody observes
  std::optional<boost::asio::steady_timer> turn_;
};

}  // namespace mcpawl::http
