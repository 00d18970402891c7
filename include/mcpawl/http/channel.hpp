// mcpawl/http/channel.hpp - the socket of one connection with its buffers, its deadline and its way of
// writing
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/limits.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/connection_set.hpp>
#include <mcpawl/http/io.hpp>
#include <mcpawl/http/listener_rules.hpp>
#include <mcpawl/http/proxy_protocol.hpp>
#include <mcpawl/http/receive_buffer.hpp>
#include <mcpawl/http/tls_stream.hpp>
#include <mcpawl/http/watchdog.hpp>
#include <mcpawl/observe/observation.hpp>
#include <mcpawl/observe/observer.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::http::detail {

/** What reads and writes of one connection share.

    Writes are tried at once, without the scheduler: a response nearly always fits the socket's buffer. Only
    what does not fit waits for the peer, under the write deadline.
*/
class channel final : private hangable {
public:
  static constexpr std::size_t max_kept_output = 16 * 1024;

  channel(boost::asio::ip::tcp::socket socket, listener_rules const& from, limits const& bounds,
          connection_set& set, logger log)
      : socket_(std::move(socket)),
        from_(from),
        bounds_(bounds),
        log_(std::move(log)),
        watchdog_(socket_, shortest_timeout(bounds)),
        slot_(set.registry(), this) {
    error_code ec;
    if (from.unix_socket) {
      // who reaches it is a process of this machine
      remote_ = boost::asio::ip::tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0);
    } else {
      remote_ = socket_.remote_endpoint(ec);
      if (!ec) socket_.set_option(boost::asio::ip::tcp::no_delay(true), ec);
    }
    if (!ec) socket_.non_blocking(true, ec);
    if (ec) broken_ = true;
    if (from_.observed) tell(connection_record::event::opened);
  }
  ~channel() {
    if (from_.observed) tell(connection_record::event::closed);
  }
  channel(channel const&) = delete;
  channel& operator=(channel const&) = delete;

  boost::asio::ip::tcp::socket& socket() noexcept { return socket_; }
  /** Where the connection comes from: the peer of the socket, or the client that the PROXY protocol has named. */
  boost::asio::ip::tcp::endpoint const& remote() const noexcept { return remote_; }
  bool named_by_proxy() const noexcept { return named_by_proxy_; }
  listener_rules const& from() const noexcept { return from_; }
  limits const& bounds() const noexcept { return bounds_; }
  logger const& log() const noexcept { return log_; }
  watchdog& deadline() noexcept { return watchdog_; }
  connection_slot& slot() noexcept { return slot_; }
  receive_buffer& input() noexcept { return input_; }
  std::string& output() noexcept { return output_; }

  /** Whether nothing more can be sent or received. */
  bool broken() const noexcept { return broken_; }
  void mark_broken() noexcept { broken_ = true; }

  void close_stream() noexcept override {
    if (tls_ && !broken_) tls_->close_notify(socket_);
    broken_ = true;
    error_code ignored;
    socket_.close(ignored);
  }

  /** The server stops. Who has just connected has a moment left to send a request; a request that is there is read. */
  void finish_soon() noexcept override {
    pollfd waiting{socket_.native_handle(), POLLIN, 0};
    if (used_ && (lingering_ || ::poll(&waiting, 1, 0) != 1)) return close_stream();
    if (!lingering_) watchdog_.set(std::min(first_request_at_the_end, bounds_.header_timeout));
  }
  bool done() const noexcept override { return lingering_; }
  /** How long a new connection may take for its first request. */
  std::chrono::milliseconds first_timeout() const noexcept {
    return slot_.draining() ? std::min(first_request_at_the_end, bounds_.header_timeout)
                            : bounds_.header_timeout;
  }
  /** Note that a request was answered. */
  void mark_used() noexcept { used_ = true; }

  /** Read what is there, at least one byte; the error goes to `ec`, which outlives the operation. */
  task<std::size_t> read(boost::asio::mutable_buffer room, error_code& ec) {
    if (tls_) return read_decrypted(room, ec);
    return read_some(socket_, room, ec);
  }

  /** Whether something has to be read before the first request. */
  bool needs_preface() const noexcept { return from_.proxies.proxy_protocol || from_.tls; }

  /** Read the header of the PROXY protocol and agree upon TLS, as far as the listener demands it; false if that failed:
      then there is nobody to talk to. */
  task<bool> read_preface(counted handshake) {
    bool ready = true;
    {
      handshake_place const place(slot_.registry(), this, std::move(handshake));
      if (from_.proxies.proxy_protocol) ready = co_await read_proxy_header();
      if (ready && from_.tls) ready = co_await shake_hands();
    }
    if (ready)
      watchdog_.set(first_timeout());
    else if (!broken_)
      co_await linger();
    co_return ready;
  }

  /** The verified certificate of the client; null if there is none. */
  client_certificate const* certificate() const noexcept { return certificate_.get(); }

  /** Send `output()` from `from` on, and `tail` after it; true if all of it is on its way already. */
  bool write_now(std::size_t from = 0, std::string_view tail = {}) {
    pending_ = std::string_view{output_}.substr(from);
    tail_ = tail;
    return push();
  }

  /** Send what `write_now` left over. */
  task<> flush() {
    watchdog_.set(bounds_.write_timeout);
    while (!push()) {
      error_code ec;
      co_await wait_until_ready(socket_, boost::asio::ip::tcp::socket::wait_write, ec);
      if (ec || watchdog_.expired()) {
        broken_ = true;
        break;
      }
    }
    watchdog_.clear();
  }

  /** Tell a peer that is about to lose its connection; nothing without TLS. */
  void say_goodbye() noexcept {
    if (tls_ && socket_.is_open()) tls_->close_notify(socket_);
  }

  /** Close so that the peer can still read the response: unread input would turn the close into a reset. */
  task<> linger() {
    if (broken_) co_return;
    constexpr std::size_t max_discarded = 1024 * 1024;
    slot_.set_idle(true);
    lingering_ = true;
    if (tls_) tls_->close_notify(socket_);
    error_code ec;
    socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_send, ec);
    if (ec) co_return;
    watchdog_.set(std::chrono::seconds{2});
    input_.drop(0, input_.size());
    for (std::size_t discarded = 0; discarded < max_discarded;) {
      std::size_t const n = co_await read_some(socket_, input_.room(), ec);
      if (ec || watchdog_.expired()) break;
      discarded += n;
    }
  }

  /** Tell observers that a bound was met. */
  void note_refusal(std::string_view bound) const noexcept {
    mcpawl::detail::tell_refusal(from_.observed, bound);
  }

