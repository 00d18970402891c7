// mcpawl/keys/key_source.hpp - the published keys of an issuer, shared by all threads
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/async_event.hpp>
#include <mcpawl/core/clock.hpp>
#include <mcpawl/crypto/random.hpp>
#include <mcpawl/http/url.hpp>
#include <mcpawl/jose/jwk_set.hpp>
#include <mcpawl/keys/key_origin.hpp>
#include <mcpawl/keys/key_timing.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

class key_source;

/** The right to fetch the keys: there is one at a time. Destroying it gives the right back.

    A lease that ends without a result (its thread stopped, say) counts neither as success nor as
    failure; whoever asks next may begin another.
*/
class key_fetch_lease {
public:
  key_fetch_lease(key_fetch_lease&&) noexcept = default;
  key_fetch_lease& operator=(key_fetch_lease&& other) noexcept {
    source_.swap(other.source_);
    return *this;
  }
  ~key_fetch_lease();

  /** Publish the document that was fetched: a usable set, and the text it came from. */
  void succeed(std::shared_ptr<jose::jwk_set const> keys, std::string document);

  /** Keep what there is; returns the time until another attempt is allowed. A lease ends once: what
      is reported after that counts for nothing. */
  std::chrono::milliseconds fail();

private:
  friend class key_source;
  explicit key_fetch_lease(std::shared_ptr<key_source> source) noexcept : source_(std::move(source)) {}
  std::shared_ptr<key_source> source_;
};

/** Why somebody wants the keys fetched. */
enum class key_want {
  renewal,      ///< The time has come.
  any_key,      ///< There is none to verify with.
  unknown_kid,  ///< A token names a key that is not among them, or none and none of them is its.
};

/** One thread's copy of the published keys. */
struct key_view {
  std::shared_ptr<jose::jwk_set const> keys;
  std::uint64_t generation = 0;
  clock::steady_time fetched{};
};

/** The published keys of an issuer, and the rules of when to fetch them again.

    It holds the state that all threads share and decides; it fetches nothing itself and waits for
    nothing. A `key_follower` on each thread does. The rules:

    - one fetch at a time, whatever the number of threads and reasons;
    - a renewal every `refresh`, with jitter, so that a fleet of servers does not fetch in step;
    - unknown kids cause a fetch at most once per `cool_down` altogether, however many a client invents;
    - after a failure nobody fetches before a growing back-off is over, and the keys stay as they are;
    - keys that no fetch confirmed for `keep` are used no more.

    @par Thread safety
    All functions may be called from several threads. A lock is held for a few assignments only.
*/
class key_source : public std::enable_shared_from_this<key_source> {
public:
  using milliseconds = std::chrono::milliseconds;

  /** @param time must outlive the source */
  key_source(key_origin origin, clock const& time, key_timing timing = {})
      : origin_(std::make_shared<key_origin const>(std::move(origin))),
        clock_(time),
        timing_(timing),
        address_(origin_->keys()) {}

  std::shared_ptr<key_origin const> const& origin() const noexcept { return origin_; }

  /** Where the keys are, as far as is known; an issuer's metadata may be needed to find out. */
  std::optional<http::origin_url> address() const {
    std::lock_guard const lock(mutex_);
    return address_;
  }
  /** Note where the metadata says the keys are. */
  void found_at(http::origin_url const& address) {
    std::lock_guard const lock(mutex_);
    address_ = address;
  }

  key_timing const& timing() const noexcept { return timing_; }

  /** Bring a thread's copy up to date; costs one atomic load while nothing changed. */
  void follow(key_view& view) const {
    if (view.generation == generation_.load(std::memory_order_acquire)) return;
    std::lock_guard const lock(mutex_);
    view = view_;
  }

  /** Whether keys of that age may still be used. */
  bool fresh(key_view const& view, clock::steady_time now) const noexcept {
    return view.keys && now - view.fetched < timing_.keep;
  }

  clock::steady_time now() const noexcept { return clock_.steady(); }

  /** Whether somebody should ask for a renewal now. */
  bool due(clock::steady_time now) const noexcept {
    return !fetching_.load(std::memory_order_relaxed) && until_due(now) <= milliseconds(0);
  }

  /** Time until the next renewal; zero or negative when it is due. */
  milliseconds until_due(clock::steady_time now) const noexcept {
    clock::steady_time const due(clock::steady_time::duration(due_.load(std::memory_order_relaxed)));
    return std::chrono::ceil<milliseconds>(due - now);
  }

  /** What `ask` decided: fetch (`lease`), wait until `ended()` is no longer `seen` (`lease` or
      `wait`), or neither. */
  struct decision {
    std::optional<key_fetch_lease> lease;
    bool wait = false;
    std::uint64_t seen = 0;
  };

