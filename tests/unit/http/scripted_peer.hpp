// tests/unit/http/scripted_peer.hpp - a server that does to each client what a script says, with TLS or
// without
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "certificates.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace http_test {

/** One accepted client, seen by a script. */
class guest {
public:
  explicit guest(int fd, SSL* ssl = nullptr) : fd_(fd), ssl_(ssl) {}

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      auto const n =
          ssl_ != nullptr
              ? static_cast<ssize_t>(::SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())))
              : ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }
  /** Read until the mark has come; what was read. */
  std::string read_until(std::string_view mark) {
    std::string all;
    char buffer[4096];
    while (all.find(mark) == std::string::npos) {
      auto const n = ssl_ != nullptr ? static_cast<ssize_t>(::SSL_read(ssl_, buffer, sizeof buffer))
                                     : ::recv(fd_, buffer, sizeof buffer, 0);
      if (n <= 0) break;
      all.append(buffer, static_cast<std::size_t>(n));
    }
    return all;
  }
  void reset() {
    linger const now{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  }
  /** Say good-bye as TLS does it. */
  void close_notify() { ::SSL_shutdown(ssl_); }
  /** Wait until the client is gone, for at most three seconds. */
  void wait_until_gone() {
    timeval const patience{3, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    char buffer[4096];
    while (::recv(fd_, buffer, sizeof buffer, 0) > 0) {
    }
  }

private:
  int fd_;
  SSL* ssl_;
};

using script = std::function<void(guest&)>;

/** Listens on an ephemeral port of 127.0.0.1; serves one client at a time on a thread of its own. */
class scripted_peer {
public:
  explicit scripted_peer(script play, certified const* identity = nullptr) : play_(std::move(play)) {
    if (identity != nullptr) {
      context_.reset(::SSL_CTX_new(::TLS_server_method()));
      ::SSL_CTX_use_certificate(context_.get(), identity->certificate.get());
      ::SSL_CTX_use_PrivateKey(context_.get(), identity->key.get());
    }
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(fd_, reinterpret_cast<sockaddr const*>(&at), sizeof at);
    ::listen(fd_, 16);
    socklen_t size = sizeof at;
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  scripted_peer(scripted_peer const&) = delete;
  ~scripted_peer() {
    ::shutdown(fd_, SHUT_RDWR);
    thread_.join();
    ::close(fd_);
  }

  std::uint16_t port() const noexcept { return port_; }
  int visits() const noexcept { return visits_; }
  /** Wait until so many connections have been closed. */
  void wait_for_closed(int count) const {
    for (int now = closed_; now < count; now = closed_) closed_.wait(now);
  }
  std::string url(std::string const& path = "/", std::string const& host = "127.0.0.1") const {
    return (context_ ? "https://" : "http://") + host + ":" + std::to_string(port_) + path;
  }
  SSL_CTX* tls() noexcept { return context_.get(); }

private:
  struct context_freer {
    void operator()(SSL_CTX* context) const { ::SSL_CTX_free(context); }
  };

  void run() {
    // of this thread alone: whether the client raises the signal is for tests to see
    sigset_t broken_pipe;
    ::sigemptyset(&broken_pipe);
    ::sigaddset(&broken_pipe, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
    for (int fd = ::accept(fd_, nullptr, nullptr); fd >= 0; fd = ::accept(fd_, nullptr, nullptr)) {
      ++visits_;
      SSL* ssl = nullptr;
      bool welcome = true;
      if (context_) {
        ssl = ::SSL_new(context_.get());
        ::SSL_set_fd(ssl, fd);
        welcome = ::SSL_accept(ssl) == 1;
      }
      guest who(fd, ssl);
      if (welcome) play_(who);
      ::SSL_free(ssl);
      ::close(fd);
      ++closed_;
      closed_.notify_all();
    }
  }

  script play_;
  std::unique_ptr<SSL_CTX, context_freer> context_;
  int fd_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> visits_{0}, closed_{0};
  std::thread thread_;
};

}  // namespace http_test
