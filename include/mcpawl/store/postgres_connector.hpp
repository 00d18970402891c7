// mcpawl/store/postgres_connector.hpp - the thread that makes connections to PostgreSQL, one after another
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/store/errc.hpp>
#include <mcpawl/store/postgres_handle.hpp>
#include <mcpawl/store/postgres_session.hpp>
#include <mcpawl/store/postgres_target.hpp>

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** Connects on a thread of its own, since looking names up waits, and so does nothing else.

    @par Lifetime
    `close`, or the destructor, interrupts what is under way, but for a look-up of a name, which it waits for.
    @par Thread safety
    `request` may be called from any thread; the answer comes on the connector's. */
class postgres_connector {
public:
  using answer = std::function<void(result<postgres_handle>)>;
  /** What a connection is for. */
  struct wish {
    postgres_use use;
    std::vector<std::string> names;  ///< What is listened to.
  };
  static constexpr std::chrono::milliseconds patience{1000};  ///< For one round of all servers.

  explicit postgres_connector(postgres_target target) : target_(std::move(target)) {
    if (interrupt_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
    thread_ = std::thread([this] { run(); });
  }
  postgres_connector(postgres_connector const&) = delete;
  postgres_connector& operator=(postgres_connector const&) = delete;
  ~postgres_connector() {
    close();
    ::close(interrupt_);
  }

  /** End, without an answer to what was requested and is not made. */
  void close() {
    if (!thread_.joinable()) return;
    {
      std::lock_guard const lock(mutex_);
      closing_ = true;
    }
    std::uint64_t const one = 1;
    (void)!::write(interrupt_, &one, sizeof one);
    wake_.notify_one();
    thread_.join();
  }

  /** Make a connection and tell; one after another. */
  void request(wish of, answer tell) {
    {
      std::lock_guard const lock(mutex_);
      wanted_.emplace_back(std::move(of), std::move(tell));
    }
    wake_.notify_one();
  }

private:
  void run() {
    for (;;) {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return closing_ || !wanted_.empty(); });
      if (closing_) return;
      auto const [of, tell] = std::move(wanted_.front());
      wanted_.pop_front();
      lock.unlock();
      tell(connect(of));
    }
  }

  /** Try all servers, beginning with the one that was good last. */
  result<postgres_handle> connect(wish const& of) {
    auto const& servers = target_.servers();
    std::chrono::milliseconds const each =
        std::max(patience / static_cast<int>(servers.size()), patience / 3);
    result<postgres_handle> out = make_error_code(store_errc::unreachable);
    for (std::size_t i = 0; i != servers.size(); ++i) {
      std::size_t const at = (good_ + i) % servers.size();
      postgres_session session(interrupt_);
      error_code failed = session.connect(servers[at], std::chrono::steady_clock::now() + each);
      if (!failed)
        failed = of.use == postgres_use::listening ? session.listen(of.names) : session.prepare(of.use);
      if (!failed) {
        good_ = at;
        return std::move(session).take();
      }
      out = failed;
    }
    return out;
  }

  postgres_target const target_;
  std::size_t good_ = 0;
  int const interrupt_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::pair<wish, answer>> wanted_;
  bool closing_ = false;
  std::thread thread_;  // declared last: it uses all the others
};

}  // namespace mcpawl::detail
