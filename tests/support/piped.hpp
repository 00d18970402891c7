// tests/support/piped.hpp - a server on a pair of pipes while a test talks to it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/serve_stdio.hpp>
#include <mcpawl/server.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

namespace support {

/** Runs `serve_stdio` on a thread. */
class piped {
public:
  explicit piped(mcpawl::server<> const& srv, mcpawl::stdio_options options = {}) {
    if (::pipe(to_.data()) != 0 || ::pipe(from_.data()) != 0)
      throw std::system_error(errno, std::generic_category(), "pipe");
    options.input = to_[0];
    options.output = from_[1];
    options.log = mcpawl::logger::none();
    thread_ = std::thread([this, &srv, options] {
      try {
        mcpawl::serve_stdio(srv, options);
      } catch (...) {
        failure_ = std::current_exception();
      }
      ::close(to_[0]);
      ::close(from_[1]);
    });
  }
  ~piped() {
    close_input();
    close_output();
    if (thread_.joinable()) thread_.join();
  }
  piped(piped const&) = delete;
  piped& operator=(piped const&) = delete;

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      auto const sent = ::write(to_[1], bytes.data(), bytes.size());
      if (sent < 0) throw std::system_error(errno, std::generic_category(), "write");
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  void send(std::string line) {
    line += '\n';
    write(line);
  }

  /** One line of the server; throws at the end of its output. */
  std::string line() {
    for (;;) {
      auto const end = buffer_.find('\n');
      if (end != std::string::npos) {
        std::string out = buffer_.substr(0, end);
        buffer_.erase(0, end + 1);
        return out;
      }
      if (!receive()) throw std::runtime_error("the server has ended");
    }
  }
  boost::json::value message() { return boost::json::parse(line()); }
  boost::json::value ask(std::string line) {
    send(std::move(line));
    return message();
  }
  /** True if the server ends its output without another byte. */
  bool ended() { return buffer_.empty() && !receive(); }

  void close_input() {
    if (to_[1] >= 0) ::close(std::exchange(to_[1], -1));
  }
  void close_output() {
    if (from_[0] >= 0) ::close(std::exchange(from_[0], -1));
  }
  /** Send the server a signal, on its own thread. */
  void signal(int number) { ::pthread_kill(thread_.native_handle(), number); }

  /** Wait until the server has returned. */
  void join() {
    thread_.join();
    if (failure_) std::rethrow_exception(failure_);
  }

private:
  bool receive() {
    pollfd watched{from_[0], POLLIN, 0};
    if (::poll(&watched, 1, 10'000) != 1) throw std::runtime_error("the server says nothing");
    char bytes[16384];
    auto const got = ::read(from_[0], bytes, sizeof bytes);
    if (got < 0) throw std::system_error(errno, std::generic_category(), "read");
    buffer_.append(bytes, static_cast<std::size_t>(got));
    return got > 0;
  }

  std::array<int, 2> to_{-1, -1};
  std::array<int, 2> from_{-1, -1};
  std::string buffer_;
  std::exception_ptr failure_;
  std::thread thread_;
};

}  // namespace support
