// mcpawl/http/tls_stream.hpp - the encrypted side of one connection: its session, and what waits to be sent
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/http/accepted.hpp>
#include <mcpawl/http/connection_set.hpp>
#include <mcpawl/http/tls_session.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::http::detail {

/** Moves bytes between a session of TLS and a socket, without waiting. */
class tls_stream {
public:
  /** Up to so much is encrypted at once: a record of TLS. */
  static constexpr std::size_t record = 16 * 1024;

  explicit tls_stream(tls_session session) : session_(std::move(session)) {}

  tls_session& session() noexcept { return session_; }

  /** Send what is encrypted; false if the socket takes no more for the moment. `ec` is set if it never will. */
  bool send(boost::asio::ip::tcp::socket& socket, error_code& ec) {
    session_.take(unsent_);
    while (sent_ != unsent_.size()) {
      boost::asio::const_buffer const rest(unsent_.data() + sent_, unsent_.size() - sent_);
      std::size_t const n = socket.write_some(rest, ec);
      if (ec == boost::asio::error::would_block || ec == boost::asio::error::try_again) {
        ec.clear();
        return false;
      }
      if (ec) return true;
      sent_ += n;
    }
    unsent_.clear();
    sent_ = 0;
    return true;
  }

  /** Take what the socket has; false if that is nothing for the moment. `ec` is set at the end, and after an error. */
  bool receive(boost::asio::ip::tcp::socket& socket, error_code& ec) {
    char room[record];
    std::size_t const n = socket.read_some(boost::asio::mutable_buffer(room, sizeof room), ec);
    if (ec == boost::asio::error::would_block || ec == boost::asio::error::try_again) {
      ec.clear();
      return false;
    }
    if (!ec) session_.put(room, n);
    return true;
  }

  /** Say good-bye, if that can be done at once. */
  void close_notify(boost::asio::ip::tcp::socket& socket) noexcept {
    try {
      session_.close_notify();
      error_code ignored;
      send(socket, ignored);
    } catch (...) {
      // out of memory: the connection ends all the same
    }
  }

private:
  tls_session session_;
  std::string unsent_;  // encrypted
  std::size_t sent_ = 0;
};

/** Counts a handshake until it ends, and has its place among those of a set. */
class handshake_place {
public:
  handshake_place(std::shared_ptr<connection_registry> registry, hangable* connection, counted number)
      : registry_(std::move(registry)),
        at_(registry_->handshakes.insert(registry_->handshakes.end(),
                                         handshake_entry{connection, std::chrono::steady_clock::now()})),
        number_(std::move(number)) {}
  ~handshake_place() { registry_->handshakes.erase(at_); }
  handshake_place(handshake_place const&) = delete;
  handshake_place& operator=(handshake_place const&) = delete;

private:
  std::shared_ptr<connection_registry> registry_;
  std::list<handshake_entry>::iterator at_;
  counted number_;
};

}  // namespace mcpawl::http::detail
