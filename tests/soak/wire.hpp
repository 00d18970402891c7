// tests/soak/wire.hpp - one connection of a client, with or without TLS: requests as bytes, responses piece by piece
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/task.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace soak {

using mcpawl::task;
namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using boost::system::error_code;
using steady = std::chrono::steady_clock;

class wire;

/** What all connections share; one thread. */
struct network {
  explicit network(asio::io_context& context) : io(context), tls(asio::ssl::context::tls_client) {}
  asio::io_context& io;
  asio::ssl::context tls;
  std::uint16_t plain_port = 0, tls_port = 0;
  std::set<wire*> open = {};
};

/** The head of a response. */
struct response_head {
  int status = 0;
  std::string fields = {}, small = {};  ///< As they came, and with small letters alone.

  std::string_view field(std::string_view name) const {
    std::string const start = "\n" + std::string(name) + ": ";
    auto const at = small.find(start);
    if (at == std::string::npos) return {};
    std::string_view const rest = std::string_view(fields).substr(at + start.size());
    return rest.substr(0, rest.find('\r'));
  }
  bool closes() const { return field("connection") == "close"; }
  bool is_event_stream() const { return field("content-type").starts_with("text/event-stream"); }
};

/** A connection. What goes wrong is in `fault`, and from then on nothing is read or written. */
class wire {
public:
  wire(network& of, bool tls) : network_(of), tls_(tls), stream_(of.io, of.tls) { of.open.insert(this); }
  wire(wire const&) = delete;
  wire& operator=(wire const&) = delete;
  ~wire() { network_.open.erase(this); }

  bool is_tls() const noexcept { return tls_; }
  std::string const& fault() const noexcept { return fault_; }
  bool good() const noexcept { return fault_.empty(); }
  SSL* native() noexcept { return stream_.native_handle(); }

  /** @param received  bytes that the system keeps for a reader who is slow; 0 for as many as it likes */
  task<bool> connect(int received = 0) {
    error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    tcp::endpoint const to(asio::ip::address_v4::loopback(), tls_ ? network_.tls_port : network_.plain_port);
    tcp::socket& socket = stream_.next_layer();
    // servers are started while this is open, and must not inherit it, as they would of `open`
    int const descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) error.assign(errno, boost::system::system_category());
    if (!error) socket.assign(to.protocol(), descriptor, error);
    if (!error && received != 0) socket.set_option(asio::socket_base::receive_buffer_size(received), error);
    if (!error) {
      busy const working(*this);
      co_await socket.async_connect(to, token);
    }
    if (!error) socket.set_option(tcp::no_delay(true), error);
    note(error, "connect");
    if (tls_ && good()) {
      busy const working(*this);
      co_await stream_.async_handshake(asio::ssl::stream_base::client, token);
      note(error, "handshake");
    }
    co_return good();
  }

  task<bool> send(std::string_view bytes) {
    error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    asio::const_buffer const all(bytes.data(), bytes.size());
    if (good()) {
      busy const working(*this);
      if (tls_)
        co_await asio::async_write(stream_, all, token);
      else
        co_await asio::async_write(stream_.next_layer(), all, token);
      note(error, "write");
    }
    co_return good();
  }

  /** Read some more, `most` bytes at once. */
  task<bool> fill(std::size_t most = 16'384) {
    error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    std::size_t const had = unread_.size();
    std::size_t got = 0;
    if (good()) {
      unread_.resize(had + most);
      asio::mutable_buffer const into(unread_.data() + had, most);
      busy const working(*this);
      if (tls_)
        got = co_await stream_.async_read_some(into, token);
      else
        got = co_await stream_.next_layer().async_read_some(into, token);
      unread_.resize(had + got);
      note(error, "read");
    }
    co_return good();
  }

  /** The head of the next response; status 0 if there is none. */
  task<response_head> head() {
    response_head out;
    std::size_t end = unread_.find("\r\n\r\n");
    while (end == std::string::npos && good()) {
      co_await fill();
      end = unread_.find("\r\n\r\n");
    }
    if (end == std::string::npos) co_return out;
    out.fields = unread_.substr(0, end + 2);
    unread_.erase(0, end + 4);
    std::string_view const line = out.fields;
    if (line.starts_with("HTTP/1.1 ")) std::from_chars(line.data() + 9, line.data() + 12, out.status);
    for (char const c : out.fields) out.small += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    chunked_ = out.field("transfer-encoding") == "chunked";
    std::string_view const length = out.field("content-length");
    left_ = 0;
    std::from_chars(length.data(), length.data() + length.size(), left_);
    ended_ = !chunked_ && left_ == 0;
    if (out.status == 0) fault_ = "no head of a response: " + out.fields;
    co_return out;
  }

  /** Whether the body of the response has been read to its end. */
  bool ended() const noexcept { return ended_; }

  /** Some of the body, at most `most` bytes at once; empty at its end, and where it breaks off. */
  task<std::string> piece(std::size_t most = 16'384) {
    std::string out;
    if (!ended_ && chunked_ && left_ == 0) co_await next_chunk();
    if (ended_ || !good()) co_return out;
    if (unread_.empty()) co_await fill(most);
    std::size_t const size = std::min({left_, unread_.size(), most});
    out = unread_.substr(0, size);
    unread_.erase(0, size);
    left_ -= size;
    if (left_ == 0 && !chunked_) ended_ = true;
    if (left_ == 0 && chunked_) co_await line();  // what ends the chunk
    co_return out;
  }

  /** The whole body. */
  task<std::string> body() {
    std::string out;
    while (!ended_ && good()) {
      std::string const some = co_await piece();
      out += some;
    }
    co_return out;
  }

  /** Leave, by a reset or by a normal end. */
  void leave(bool reset) {
    error_code ignored;
    tcp::socket& socket = stream_.next_layer();
    if (reset) socket.set_option(asio::socket_base::linger(true, 0), ignored);
    socket.close(ignored);
    if (good()) fault_ = "left";
  }

  /** Give up what has taken too long. */
  void expire(steady::time_point now) {
    if (!waiting_ || now - since_ < std::chrono::seconds(60)) return;
    error_code ignored;
    if (good()) fault_ = "nothing for 60 seconds";
    stream_.next_layer().close(ignored);
  }

private:
  /** While something is awaited. */
  struct busy {
    explicit busy(wire& of) : wire_(of) {
      of.waiting_ = true;
      of.since_ = steady::now();
    }
    busy(busy const&) = delete;
    busy& operator=(busy const&) = delete;
    ~busy() { wire_.waiting_ = false; }
    wire& wire_;
  };

  void note(error_code error, char const* what) {
    if (error && fault_.empty()) fault_ = std::string(what) + ": " + error.message();
  }

  /** Take a line, without its end. */
  task<std::string> line() {
    std::size_t end = unread_.find("\r\n");
    while (end == std::string::npos && good()) {
      co_await fill();
      end = unread_.find("\r\n");
    }
    std::string out;
    if (end != std::string::npos) {
      out = unread_.substr(0, end);
      unread_.erase(0, end + 2);
    }
    co_return out;
  }

  task<> next_chunk() {
    std::string const size = co_await line();
    auto const [end, wrong] = std::from_chars(size.data(), size.data() + size.size(), left_, 16);
    if (!good()) co_return;
    if (wrong != std::errc() || end != size.data() + size.size()) {
      fault_ = "no size of a chunk: " + size;
      co_return;
    }
    if (left_ != 0) co_return;
    co_await line();
    ended_ = good();
  }

  network& network_;
  bool tls_;
  asio::ssl::stream<tcp::socket> stream_;
  std::string unread_ = {}, fault_ = {};
  std::size_t left_ = 0;
  bool chunked_ = false, ended_ = true, waiting_ = false;
  steady::time_point since_ = {};
};

}  // namespace soak