  /** Ask for the keys to be fetched. */
  decision ask(key_want want) {
    auto const now = clock_.steady();
    std::lock_guard const lock(mutex_);
    decision out;
    out.seen = ended_;
    out.wait = fetching_;
    if (fetching_ || now < earliest_) return out;
    if (want == key_want::renewal && until_due(now) > milliseconds(0)) return out;
    if (want == key_want::unknown_kid) {
      if (last_unknown_ && now - *last_unknown_ < timing_.cool_down) return out;
      last_unknown_ = now;
    }
    fetching_ = true;
    ++fetches_;
    want_ = want;
    out.lease = key_fetch_lease(shared_from_this());
    out.wait = true;
    return out;
  }

  /** Successful fetches so far. */
  std::uint64_t generation() const noexcept { return generation_.load(std::memory_order_acquire); }

  /** Notify an event whenever a fetch ends, until it dies. It should be of one waiter alone: an event tells those
      who wait, and who does not at that moment would miss it. */
  void notify_ended(std::shared_ptr<async_event> const& event) {
    std::lock_guard const lock(mutex_);
    std::erase_if(followers_, [](auto const& each) { return each.expired(); });
    followers_.push_back(event);
  }

  /** Fetches that have ended. */
  std::uint64_t ended() const noexcept { return ended_.load(std::memory_order_acquire); }

  /** Fetches begun so far. */
  std::uint64_t fetches() const noexcept { return fetches_; }

  /** Whether the latest fetch that ended had failed. */
  bool failing() const noexcept { return failures_ != 0; }

  /** Time until another fetch is allowed after a failure; zero when it is. */
  milliseconds back_off() const {
    auto const now = clock_.steady();
    std::lock_guard const lock(mutex_);
    return now < earliest_ ? std::chrono::ceil<milliseconds>(earliest_ - now) : milliseconds(0);
  }

  /** The keys that came from this very document, if it is the latest one: it need not be parsed again. */
  std::shared_ptr<jose::jwk_set const> same_document(std::string_view document) const {
    std::lock_guard const lock(mutex_);
    return view_.keys && document == document_ ? view_.keys : nullptr;
  }

private:
  friend class key_fetch_lease;

  void succeeded(std::shared_ptr<jose::jwk_set const> keys, std::string document) {
    auto const now = clock_.steady();
    auto const until_renewal =
        timing_.refresh * (1000 - 10 * timing_.jitter_percent * random_byte() / 255) / 1000;
    std::lock_guard const lock(mutex_);
    view_.keys = std::move(keys);
    view_.fetched = now;
    document_ = std::move(document);
    failures_ = 0;
    earliest_ = now;
    set_due(now + until_renewal);
    ++view_.generation;
    generation_.store(view_.generation, std::memory_order_release);
    end();
  }

  milliseconds failed() {
    auto const now = clock_.steady();
    std::lock_guard const lock(mutex_);
    milliseconds pause = timing_.first_backoff;
    for (int i = 0; i != failures_ && pause < timing_.max_backoff; ++i) pause *= 2;
    if (pause > timing_.max_backoff) pause = timing_.max_backoff;
    ++failures_;
    earliest_ = now + pause;
    set_due(earliest_);
    end();
    return pause;
  }

  void abandoned() noexcept {
    std::lock_guard const lock(mutex_);
    if (want_ == key_want::unknown_kid) last_unknown_.reset();
    end();
  }

  void end() noexcept {
    fetching_ = false;
    ended_.store(ended_ + 1, std::memory_order_release);
    for (auto const& each : followers_)
      if (auto const event = each.lock()) event->notify();
  }

  void set_due(clock::steady_time when) noexcept { due_ = when.time_since_epoch().count(); }

  static int random_byte() {
    unsigned char byte = 0;
    fill_random({&byte, 1});
    return byte;
  }

  std::shared_ptr<key_origin const> const origin_;
  clock const& clock_;
  key_timing const timing_;

  std::atomic<std::uint64_t> generation_{0};
  std::atomic<std::uint64_t> ended_{0};
  std::atomic<std::uint64_t> fetches_{0};
  std::atomic<bool> fetching_{false};
  std::atomic<int> failures_{0};
  std::atomic<clock::steady_time::rep> due_{clock::steady_time::min().time_since_epoch().count() / 2};

  std::mutex mutable mutex_;  // guards what follows and every change of the above
  std::optional<http::origin_url> address_;
  key_view view_;
  std::string document_;
  clock::steady_time earliest_ = clock::steady_time::min();
  std::optional<clock::steady_time> last_unknown_;
  key_want want_ = key_want::renewal;
  std::vector<std::weak_ptr<async_event>> followers_;
};

inline key_fetch_lease::~key_fetch_lease() {
  if (source_) source_->abandoned();
}

inline void key_fetch_lease::succeed(std::shared_ptr<jose::jwk_set const> keys, std::string document) {
  if (!source_) return;
  source_->succeeded(std::move(keys), std::move(document));
  source_.reset();
}

inline std::chrono::milliseconds key_fetch_lease::fail() {
  if (!source_) return {};
  auto const pause = source_->failed();
  source_.reset();
  return pause;
}

}  // namespace mcpawl::detail
