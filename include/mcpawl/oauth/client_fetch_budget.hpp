// mcpawl/oauth/client_fetch_budget.hpp - how often strangers may make us fetch something
#pragma once

#include <mcpawl/core/clock.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
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
    somebody else.

    @par Thread safety
    One thread at a time.
*/
class client_fetch_budget {
public:
  explicit client_fetch_budget(client_fetch_limits const& limits) : limits_(limits) {}

  /** Take the right to one fetch from this host, if there is one. */
  bool take(std::string_view host, clock::steady_time now) {
    // the host first: who has used up its share takes nothing from the others
    return bucket_of(host, now).take(limits_.host_per_second, limits_.host_burst, now) &&
           all_.take(limits_.per_second, limits_.burst, now);
  }

private:
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
  token_bucket others_;
  std::map<std::string, token_bucket, std::less<>> hosts_;
};

}  // namespace detail

}  // namespace mcpawl::oauth
