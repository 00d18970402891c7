// tests/unit/http/loopback.hpp - a server on a thread of its own and a client that sends raw bytes
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/http/listener.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace http_test {

using namespace mcpawl;
using namespace std::chrono_literals;

/** What a client read: one response. */
struct answer {
  int status = 0;
  std::string head;
  std::string body;

  std::string field(std::string_view name) const {
    std::size_t at = head.find("\r\n");
    while (at != std::string::npos && at + 2 < head.size()) {
      std::size_t const begin = at + 2, end = head.find("\r\n", begin), colon = head.find(':', begin);
      if (colon < end && http::iequals(std::string_view{head}.substr(begin, colon - begin), name))
        return std::string{http::trim(std::string_view{head}.substr(colon + 1, end - colon - 1))};
      at = end;
    }
    return {};
  }
};

/** A blocking socket; reads fail after five seconds, so that no test hangs. */
class client {
public:
  explicit client(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    timeval const patience{5, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    int const on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd_, reinterpret_cast<sockaddr const*>(&to), sizeof to) != 0)
      throw std::runtime_error("connect failed");
  }
  client(client&& other) noexcept : fd_(std::exchange(other.fd_, -1)), rest_(std::move(other.rest_)) {}
  ~client() { close(); }

  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  /** Close with a reset instead of a good-bye. */
  void reset() {
    linger const now{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
  }
  void half_close() { ::shutdown(fd_, SHUT_WR); }
  int fd() const noexcept { return fd_; }

  /** Send everything; false once the server does not take it any more. */
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      ssize_t const n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }

  /** One more piece of what comes; empty at the end, after a reset, or when nothing came in time. */
  std::string read_piece() {
    if (!rest_.empty()) return std::exchange(rest_, {});
    char buffer[8192];
    ssize_t const n = ::recv(fd_, buffer, sizeof buffer, 0);
    timed_out_ = n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    return n > 0 ? std::string(buffer, static_cast<std::size_t>(n)) : std::string{};
  }

  std::string read_until(std::string_view mark) {
    std::string all;
    while (all.find(mark) == std::string::npos) {
      std::string piece = read_piece();
      if (piece.empty()) return all;
      all += piece;
    }
    std::size_t const end = all.find(mark) + mark.size();
    rest_ = all.substr(end);
    all.resize(end);
    return all;
  }

  std::string read_exactly(std::size_t size) {
    std::string all;
    while (all.size() < size) {
      std::string piece = read_piece();
      if (piece.empty()) return all;
      all += piece;
    }
    rest_ = all.substr(size);
    all.resize(size);
    return all;
  }

  /** Read one response by its framing; status 0 if the server closed instead. */
  answer read_answer(bool to_head = false) {
    answer got;
    got.head = read_until("\r\n\r\n");
    if (got.head.size() < 12) return got;
    std::from_chars(got.head.data() + 9, got.head.data() + 12, got.status);
    if (to_head || got.status == 204 || got.status == 304 || got.status == 100) return got;
    if (got.field("Transfer-Encoding") == "chunked") {
      for (;;) {
        std::string const line = read_until("\r\n");
        std::size_t size = 0;
        std::from_chars(line.data(), line.data() + line.size(), size, 16);
        std::string const chunk = read_exactly(size + 2);
        got.body += chunk.substr(0, size);
        if (size == 0) return got;
      }
    }
    std::string const length = got.field("Content-Length");
    if (!length.empty())
      got.body = read_exactly(std::stoul(length));
    else
      for (std::string piece = read_piece(); !piece.empty(); piece = read_piece()) got.body += piece;
    return got;
  }

  answer ask(std::string_view bytes) {
    send(bytes);
    return read_answer();
  }

  /** Whether the server has closed or reset the connection, and sent nothing before. */
  bool at_end() { return read_piece().empty() && !timed_out_; }

private:
  int fd_;
  std::string rest_;
  bool timed_out_ = false;
};

using handler = std::function<task<>(http::exchange&)>;

/** A server on an ephemeral port, with its own thread and io_context. */
class server {
public:
  explicit server(handler answer, limits bounds = {}, logger log = logger::none(),
                  http::listener_rules rules = {})
      : handler_{std::move(answer)},
        bounds_(bounds),
        rules_(std::move(rules)),
        io_(std::make_unique<boost::asio::io_context>(1)) {
    auto opened = http::listen(io_->get_executor(), "127.0.0.1", 0);
    acceptor_.emplace(std::move(opened.value()));
    port_ = acceptor_->local_endpoint().port();
    counts_ = {std::make_shared<std::atomic<std::size_t>>(0), std::make_shared<std::atomic<std::size_t>>(0)};
    accepting_.emplace(*acceptor_, handler_, rules_, bounds_, set_, counts_, std::move(log));
    boost::asio::co_spawn(*io_, accepting_->run(), boost::asio::detached);
    thread_ = std::thread([this] { io_->run(); });
  }
  ~server() { stop(); }

  /** Stop at once and destroy every coroutine where it stands. */
  void stop() {
    if (!io_) return;
    io_->stop();
    thread_.join();
    acceptor_.reset();
    io_.reset();
  }

  std::uint16_t port() const noexcept { return port_; }
  client connect() const { return client(port_); }

  /** Run something on the server's thread and wait for its result. */
  template <class F>
  auto on_thread(F f) {
    auto const job = std::make_shared<std::packaged_task<decltype(f())()>>(std::move(f));
    auto result = job->get_future();
    boost::asio::post(*io_, [job] { (*job)(); });
    return result.get();
  }

  /** Wait until a condition holds on the server's thread, for at most three seconds. */
  template <class F>
  bool eventually(F condition) {
    for (int i = 0; i != 600; ++i) {
      if (on_thread(condition)) return true;
      std::this_thread::sleep_for(5ms);
    }
    return false;
  }

  http::connection_set& set() noexcept { return set_; }
  boost::asio::io_context& io() noexcept { return *io_; }

private:
  handler handler_;
  limits bounds_;
  http::listener_rules rules_;
  http::accept_counts counts_;
  http::connection_set set_;
  std::unique_ptr<boost::asio::io_context> io_;
  std::optional<boost::asio::ip::tcp::acceptor> acceptor_;
  std::optional<http::accepting<handler>> accepting_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

/** Answers with the method, the path and the body it was sent. */
inline task<> echo(http::exchange& request) {
  auto const body = co_await request.read_body(1 << 20);
  if (!body) co_return;
  std::string text{request.head().method()};
  text += ' ';
  text += request.head().path();
  text += ' ';
  text += *body;
  http::response answer(200);
  answer.body("text/plain", std::move(text));
  co_await request.respond(std::move(answer));
}

inline std::string post(std::string_view body, std::string_view more_fields = {}) {
  std::string text = "POST /mcp HTTP/1.1\r\nHost: localhost\r\n";
  text += more_fields;
  text += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  text += body;
  return text;
}

inline std::string const get = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

}  // namespace http_test
