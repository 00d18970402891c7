// mcpawl/store/sqlite_bus.hpp - messages between the processes that share a SQLite file, by datagrams
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/async_event.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/store/bus_channel.hpp>
#include <mcpawl/store/bus_folder.hpp>
#include <mcpawl/store/bus_gate.hpp>
#include <mcpawl/store/engine_channel.hpp>
#include <mcpawl/store/errc.hpp>
#include <mcpawl/store/retry_pauses.hpp>

#include <boost/asio/error.hpp>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace mcpawl::detail {

inline owned_descriptor make_datagram_socket() noexcept {
  owned_descriptor made(::socket(AF_UNIX, SOCK_DGRAM, 0));
  if (!made) return made;
  close_on_exec(made.get());
  // some systems have room for half a message unless they are asked
  constexpr int least = 64 * 1024;
  for (int const which : {SO_SNDBUF, SO_RCVBUF}) {
    int has = 0;
    socklen_t size = sizeof has;
    if (::getsockopt(made.get(), SOL_SOCKET, which, &has, &size) == 0 && has < least)
      ::setsockopt(made.get(), SOL_SOCKET, which, &least, sizeof least);
  }
  return made;
}

/** Hears what is sent to one instance, on a thread of its own.

    @par Lifetime
    `close`, or the destructor, waits for the thread.
    @par Thread safety
    `close` may be called by several threads at once. */
