// mcpawl/oauth/client/client_fetch_budget.hpp - how often strangers may make us fetch something
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace mcpawl::oauth {

/** How many fetches there may be. */
struct client_fetch_limits {
  std::size_t documents = 256;   ///< Kept, good and bad ones.
  std::size_t at_once = 16;      ///< Under way.
  double per_second = 1;         ///< In the long run,
  double burst = 30;             ///< and in a row.
  double host_per_second = 0.1;  ///< The same for one host.
  double host_burst = 10;
  std::size_t hosts = 1024;  ///< That are told apart. More together have the share of one.
  // for hosts that once gave a good document, beyond what all have: strangers cannot use this up
  std::size_t max_known_hosts = 256;  ///< The latest.
  std::size_t max_known_at_once = 4;
  double max_known_per_second = 0.5;
  double max_known_burst = 15;
};

namespace detail {

/** A bucket of tokens that fills up by itself. */
class token_bucket {
public:
  bool take(double rate, double size, clock::steady_time now) noexcept {
    double const passed = began_ ? std::chrono::duration<double>(now - last_).count() : size / rate;
    level_ = std::min(size, level_ + passed * rate);
    last_ = now;
    began_ = true;
    if (level_ < 1) return false;
    level_ -= 1;
    return true;
  }
  bool is_full(double rate, double size, clock::steady_time now) const noexcept {
    return level_ + std::chrono::duration<double>(now - last_).count() * rate >= size;
  }

private:
  double level_ = 0;
  clock::steady_time last_{};
  bool began_ = false;
};

/** Counts fetches, all together and by host, so that we can neither be kept busy nor be turned against
    somebody else. A part is reserved for hosts that once gave a good document.

    @par Thread safety
    One thread at a time.
*/
class client_fetch_budget {
public:
  explicit client_fetch_budget(client_fetch_limits const& limits) : limits_(limits) {}

  /** Take the right to one fetch from this host, if there is one. */
  bool take(std::string_view host, clock::steady_time now) {
    // the host first: who has used up its share takes nothing from the others
    auto const known = known_hosts_.find(host);
    bool const is_known = known != known_hosts_.end();
    token_bucket& own = is_known ? known->second.bucket : bucket_of(host, now);
    if (!own.take(limits_.host_per_second, limits_.host_burst, now)) return false;
    if (all_.take(limits_.per_second, limits_.burst, now)) return true;
    return is_known && known_.take(limits_.max_known_per_second, limits_.max_known_burst, now);
  }

  /** How many fetches from this host and others there may be under way. */
  std::size_t at_once(std::string_view host) const {
    bool const is_known = known_hosts_.find(host) != known_hosts_.end();
    return limits_.at_once + (is_known ? limits_.max_known_at_once : 0);
  }

  /** Note that a host gave a good document. */
  void know(std::string_view host) {
    auto at = known_hosts_.find(host);
    if (at == known_hosts_.end()) {
      if (limits_.max_known_hosts == 0) return;
      if (known_hosts_.size() >= limits_.max_known_hosts) {
        known_hosts_.erase(
            std::min_element(known_hosts_.begin(), known_hosts_.end(),
                             [](auto const& a, auto const& b) { return a.second.good < b.second.good; }));
      }
      at = known_hosts_.emplace(host, known_host{}).first;
      // what it has used up of its share stays used up
      auto const before = hosts_.find(host);
      if (before != hosts_.end()) at->second.bucket = before->second;
    }
    at->second.good = ++goods_;
  }

private:
  struct known_host {
    token_bucket bucket;
    std::uint64_t good = 0;  ///< When it gave its latest good document.
  };

  token_bucket& bucket_of(std::string_view host, clock::steady_time now) {
    auto const found = hosts_.find(host);
    if (found != hosts_.end()) return found->second;
    if (hosts_.size() >= limits_.hosts) {
      std::erase_if(hosts_, [this, now](auto const& each) {
        return each.second.is_full(limits_.host_per_second, limits_.host_burst, now);
      });
    }
    if (hosts_.size() >= limits_.hosts) return others_;
    return hosts_[std::string{host}];
  }

  client_fetch_limits limits_;
  token_bucket all_;
  token_bucket known_;
  token_bucket others_;
  std::map<std::string, token_bucket, std::less<>> hosts_;
  std::map<std::string, known_host, std::less<>> known_hosts_;
  std::uint64_t goods_ = 0;
};

}  // namespace detail

}  // namespace mcpawl::oauth
