// mcpawl/core/at_once.hpp - lets SIGINT and SIGTERM end the process at once
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <signal.h>
#include <unistd.h>

#include <mutex>

namespace mcpawl::detail {

/** While one of these exists SIGINT and SIGTERM end the process with 128 and their number; after the last it is as it was before
    the first.

    Unlike the default this also holds for the first process of a container, which the system does not end by such signals, and
    whatever the threads are at.
    @par Thread safety
    May be made and destroyed on any thread.
*/
class signals_end_at_once {
public:
  signals_end_at_once() {
    auto& shared = state();
    std::lock_guard const lock{shared.mutex};
    if (shared.count++ != 0) return;
    struct sigaction end{};
    end.sa_handler = [](int number) { ::_exit(128 + number); };
    ::sigaction(SIGINT, &end, &shared.interrupt);
    ::sigaction(SIGTERM, &end, &shared.terminate);
  }
  ~signals_end_at_once() {
    auto& shared = state();
    std::lock_guard const lock{shared.mutex};
    if (--shared.count != 0) return;
    ::sigaction(SIGINT, &shared.interrupt, nullptr);
    ::sigaction(SIGTERM, &shared.terminate, nullptr);
  }
  signals_end_at_once(signals_end_at_once const&) = delete;
  signals_end_at_once& operator=(signals_end_at_once const&) = delete;

private:
  struct shared_state {
    std::mutex mutex;
    int count = 0;
    struct sigaction interrupt{}, terminate{};
  };
  static shared_state& state() {
    static shared_state shared;
    return shared;
  }
};

}  // namespace mcpawl::detail
