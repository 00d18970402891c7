// mcpawl/oauth/client/document_availability.hpp - whether clients' documents can be fetched, here and now
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::oauth {

/** Remember which hosts of clients' documents could not be reached, so that the metadata stops advertising
    documents for a while: clients that find `client_id_metadata_document_supported` use it and do not fall
    back to registration, so what they find must work.

    Nobody knows whose document the next reader of the metadata would bring. So one host that fails ends it for
    all: for `first_pause`, and for twice as long each time that the same host fails again right afterwards, up
    to `max_pause`. The host's next response ends its pause at once.

    A stranger can bring this about, by naming a client_id whose host does not answer. That is accepted, and
    bounded: documents go on to be taken, they are only not mentioned; whoever reads the metadata meanwhile
    registers, with the same checks and the same consent, which the stranger could have done as well; and the
    pause ends by itself. It is the better of two faults: while a host that fails is advertised, nobody whose
    client lives there can log in. Who has clients that cannot register says so (`client_document_mode::on`).

    @par Lifetime
    The clock must outlive it.
    @par Thread safety
    All functions may be called from any thread at once.
*/
class document_availability {
public:
  using seconds = std::chrono::seconds;
  static constexpr seconds first_pause{10 * 60};
  static constexpr seconds max_pause{6 * 3600};
  static constexpr std::size_t max_hosts = 64;

  explicit document_availability(clock const& time) : clock_(&time) {}

  /** Whether all hosts that were asked lately have answered. */
  bool available() const noexcept { return clock_->steady() >= until_.load(std::memory_order_relaxed); }

  /** Note that a host could not be reached. For how long documents are unavailable now, if they were not
      before. */
  std::optional<seconds> failed(std::string_view host) {
    auto const now = clock_->steady();
    std::lock_guard const lock(mutex_);
    std::erase_if(hosts_, [now](auto const& each) { return now - each.second.until >= max_pause; });
    auto at = hosts_.find(host);
    if (at == hosts_.end()) {
      make_room();
      at = hosts_.emplace(std::string{host}, pause{}).first;
    }
    pause& mine = at->second;
    if (mine.length == seconds{0}) {
      mine.length = first_pause;
      mine.until = now + mine.length;
    } else if (now >= mine.until) {
      mine.length = std::min(2 * mine.length, max_pause);
      mine.until = now + mine.length;
    } else {
      // who meets this failure near the end of a pause has time for another attempt, too
      mine.until = std::max(mine.until, now + first_pause);
    }
    bool const began = available();
    settle();
    if (!began) return std::nullopt;
    return mine.length;
  }

  /** Note that a host has answered. Whether documents are available again by that. */
  bool reached(std::string_view host) {
    std::lock_guard const lock(mutex_);
    auto const at = hosts_.find(host);
    if (at == hosts_.end()) return false;
    hosts_.erase(at);
    bool const before = available();
    settle();
    return !before && available();
  }

private:
  struct pause {
    seconds length{0};
    clock::steady_time until{};
  };

  void settle() {
    clock::steady_time latest{};
    for (auto const& each : hosts_) latest = std::max(latest, each.second.until);
    until_.store(latest, std::memory_order_relaxed);
  }

  void make_room() {
    if (hosts_.size() < max_hosts) return;
    auto const sooner = [](auto const& a, auto const& b) { return a.second.until < b.second.until; };
    hosts_.erase(std::min_element(hosts_.begin(), hosts_.end(), sooner));
  }

  clock const* clock_;
  std::atomic<clock::steady_time> until_{clock::steady_time{}};
  std::mutex mutex_;  // guards what follows
  std::map<std::string, pause, std::less<>> hosts_;
};

}  // namespace mcpawl::oauth
