// tests/stores/tcp_proxy.hpp - stands between a store and its server, and loses what it is told to lose
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace stores {

/** Hands bytes on between clients and a port of 127.0.0.1, on a thread of its own.

    @par Thread safety
    All functions may be called from any thread. */
class tcp_proxy {
public:
  explicit tcp_proxy(std::uint16_t to) : to_(to) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 64) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error("the proxy cannot listen");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  tcp_proxy(tcp_proxy const&) = delete;
  tcp_proxy& operator=(tcp_proxy const&) = delete;
  ~tcp_proxy() {
    {
      std::lock_guard const lock(mutex_);
      ending_ = true;
    }
    wake();
    thread_.join();
    for (auto& each : links_) close(each);
    ::close(listener_);
    ::close(event_);
  }

  std::uint16_t port() const noexcept { return port_; }

  /** The next answers are lost, and their connections with them. */
  void lose_answers(int count) {
    set([&] { answers_to_lose_ = count; });
  }
  /** How many were. */
  int lost_answers() const {
    std::lock_guard const lock(mutex_);
    return lost_answers_;
  }
  /** The next request stays here, and its client is cut; `deliver_held` sends it on. */
  void hold_next_request() {
    set([&] { hold_next_ = true; });
  }
  bool holds() const {
    std::lock_guard const lock(mutex_);
    for (auto const& each : links_)
      if (!each.held.empty()) return true;
    return false;
  }
  void deliver_held() {
    set([&] { deliver_ = true; });
  }
  /** The next requests are lost before they reach the server, and their connections with them. */
  void lose_requests(int count) {
    set([&] { requests_to_lose_ = count; });
  }
  /** Nothing goes through any more, and nobody is told. */
  void blackhole(bool on) {
    set([&] { blackhole_ = on; });
  }
  /** New connections are closed at once. */
  void refuse(bool on) {
    set([&] { refuse_ = on; });
  }
  /** All bytes wait for so long. */
  void delay(std::chrono::milliseconds by) {
    set([&] { delay_ = by; });
  }
  /** Where new connections go from now on. */
  void lead_to(std::uint16_t port) {
    set([&] { to_ = port; });
  }
  /** Cut everybody. */
  void cut() {
    set([&] { cut_ = true; });
  }
  /** Clients that were accepted so far. */
  int accepted() const {
    std::lock_guard const lock(mutex_);
    return accepted_;
  }

private:
  struct link {
    int client = -1, server = -1;
    std::string held;  // what was taken from the client and not sent on
  };

  template <class F>
  void set(F f) {
    {
      std::lock_guard const lock(mutex_);
      f();
    }
    wake();
  }
  void wake() {
    std::uint64_t const one = 1;
    (void)!::write(event_, &one, sizeof one);
  }
  static void close(link& which) {
    for (int* each : {&which.client, &which.server}) {
      if (*each >= 0) ::close(*each);
      *each = -1;
    }
  }
  static bool send_all(int to, std::string_view bytes) {
    while (!bytes.empty()) {
      auto const sent = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  void run() {
    for (;;) {
      std::vector<pollfd> polled{{listener_, POLLIN, 0}, {event_, POLLIN, 0}};
      {
        std::lock_guard const lock(mutex_);
        if (ending_) return;
        for (auto const& each : links_) {
          short const wanted = blackhole_ ? short{0} : short{POLLIN};
          polled.push_back({each.client, wanted, 0});
          polled.push_back({each.server, wanted, 0});
        }
      }
      ::poll(polled.data(), polled.size(), -1);
      std::chrono::milliseconds delay{0};
      {
        std::lock_guard const lock(mutex_);
        delay = delay_;
      }
      if (delay.count() != 0) std::this_thread::sleep_for(delay);
      std::lock_guard const lock(mutex_);
      if (polled[1].revents != 0) {
        std::uint64_t count;
        (void)!::read(event_, &count, sizeof count);
        obey();
        continue;  // what was polled may be gone
      }
      std::size_t at = 2;
      for (auto& each : links_) {
        bool const from_client = polled[at++].revents != 0, from_server = polled[at++].revents != 0;
        if (blackhole_) continue;
        if (from_client && each.client >= 0) take_request(each);
        if (from_server && each.server >= 0) take_answer(each);
      }
      links_.remove_if([](link const& each) { return each.client < 0 && each.server < 0; });
      if (polled[0].revents != 0) accept();
    }
  }

  void obey() {
    if (cut_)
      for (auto& each : links_) close(each);
    cut_ = false;
    if (deliver_) {
      for (auto& each : links_) {
        if (each.held.empty()) continue;
        send_all(each.server, each.held);
        each.held.clear();
      }
    }
    deliver_ = false;
    links_.remove_if([](link const& each) { return each.client < 0 && each.server < 0; });
  }

  void accept() {
    int const client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) return;
    ++accepted_;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(to_);
    link made{client, ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), {}};
    if (refuse_ || ::connect(made.server, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      return close(made);
    int const on = 1;
    ::setsockopt(made.client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(made.server, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    links_.push_back(std::move(made));
  }

  void take_request(link& from) {
    auto const got = ::recv(from.client, buffer_.data(), buffer_.size(), 0);
    if (got <= 0) return close(from);
    std::string_view const bytes(buffer_.data(), static_cast<std::size_t>(got));
    if (requests_to_lose_ != 0) {
      --requests_to_lose_;
      return close(from);
    }
    if (hold_next_) {
      hold_next_ = false;
      from.held = bytes;
      ::close(from.client);
      from.client = -1;
      return;
    }
    if (!send_all(from.server, bytes)) close(from);
  }

  void take_answer(link& from) {
    auto const got = ::recv(from.server, buffer_.data(), buffer_.size(), 0);
    if (got <= 0) return close(from);
    if (answers_to_lose_ != 0) {
      --answers_to_lose_;
      ++lost_answers_;
      return close(from);
    }
    if (from.client < 0) return;  // who asked is gone
    if (!send_all(from.client, {buffer_.data(), static_cast<std::size_t>(got)})) close(from);
  }

  mutable std::mutex mutex_;
  std::uint16_t to_, port_ = 0;
  int listener_ = -1;
  int const event_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  std::list<link> links_;
  std::array<char, 65536> buffer_;
  int answers_to_lose_ = 0, requests_to_lose_ = 0, lost_answers_ = 0, accepted_ = 0;
  bool hold_next_ = false, deliver_ = false, blackhole_ = false, refuse_ = false, cut_ = false,
       ending_ = false;
  std::chrono::milliseconds delay_{0};
  std::thread thread_;
};

}  // namespace stores