private:
  void tell(connection_record::event what) const noexcept {
    from_.observed->tell(&observer::on_connection, connection_record{what, from_.name});
  }
  void tell_handshake(std::string_view result) const noexcept {
    if (from_.observed) from_.observed->tell(&observer::on_handshake, handshake_record{from_.name, result});
  }

  static std::chrono::milliseconds shortest_timeout(limits const& bounds) {
    return std::min({bounds.header_timeout, bounds.body_timeout, bounds.idle_timeout, bounds.write_timeout});
  }

  bool push() {
    if (tls_) return push_encrypted();
    while (!broken_ && !(pending_.empty() && tail_.empty())) {
      std::array<boost::asio::const_buffer, 2> const both{
          boost::asio::buffer(pending_.data(), pending_.size()),
          boost::asio::buffer(tail_.data(), tail_.size())};
      error_code ec;
      std::size_t const n = tail_.empty() ? socket_.write_some(both[0], ec) : socket_.write_some(both, ec);
      if (ec == boost::asio::error::would_block || ec == boost::asio::error::try_again) return false;
      if (ec) broken_ = true;
      std::size_t const first = std::min(n, pending_.size());
      pending_.remove_prefix(first);
      tail_.remove_prefix(n - first);
    }
    return true;
  }

  bool push_encrypted() {
    while (!broken_) {
      error_code ec;
      if (!tls_->send(socket_, ec)) return false;
      std::string_view& next = pending_.empty() ? tail_ : pending_;
      if (ec) broken_ = true;
      if (ec || next.empty()) return true;
      std::string_view const piece = next.substr(0, tls_stream::record);
      if (tls_->session().write(piece) != tls_session::step::done) broken_ = true;
      next.remove_prefix(piece.size());
    }
    return true;
  }

  task<std::size_t> read_decrypted(boost::asio::mutable_buffer room, error_code& ec) {
    std::size_t count = 0;
    ec.clear();
    while (!ec && room.size() != 0) {
      auto const step = tls_->session().read(static_cast<char*>(room.data()), room.size(), count);
      // a new key of the peer has an answer
      tls_->send(socket_, ec);
      if (step == tls_session::step::done) co_return count;
      if (step == tls_session::step::closed) ec = boost::asio::error::eof;
      if (step == tls_session::step::failed) ec = boost::asio::error::connection_reset;
      if (ec || tls_->receive(socket_, ec)) continue;
      co_await wait_until_ready(socket_, boost::asio::ip::tcp::socket::wait_read, ec);
    }
    co_return 0;
  }

  task<bool> shake_hands() {
    watchdog_.set(slot_.draining() ? first_timeout() : bounds_.handshake_timeout);
    auto server = from_.tls->current();
    auto made = server ? tls_session::accept(std::move(server)) : std::nullopt;
    if (!made) co_return false;
    tls_ = std::make_unique<tls_stream>(std::move(*made));
    error_code ec;
    auto step = tls_session::step::needs_input;
    while (step == tls_session::step::needs_input && !ec && !broken_) {
      bool const received = tls_->receive(socket_, ec);
      if (!received) co_await wait_until_ready(socket_, boost::asio::ip::tcp::socket::wait_read, ec);
      if (watchdog_.expired()) ec = boost::asio::error::timed_out;
      if (ec || !received) continue;
      step = tls_->session().handshake();
      // what is left of it goes before the first response
      tls_->send(socket_, ec);
    }
    if (step == tls_session::step::done && !ec && !broken_) {
      certificate_ = tls_->session().certificate();
      tell_handshake("done");
      co_return true;
    }
    if (ec || broken_) {
      // who sent nothing, or left, is not worth a line
      tell_handshake(watchdog_.expired() ? "timed_out" : "closed");
      broken_ = true;
      co_return false;
    }
    tell_handshake("failed");
    std::string const address = remote_.address().to_string();
    log_.write_limited(log_level::info, "tls_handshake_failed",
                       {{"reason", tls_->session().reason()}, {"address", address}});
    bool const plain = tls_->session().met_plain_http();
    tls_.reset();
    if (plain) {
      output_ = plain_http_answer;
      write_now();
    }
    co_return false;
  }

  /** Read exactly the header: what is behind it belongs to TLS or HTTP. */
  task<bool> read_proxy_header() {
    watchdog_.set(first_timeout());
    std::string bytes;
    error_code ec;
    auto header = proxy_header::read(bytes);
    bool const trusted = from_.proxies.trusts(remote_.address(), from_.unix_socket);
    while (trusted && header.what == proxy_header::state::incomplete && !ec && !watchdog_.expired()) {
      std::size_t const have = bytes.size();
      bytes.resize(header.size);
      boost::asio::mutable_buffer const room(bytes.data() + have, header.size - have);
      std::size_t const n = co_await read_some(socket_, room, ec);
      bytes.resize(have + n);
      header = proxy_header::read(bytes);
    }
    if (!trusted || header.what != proxy_header::state::complete) {
      if (!trusted || header.what == proxy_header::state::malformed) note_bad_proxy(trusted);
      broken_ = true;
      co_return false;
    }
    if (header.source) {
      remote_ = *header.source;
      named_by_proxy_ = true;
    }
    co_return true;
  }

  void note_bad_proxy(bool trusted) {
    std::string const address = remote_.address().to_string();
    log_.write_limited(
        log_level::warning, "proxy_refused",
        {{"reason", trusted ? "no header of the PROXY protocol, version 2" : "not a trusted proxy"},
         {"address", address}});
  }

  static constexpr std::chrono::milliseconds first_request_at_the_end{500};
  static constexpr std::string_view plain_http_answer =
      "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 35\r\nConnection: close\r\n\r\n"
      "this port speaks TLS: use https://\n";

  boost::asio::ip::tcp::socket socket_;
  listener_rules const& from_;
  limits const& bounds_;
  logger log_;
  boost::asio::ip::tcp::endpoint remote_;
  bool broken_ = false;
  bool used_ = false;            // a request was answered
  bool lingering_ = false;       // only the end of what the peer sends is waited for
  bool named_by_proxy_ = false;  // `remote_` is what the PROXY protocol said
  receive_buffer input_;
  std::string output_;
  std::string_view pending_;         // of output_
  std::string_view tail_;            // bytes of somebody else behind it
  std::unique_ptr<tls_stream> tls_;  // null: no TLS, or not yet
  std::shared_ptr<client_certificate const> certificate_;
  watchdog watchdog_;
  connection_slot slot_;
};

}  // namespace mcpawl::http::detail
