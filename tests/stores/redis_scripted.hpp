// tests/stores/redis_scripted.hpp - a server that says what a test wants, in the protocol of Redis
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/store/redis/redis_reader.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace redis_test {

/** Answers commands as a function says: bytes of RESP; nothing for the answers that a fit server gives at the start. */
class scripted {
public:
  using words = std::vector<std::string>;
  using answers = std::function<std::string(words const&)>;

  explicit scripted(answers by)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), by_(std::move(by)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    if (::bind(socket_, reinterpret_cast<sockaddr*>(&at), size) != 0 || ::listen(socket_, 64) != 0 ||
        ::getsockname(socket_, reinterpret_cast<sockaddr*>(&at), &size) != 0)
      throw std::runtime_error("not listening");
    port_ = ntohs(at.sin_port);
    accepting_ = std::thread([this] { accept(); });
  }
  scripted(scripted const&) = delete;
  scripted& operator=(scripted const&) = delete;
  ~scripted() {
    stopping_ = true;
    accepting_.join();
    ::close(socket_);
  }

  int connections() const noexcept { return connections_; }
  std::string url(std::string const& query = {}) const {
    return "redis://127.0.0.1:" + std::to_string(port_) + "/0" + query;
  }

  /** What a fit server answers at the start. */
  static std::string fit(words const& command, std::string const& info = fit_info()) {
    if (command[0] == "INFO") return bulk(info);
    if (command[0] == "CONFIG") return "*2\r\n$11\r\nappendfsync\r\n$6\r\nalways\r\n";
    if (command[0] == "TIME") return "*2\r\n$10\r\n1700000000\r\n$1\r\n0\r\n";
    if (command[0] == "SCRIPT") return bulk(std::string(40, 'a'));
    if (command[0] == "WAITAOF") return "*2\r\n:1\r\n:0\r\n";
    if (command[0] == "WAIT") return ":1\r\n";
    return "-ERR unknown\r\n";
  }
  static std::string fit_info() {
    return "redis_version:7.0.15\r\nrole:master\r\nmaxmemory_policy:noeviction\r\naof_enabled:1\r\nloading:0\r\n";
  }
  static std::string bulk(std::string const& text) {
    return '$' + std::to_string(text.size()) + "\r\n" + text + "\r\n";
  }

private:
  /** Serve each connection on a thread of its own. */
  void accept() {
    std::vector<std::thread> all;
    while (!stopping_) {
      if (!readable(socket_)) continue;
      int const client = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
      if (client < 0) continue;
      ++connections_;
      all.emplace_back([this, client] {
        serve(client);
        ::close(client);
      });
    }
    for (auto& each : all) each.join();
  }

  void serve(int client) {
    mcpawl::detail::redis_reader reader;
    while (!stopping_) {
      if (!readable(client)) continue;
      std::array<char, 16384> room;
      auto const n = ::recv(client, room.data(), room.size(), 0);
      if (n <= 0 || !reader.put(std::string_view(room.data(), static_cast<std::size_t>(n)))) return;
      while (auto command = reader.take()) {
        words all;
        for (auto& each : command->items) all.push_back(std::move(each.text));
        std::string reply;
        {
          std::lock_guard const lock(mutex_);
          reply = by_(all);
        }
        if (reply.empty()) reply = fit(all);
        if (reply == "cut" || !send_all(client, reply)) return;
      }
    }
  }

  /** Whether there is something to read; waits for a moment. */
  static bool readable(int socket, int milliseconds = 5) {
    pollfd look{socket, POLLIN, 0};
    return ::poll(&look, 1, milliseconds) == 1;
  }
  static bool send_all(int to, std::string_view bytes) {
    while (!bytes.empty()) {
      auto const n = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }

  int const socket_;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<int> connections_{0};
  std::mutex mutex_;
  answers const by_;
  std::thread accepting_;
};

}  // namespace redis_test
