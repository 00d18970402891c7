// mcpawl/core/sigpipe.hpp - keeps a reader who left a pipe from ending the process
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <csignal>
#include <mutex>

namespace mcpawl::detail {

/** Ignores SIGPIPE while one of them exists; after the last it is as it was before the first.

    A write to a pipe without reader then fails with EPIPE.
    @par Thread safety
    May be made and destroyed on any thread.
*/
class sigpipe_ignored {
public:
  sigpipe_ignored() {
    auto& shared = state();
    std::lock_guard const lock{shared.mutex};
    if (shared.count++ != 0) return;
    struct sigaction ignore{};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGPIPE, &ignore, &shared.before);
  }
  ~sigpipe_ignored() {
    auto& shared = state();
    std::lock_guard const lock{shared.mutex};
    if (--shared.count == 0) ::sigaction(SIGPIPE, &shared.before, nullptr);
  }
  sigpipe_ignored(sigpipe_ignored const&) = delete;
  sigpipe_ignored& operator=(sigpipe_ignored const&) = delete;

private:
  struct shared_state {
    std::mutex mutex;
    int count = 0;
    struct sigaction before{};
  };
  static shared_state& state() {
    static shared_state shared;
    return shared;
  }
};

}  // namespace mcpawl::detail
