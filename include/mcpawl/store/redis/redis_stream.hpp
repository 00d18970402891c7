// mcpawl/store/redis/redis_stream.hpp - a connection to a Redis server: bytes out, replies in, with or without TLS
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/errc.hpp>
#include <mcpawl/http/fetch_connection.hpp>
#include <mcpawl/http/io.hpp>
#include <mcpawl/http/name_resolver.hpp>
#include <mcpawl/http/tls.hpp>
#include <mcpawl/http/tls_session.hpp>
#include <mcpawl/http/watchdog.hpp>
#include <mcpawl/store/redis/redis_errc.hpp>
#include <mcpawl/store/redis/redis_options.hpp>
#include <mcpawl/store/redis/redis_reader.hpp>
#include <mcpawl/store/redis/redis_reply.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>

#include <sys/socket.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** A connected socket, its session of TLS, what waits to be sent and what has come.

    @par Thread safety
    One thread at a time.
*/
class redis_stream {
public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit redis_stream(boost::asio::any_io_executor executor) : socket_(std::move(executor)) {}

  /** Connect, and shake hands where TLS is wanted.

      @param trust  null without TLS

      @par Errors
      `redis_errc::not_found`, `not_reached`, `tls_failed`, `certificate`. */
  static task<result<std::unique_ptr<redis_stream>>> open(redis_host host, http::tls_trust const* trust,
                                                          time_point deadline) {
    auto const executor = co_await boost::asio::this_coro::executor;
    auto const names = http::name_resolver::of_operators();
    auto const addresses = co_await names->resolve(host.name, host.port, deadline);
    if (!addresses) {
      bool const late = addresses.error() == make_error_code(http::http_errc::fetch_timed_out);
      co_return make_error_code(late ? redis_errc::not_reached : redis_errc::not_found);
    }
    auto made = std::make_unique<redis_stream>(executor);
    http::detail::watchdog guard(made->socket_, std::chrono::hours{1});
    auto const failed = co_await http::detail::connect(made->socket_, guard, *addresses, deadline);
    if (failed) co_return make_error_code(redis_errc::not_reached);
    // a peer that is gone without a word is found out some time
    int const yes = 1;
    static_cast<void>(
        ::setsockopt(made->socket_.native_handle(), SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes));
    if (trust == nullptr) co_return made;
    made->tls_ = http::detail::tls_session::open(*trust, host.name, {});
    if (!made->tls_) co_return make_error_code(redis_errc::tls_failed);
    guard.set_at(deadline);
    while (!made->tls_->established()) {
      auto const step = made->tls_->handshake();
      if (step == tls_step::failed) {
        bool const refused = made->tls_->failure() == http::http_errc::certificate_refused;
        co_return make_error_code(refused ? redis_errc::certificate : redis_errc::tls_failed);
      }
      error_code ec;
      co_await move(*made, step == tls_step::needs_input, ec);
      if (guard.expired()) co_return make_error_code(redis_errc::not_reached);
      if (ec) co_return make_error_code(redis_errc::tls_failed);
    }
    co_return made;
  }

  /** Send commands and wait for as many replies: for the beginning of a connection, before others use it.

      @par Errors
      `redis_errc::not_reached`, `no_redis`. */
  static task<result<std::vector<redis_reply>>> ask(redis_stream& over, std::string commands,
                                                    std::size_t count, time_point deadline) {
    http::detail::watchdog guard(over.socket_, std::chrono::hours{1});
    guard.set_at(deadline);
    over.holds_secret_ = true;
    over.put(commands);
    wipe(commands.data(), commands.size());  // a password may be in it
    std::vector<redis_reply> out;
    while (out.size() != count) {
      error_code ec;
      co_await move(over, true, ec);
      while (out.size() != count) {
        auto reply = over.take();
        if (!reply) break;
        out.push_back(std::move(*reply));
      }
      if (guard.expired()) co_return make_error_code(redis_errc::not_reached);
      if (over.broken()) co_return make_error_code(redis_errc::no_redis);
      if (ec && out.size() != count) co_return make_error_code(redis_errc::not_reached);
    }
    co_return out;
  }

