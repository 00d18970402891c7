// mcpawl/http/channel.hpp - the socket of one connection with its buffers, its deadline and its way of
// writing
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/limits.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/connection_set.hpp>
#include <mcpawl/http/io.hpp>
#include <mcpawl/http/receive_buffer.hpp>
#include <mcpawl/http/watchdog.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <array>
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

  channel(boost::asio::ip::tcp::socket socket, limits const& bounds, connection_set& set, logger log)
      : socket_(std::move(socket)),
        bounds_(bounds),
        log_(std::move(log)),
        watchdog_(socket_, shortest_timeout(bounds)),
        slot_(set.registry(), this) {
    error_code ec;
    remote_ = socket_.remote_endpoint(ec);
    if (!ec) socket_.set_option(boost::asio::ip::tcp::no_delay(true), ec);
    if (!ec) socket_.non_blocking(true, ec);
    if (ec) broken_ = true;
  }
  channel(channel const&) = delete;
  channel& operator=(channel const&) = delete;

  boost::asio::ip::tcp::socket& socket() noexcept { return socket_; }
  boost::asio::ip::tcp::endpoint const& remote() const noexcept { return remote_; }
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
    broken_ = true;
    error_code ignored;
    socket_.close(ignored);
  }

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

  /** Close so that the peer can still read the response: unread input would turn the close into a reset. */
  task<> linger() {
    if (broken_) co_return;
    constexpr std::size_t max_discarded = 1024 * 1024;
    slot_.set_idle(true);
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

private:
  static std::chrono::milliseconds shortest_timeout(limits const& bounds) {
    return std::min({bounds.header_timeout, bounds.body_timeout, bounds.idle_timeout, bounds.write_timeout});
  }

  bool push() {
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

  boost::asio::ip::tcp::socket socket_;
  limits const& bounds_;
  logger log_;
  boost::asio::ip::tcp::endpoint remote_;
  bool broken_ = false;
  receive_buffer input_;
  std::string output_;
  std::string_view pending_;  // of output_
  std::string_view tail_;     // bytes of somebody else behind it
  watchdog watchdog_;
  connection_slot slot_;
};

}  // namespace mcpawl::http::detail
