// mcpawl/test/loopback_client.hpp - a blocking HTTP client for tests, which hides nothing of what came
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace mcpawl::test {

/** A response as it came: status, fields in order, body with its chunks put together. */
struct http_reply {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> fields;  ///< Names in lower case.
  std::string body;

  /** The value of a field; empty if it is absent. */
  std::string_view field(std::string_view name) const {
    for (auto const& [key, value] : fields)
      if (key == name) return value;
    return {};
  }
  bool has(std::string_view name) const {
    for (auto const& entry : fields)
      if (entry.first == name) return true;
    return false;
  }
};

/** One connection to a server on this machine.

    It blocks, with a time-out of 10 seconds for every read. Everything can also be done byte by byte with
    `write` and `read_some`.

    @par Errors
    Throws `std::system_error` if the connection cannot be made or used, or nothing comes in time, and
    `std::runtime_error` for what is no HTTP/1.1 response, or ends too early.
    @par Thread safety
    One thread at a time.
*/
class loopback_client {
public:
  using fields = std::vector<std::pair<std::string, std::string>>;

  explicit loopback_client(std::uint16_t port)
      : port_(port), socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    timeval const patience{10, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (::connect(socket_, reinterpret_cast<sockaddr const*>(&to), sizeof to) != 0) {
      int const error = errno;
      ::close(socket_);
      throw std::system_error(error, std::generic_category(), "connect");
    }
  }
  loopback_client(loopback_client const&) = delete;
  loopback_client& operator=(loopback_client const&) = delete;
  ~loopback_client() { ::close(socket_); }

  /** Send a request and read its whole response. `Host` is added unless given; `Content-Length` for every body.
   */
  http_reply request(std::string_view method, std::string_view target, fields const& with = {},
                     std::string_view body = {}) {
    send_request(method, target, with, body);
    return read_reply(method == "HEAD");
  }

  void send_request(std::string_view method, std::string_view target, fields const& with = {},
                    std::string_view body = {}) {
    std::string text{method};
    text.append(" ").append(target).append(" HTTP/1.1\r\n");
    bool host = false;
    for (auto const& [name, value] : with) {
      text.append(name).append(": ").append(value).append("\r\n");
      host = host || name == "Host";
    }
    if (!host) text.append("Host: 127.0.0.1:").append(std::to_string(port_)).append("\r\n");
    if (!body.empty()) text.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
    text.append("\r\n").append(body);
    write(text);
  }

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      auto const sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0) throw std::system_error(errno, std::generic_category(), "send");
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  /** Read status line and fields; the body is left for `read_chunk`, `read_line` or `read_some`. */
  http_reply read_head() {
    http_reply reply;
    std::string const status = read_line();
    if (!status.starts_with("HTTP/1.") || status.size() < 12)
      throw std::runtime_error("no status line: " + status);
    reply.status = std::atoi(status.c_str() + 9);
    for (std::string line = read_line(); !line.empty(); line = read_line()) {
      auto const colon = line.find(": ");
      if (colon == std::string::npos) throw std::runtime_error("no field: " + line);
      std::string name = line.substr(0, colon);
      for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      reply.fields.emplace_back(std::move(name), line.substr(colon + 2));
    }
    return reply;
  }

  http_reply read_reply(bool head_only = false) {
    http_reply reply = read_head();
    if (head_only || reply.status == 204 || reply.status == 304 || reply.status < 200) return reply;
    if (reply.field("transfer-encoding") == "chunked") {
      for (std::string chunk = read_chunk(); !chunk.empty(); chunk = read_chunk()) reply.body += chunk;
    } else if (reply.has("content-length")) {
      reply.body = read_exactly(std::stoul(std::string(reply.field("content-length"))));
    } else {
      for (std::string some = read_some(); !some.empty(); some = read_some()) reply.body += some;
    }
    return reply;
  }

  /** One chunk of a chunked body; empty at its end. */
  std::string read_chunk() {
    std::size_t const size = std::stoul(read_line(), nullptr, 16);
    std::string data = read_exactly(size);
    read_line();
    return data;
  }

  /** A line without its CRLF.

      @par Errors
      Throws `std::runtime_error` at the end of the connection. */
  std::string read_line() {
    for (;;) {
      auto const end = buffer_.find("\r\n");
      if (end != std::string::npos) {
        std::string line = buffer_.substr(0, end);
        buffer_.erase(0, end + 2);
        return line;
      }
      if (!receive()) throw std::runtime_error("the connection ended");
    }
  }

  /** Whatever comes next; empty at the end of the connection. */
  std::string read_some() {
    if (buffer_.empty() && !receive()) return {};
    return std::exchange(buffer_, {});
  }

  /** True once the peer has closed, which this waits for; what still came is dropped. */
  bool closed() {
    buffer_.clear();
    while (receive()) buffer_.clear();
    return true;
  }

  int native_handle() const noexcept { return socket_; }

private:
  std::string read_exactly(std::size_t size) {
    while (buffer_.size() < size)
      if (!receive()) throw std::runtime_error("the connection ended inside a body");
    std::string data = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return data;
  }

  bool receive() {
    char bytes[16384];
    auto const got = ::recv(socket_, bytes, sizeof bytes, 0);
    if (got < 0 && errno == ECONNRESET) return false;
    if (got < 0) throw std::system_error(errno, std::generic_category(), "recv");
    buffer_.append(bytes, static_cast<std::size_t>(got));
    return got > 0;
  }

  std::uint16_t port_;
  int socket_;
  std::string buffer_;
};

}  // namespace mcpawl::test
