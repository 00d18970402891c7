// tests/support/tls_client.hpp - a TLS client that blocks, with every setting that a server could refuse
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "../unit/http/certificates.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace support {

/** A connection to a port of this machine; nothing waits for longer than 10 seconds.

    @par Thread safety
    One thread at a time. */
class tls_client {
public:
  using setting = std::function<void(SSL_CTX*)>;

  explicit tls_client(std::uint16_t port, setting const& set = {})
      : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
        context_(::SSL_CTX_new(::TLS_client_method())) {
    ::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without asking
    ::SSL_CTX_set_verify(context_.get(), SSL_VERIFY_NONE, nullptr);
    if (set) set(context_.get());
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    timeval const patience{10, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (::connect(fd_, reinterpret_cast<sockaddr const*>(&to), sizeof to) != 0)
      throw std::runtime_error("connect");
    ssl_.reset(::SSL_new(context_.get()));
    ::SSL_set_fd(ssl_.get(), fd_);
  }
  tls_client(tls_client const&) = delete;
  tls_client& operator=(tls_client const&) = delete;
  ~tls_client() {
    // a session whose connection just ends would not be resumed
    ::SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    ssl_.reset();
    ::close(fd_);
  }

  bool shake_hands() {
    ::ERR_clear_error();
    return ::SSL_connect(ssl_.get()) == 1;
  }
  bool write(std::string_view text) {
    ::ERR_clear_error();
    return ::SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())) ==
           static_cast<int>(text.size());
  }
  /** What comes next; empty at the end. */
  std::string read() {
    ::ERR_clear_error();
    char bytes[16384];
    int const n = ::SSL_read(ssl_.get(), bytes, sizeof bytes);
    ended_well_ = n <= 0 && ::SSL_get_error(ssl_.get(), n) == SSL_ERROR_ZERO_RETURN;
    return n > 0 ? std::string(bytes, static_cast<std::size_t>(n)) : std::string();
  }
  std::string read_all() {
    std::string all;
    for (std::string some = read(); !some.empty(); some = read()) all += some;
    return all;
  }
  std::string read_until(std::string_view mark) {
    std::string all;
    while (all.find(mark) == std::string::npos) {
      std::string const some = read();
      if (some.empty()) break;
      all += some;
    }
    return all;
  }

  /** Whether the last read ended by close_notify. */
  bool ended_well() const noexcept { return ended_well_; }
  SSL* native() const noexcept { return ssl_.get(); }
  int descriptor() const noexcept { return fd_; }
  std::string version() const { return ::SSL_get_version(ssl_.get()); }
  std::string protocol() const {
    unsigned char const* name = nullptr;
    unsigned size = 0;
    ::SSL_get0_alpn_selected(ssl_.get(), &name, &size);
    return name != nullptr ? std::string(reinterpret_cast<char const*>(name), size) : std::string();
  }

private:
  struct freer {
    void operator()(SSL* ssl) const noexcept { ::SSL_free(ssl); }
    void operator()(SSL_CTX* context) const noexcept { ::SSL_CTX_free(context); }
  };
  int fd_;
  std::unique_ptr<SSL_CTX, freer> context_;
  std::unique_ptr<SSL, freer> ssl_;
  bool ended_well_ = false;
};

/** Have a client show a certificate. */
inline tls_client::setting shows(http_test::certified const& who) {
  return [&who](SSL_CTX* context) {
    ::SSL_CTX_use_certificate(context, who.certificate.get());
    ::SSL_CTX_use_PrivateKey(context, who.key.get());
  };
}

}  // namespace support