  /** Let bytes be sent by `flush`. */
  void put(std::string_view plain) {
    if (plain.empty()) return;
    if (tls_) {
      if (tls_->write(plain) != tls_step::done) failed_ = true;
      taken_ += plain.size();
      tls_->take(unsent_);
    } else {
      unsent_.append(plain);
    }
  }

  /** Send what waits; false if the socket takes no more for the moment. `ec` is set if it never will. */
  bool flush(error_code& ec) {
    if (failed_) ec = boost::asio::error::connection_aborted;
    while (!ec && sent_ != unsent_.size()) {
      boost::asio::const_buffer const rest(unsent_.data() + sent_, unsent_.size() - sent_);
      std::size_t const n = socket_.write_some(rest, ec);
      if (ec == boost::asio::error::would_block || ec == boost::asio::error::try_again) {
        ec.clear();
        return false;
      }
      sent_ += n;
      if (!tls_) taken_ += n;
    }
    if (ec) return true;
    if (holds_secret_) wipe(unsent_.data(), unsent_.size());
    holds_secret_ = false;
    unsent_.clear();
    sent_ = 0;
    if (unsent_.capacity() > most_kept) unsent_.shrink_to_fit();
    return true;
  }

  /** How many bytes wait. */
  std::size_t backlog() const noexcept { return unsent_.size() - sent_; }
  /** How many bytes of all that was put may have been seen by the server. */
  std::uint64_t taken() const noexcept { return taken_; }

  /** Take what the socket has; false if it has no more for the moment. `ec` is set at the end, and after an error. */
  bool receive(error_code& ec) {
    char room[16 * 1024];
    std::size_t const n = socket_.read_some(boost::asio::mutable_buffer(room, sizeof room), ec);
    if (ec == boost::asio::error::would_block || ec == boost::asio::error::try_again) {
      ec.clear();
      return false;
    }
    if (ec) return false;
    bool const more = n == sizeof room;
    if (!tls_) {
      if (!reader_.put(std::string_view(room, n))) ec = boost::asio::error::connection_aborted;
      return more;
    }
    tls_->put(room, n);
    while (tls_->established() && !ec) {
      std::size_t count = 0;
      auto const step = tls_->read(room, sizeof room, count);
      if (step == tls_step::needs_input) break;
      if (step == tls_step::closed) ec = boost::asio::error::eof;
      if (step == tls_step::failed) ec = boost::asio::error::connection_aborted;
      if (!ec && !reader_.put(std::string_view(room, count))) ec = boost::asio::error::connection_aborted;
    }
    tls_->take(unsent_);
    return more;
  }

  std::optional<redis_reply> take() { return reader_.take(); }
  /** What came is no reply of Redis. */
  bool broken() const noexcept { return reader_.broken(); }

  boost::asio::ip::tcp::socket& socket() noexcept { return socket_; }

private:
  using tls_step = http::detail::tls_session::step;
  static constexpr std::size_t most_kept = 256 * 1024;

  /** Send what waits and, if wanted, wait for something to come. */
  static task<> move(redis_stream& over, bool wants_input, error_code& ec) {
    using boost::asio::ip::tcp;
    if (over.tls_) over.tls_->take(over.unsent_);
    while (!over.flush(ec) && !ec)
      co_await http::detail::wait_until_ready(over.socket_, tcp::socket::wait_write, ec);
    if (ec || !wants_input) co_return;
    co_await http::detail::wait_until_ready(over.socket_, tcp::socket::wait_read, ec);
    if (!ec) over.receive(ec);
  }

  boost::asio::ip::tcp::socket socket_;
  std::optional<http::detail::tls_session> tls_;
  redis_reader reader_;
  std::string unsent_;  // as the socket gets it
  std::size_t sent_ = 0;
  std::uint64_t taken_ = 0;
  bool failed_ = false;
  bool holds_secret_ = false;  // in what waits: a password
};

}  // namespace mcpawl::detail
