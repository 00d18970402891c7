// tests/stores/redis_proxy.hpp - what stands between a store and a Redis server, and loses things; and a server that says what a test wants
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

/** Accepts connections, each with a thread of its own. */
class listening {
public:
  listening(listening const&) = delete;
  listening& operator=(listening const&) = delete;
  std::uint16_t port() const noexcept { return port_; }
  std::string url(std::string const& query = {}) const {
    return "redis://127.0.0.1:" + std::to_string(port_) + "/0" + query;
  }
  int connections() const noexcept { return connections_; }

protected:
  listening() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    if (::bind(socket_, reinterpret_cast<sockaddr*>(&at), size) != 0 || ::listen(socket_, 64) != 0 ||
        ::getsockname(socket_, reinterpret_cast<sockaddr*>(&at), &size) != 0)
      throw std::runtime_error("not listening");
    port_ = ntohs(at.sin_port);
  }
  virtual ~listening() = default;

  /** To be called by the constructor of the class that has `serve`. */
  void start() {
    accepting_ = std::thread([this] {
      std::vector<std::thread> all;
      while (!stopping()) {
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
    });
  }
  /** To be called by its destructor. */
  void stop() {
    stopping_ = true;
    accepting_.join();
    ::close(socket_);
  }
  bool stopping() const noexcept { return stopping_; }
  virtual void serve(int client) = 0;

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

private:
  int const socket_;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<int> connections_{0};
  std::thread accepting_;
};

/** Hands everything on between a store and a server, unless it is told otherwise. */
class proxy final : public listening {
public:
  explicit proxy(std::uint16_t to) : to_(to) { start(); }
  ~proxy() { stop(); }

  /** What becomes of new connections and of bytes that come from now on. */
  enum class mode { pass, swallow_answers, hold_requests, refuse };
  void set(mode what) { mode_ = what; }
  /** Close all connections of clients; what is held for the server stays. */
  void cut() { ++cuts_; }
  /** Hand on what was held, also that of clients that are gone. */
  void release() { ++releases_; }
  std::size_t held() const noexcept { return held_; }
  std::size_t swallowed() const noexcept { return swallowed_; }

private:
  void serve(int client) override {
    if (mode_ == mode::refuse) return;
    int const cuts = cuts_, releases = releases_;
    int const server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(to_);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    std::string held;
    bool here = true;  // the client
    bool there = ::connect(server, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0;
    while (!stopping() && there && (here || !held.empty())) {
      std::array<pollfd, 2> look{{{server, POLLIN, 0}, {here ? client : -1, POLLIN, 0}}};
      ::poll(look.data(), 2, 2);
      std::array<char, 16384> room;
      if (here && cuts_ != cuts) {
        ::shutdown(client, SHUT_RDWR);
        here = false;
      }
      if (here && look[1].revents != 0) {
        auto const n = ::recv(client, room.data(), room.size(), 0);
        if (n <= 0) {
          here = false;
        } else {
          std::string_view const bytes(room.data(), static_cast<std::size_t>(n));
          if (mode_ == mode::hold_requests || !held.empty()) {
            held.append(bytes);
            held_ += bytes.size();
          } else {
            there = send_all(server, bytes);
          }
        }
      }
      if (look[0].revents != 0) {
        auto const n = ::recv(server, room.data(), room.size(), 0);
        if (n <= 0) there = false;
        if (n > 0 && mode_ == mode::swallow_answers)
          swallowed_ += static_cast<std::size_t>(n);
        else if (n > 0 && here)
          here = send_all(client, std::string_view(room.data(), static_cast<std::size_t>(n)));
      }
      if (!held.empty() && releases_ != releases) {
        there = send_all(server, held);
        held.clear();
        if (!here) readable(server, 1000);  // let it be carried out
      }
    }
    ::close(server);
  }

  std::uint16_t const to_;
  std::atomic<mode> mode_{mode::pass};
  std::atomic<int> cuts_{0}, releases_{0};
  std::atomic<std::size_t> held_{0}, swallowed_{0};
};

/** Answers commands as a function says: bytes of RESP; nothing for the answers that a fit server gives at the start. */
class scripted final : public listening {
public:
  using words = std::vector<std::string>;
  using answers = std::function<std::string(words const&)>;

  explicit scripted(answers by) : by_(std::move(by)) { start(); }
  ~scripted() { stop(); }

  /** What a fit server answers at the start. */
  static std::string fit(words const& command, std::string const& info = fit_info()) {
    if (command[0] == "INFO") return bulk(info);
    if (command[0] == "CONFIG") return "*2\r\n$11\r\nappendfsync\r\n$6\r\nalways\r\n";
    if (command[0] == "TIME") return "*2\r\n$10\r\n1700000000\r\n$1\r\n0\r\n";
    if (command[0] == "SCRIPT") return bulk(std::string(40, 'a'));
    return "-ERR unknown\r\n";
  }
  static std::string fit_info() {
    return "redis_version:7.0.15\r\nrole:master\r\nmaxmemory_policy:noeviction\r\naof_enabled:1\r\nloading:0\r\n";
  }
  static std::string bulk(std::string const& text) {
    return '$' + std::to_string(text.size()) + "\r\n" + text + "\r\n";
  }

private:
  void serve(int client) override {
    mcpawl::detail::redis_reader reader;
    while (!stopping()) {
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

  std::mutex mutex_;
  answers const by_;
};

}  // namespace redis_test