class sqlite_bus_receiver {
public:
  sqlite_bus_receiver(std::string folder, instance_id self, std::shared_ptr<bus_gate> to)
      : folder_(std::move(folder)), self_(self), to_(std::move(to)) {
    std::array<int, 2> both{-1, -1};
    if (::pipe(both.data()) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
    woken_ = owned_descriptor(both[0]);
    waking_ = owned_descriptor(both[1]);
    for (int const each : both) close_on_exec(each);
    thread_ = std::thread([this] { run(); });
  }
  sqlite_bus_receiver(sqlite_bus_receiver const&) = delete;
  sqlite_bus_receiver& operator=(sqlite_bus_receiver const&) = delete;
  ~sqlite_bus_receiver() { close(); }

  void close() noexcept {
    std::lock_guard const lock(mutex_);
    if (!thread_.joinable()) return;
    char const byte = 0;
    while (::write(waking_.get(), &byte, 1) < 0 && errno == EINTR) {
    }
    thread_.join();
  }

private:
  static constexpr std::chrono::milliseconds looked_after{1000};  // that the socket is still in the folder

  void run() noexcept {
    retry_pauses pauses;
    for (;;) {
      std::chrono::milliseconds pause = retry_pauses::longest;
      try {
        if (!hear(pauses)) return;
        pause = pauses.next();
      } catch (...) {
        // out of memory: it may go better later
      }
      if (wait(-1, pause) == event::closing) return;
    }
  }

  enum class event : unsigned char { nothing, message, closing };

  event wait(int socket, std::chrono::milliseconds patience) const noexcept {
    std::array<pollfd, 2> both{{{woken_.get(), POLLIN, 0}, {socket, POLLIN, 0}}};
    int const ready = ::poll(both.data(), both.size(), static_cast<int>(patience.count()));
    if (ready <= 0) return event::nothing;
    return both[0].revents != 0 ? event::closing : event::message;
  }

  /** Have a socket and hear; false if it is closed, true if another one is needed. */
  bool hear(retry_pauses& pauses) {
    auto const socket = make_datagram_socket();
    auto const folder = bus_folder::open(folder_, true);
    if (!socket || !folder) return true;
    auto const name = folder->bind(socket.get(), self_);
    if (!name) return true;
    pauses.reset();
    bool good = to_->connected(), closing = false;
    auto looked = std::chrono::steady_clock::now();
    while (good && !closing) {
      switch (wait(socket.get(), looked_after)) {
        case event::closing: closing = true; break;
        case event::message: good = take(socket.get()); break;
        case event::nothing: break;
      }
      auto const now = std::chrono::steady_clock::now();
      if (now - looked < looked_after) continue;
      looked = now;
      good = good && folder->has(*name) && is_there(*name);
    }
    folder->remove(*name);
    to_->disconnected();
    return !closing;
  }

  /** Whether those who send find it: the folder may be another one by now. */
  bool is_there(std::string const& name) const {
    auto const folder = bus_folder::open(folder_, false);
    return folder && folder->has(name);
  }

  bool take(int socket) {
    for (int n = 0; n != 64; ++n) {
      iovec part{room_.data(), room_.size()};
      msghdr with{};
      with.msg_iov = &part;
      with.msg_iovlen = 1;
      auto const size = ::recvmsg(socket, &with, MSG_DONTWAIT);
      if (size < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
      if ((with.msg_flags & MSG_TRUNC) != 0) continue;  // not of ours
      if (!to_->message({room_.data(), static_cast<std::size_t>(size)})) return false;
    }
    return true;
  }

  std::string const folder_;
  instance_id const self_;
  std::shared_ptr<bus_gate> const to_;
  std::array<char, bus_channel::max_message> room_{};
  owned_descriptor woken_, waking_;
  std::mutex mutex_;
  std::thread thread_;  // declared last: it uses all the others
};

/** Sends what is published, on a thread of its own, since a receiver whose queue is full is waited for; and ends the receivers with the
    store.

    @par Thread safety
    Any thread, but for `close` and the destructor. */
class sqlite_bus_hub {
public:
  /** A message, and who waits until it is sent. */
  struct request {
    instance_id to;
    std::string message;
    error_code failed;
    std::shared_ptr<async_event> end = std::make_shared<async_event>();
  };
  static constexpr std::size_t max_waiting = 1024;
  static constexpr std::chrono::milliseconds patience{100};  ///< With a receiver; then it misses messages.

  explicit sqlite_bus_hub(std::string folder) : folder_(std::move(folder)) {}
  sqlite_bus_hub(sqlite_bus_hub const&) = delete;
  sqlite_bus_hub& operator=(sqlite_bus_hub const&) = delete;
  ~sqlite_bus_hub() { close(); }

  /** @par Errors
      `store_errc::busy`, `closed`. */
  error_code submit(std::shared_ptr<request> what) {
    std::lock_guard const lock(mutex_);
    if (closed_) return store_errc::closed;
    if (waiting_.size() >= max_waiting) return store_errc::busy;
    try {
      if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
    } catch (std::system_error const&) {
      return store_errc::busy;
    }
    waiting_.push_back(std::move(what));
    wake_.notify_one();
    return {};
  }

  /** Null if the store is being closed. */
  std::shared_ptr<sqlite_bus_receiver> listen(instance_id self, std::shared_ptr<bus_gate> to) {
    std::lock_guard const lock(mutex_);
    if (closed_) return nullptr;
    std::erase_if(receivers_, [](auto const& each) { return each.expired(); });
    auto made = std::make_shared<sqlite_bus_receiver>(folder_, self, std::move(to));
    receivers_.push_back(made);
    return made;
  }

  /** Hear no more; when it returns, the thread has ended. */
  static void forget(std::shared_ptr<sqlite_bus_receiver> const& receiver) noexcept { receiver->close(); }

  /** Send what was submitted, and end. */
  void close() noexcept {
    {
      std::lock_guard const lock(mutex_);
      closed_ = true;
      wake_.notify_one();
    }
    if (thread_.joinable()) thread_.join();
    // nobody is added any more
    for (auto const& each : receivers_)
      if (auto const one = each.lock()) one->close();
    receivers_.clear();
  }

private:
  void run() {
    for (;;) {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      auto const next = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      try {
        next->failed = send(*next);
      } catch (...) {
        next->failed = store_errc::io;
      }
      next->end->notify();
    }
  }

  error_code send(request const& what) {
    auto const folder = bus_folder::open(folder_, true);
    if (!folder) return folder.error();
    if (!socket_) socket_ = make_datagram_socket();
    if (!socket_) return store_errc::io;
    std::set<std::string> still_full;
    for (auto const& name : folder->names(what.to)) {
      // who was waited for in vain is not waited for again before it has taken something
      auto const until =
          std::chrono::steady_clock::now() + (full_.contains(name) ? std::chrono::milliseconds{0} : patience);
      auto done = folder->send(socket_.get(), name, what.message);
      while (done == bus_folder::delivery::full && std::chrono::steady_clock::now() < until) {
        std::this_thread::sleep_for(std::chrono::microseconds{200});
        done = folder->send(socket_.get(), name, what.message);
      }
      if (done == bus_folder::delivery::full) still_full.insert(name);
      if (done == bus_folder::delivery::done) full_.erase(name);
    }
    full_.merge(still_full);
    if (full_.size() > max_waiting) full_.clear();
    return {};
  }

  std::string const folder_;
  owned_descriptor socket_;  // of the thread, as what follows
  std::set<std::string> full_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::shared_ptr<request>> waiting_;
  std::vector<std::weak_ptr<sqlite_bus_receiver>> receivers_;
  bool closed_ = false;
  std::thread thread_;
};

/** Have the thread send it. */
inline task<result<void>> publish_by(std::shared_ptr<sqlite_bus_hub> hub, instance_id to,
                                     std::string message) {
  auto const request = std::make_shared<sqlite_bus_hub::request>();
  request->to = to;
  request->message = std::move(message);
  if (error_code const refused = hub->submit(request)) co_return refused;
  bool const done = co_await request->end->wait();
  if (!done) co_return make_error_code(boost::asio::error::operation_aborted);
  if (request->failed) co_return request->failed;
  co_return result<void>();
}

/** The channel of a `sqlite_store`. */
using sqlite_bus = engine_channel<sqlite_bus_hub>;

}  // namespace mcpawl::detail
