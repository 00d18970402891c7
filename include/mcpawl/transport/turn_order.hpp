// mcpawl/transport/turn_order.hpp - whose request is answered next, where several callers share one thread
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/intrusive/list.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <list>
#include <map>

namespace mcpawl::detail {

/** Decides which requests are answered at once, which wait, and in which order those come that wait.

    A round is what a thread does between two looks at its sockets. As long as one caller is alone, it has
    `max_alone` requests in each round, so that somebody else is not kept waiting for more. Once two have
    called, each has one, and those who wait are served in turn, however many requests each of them has sent.
    That ends after `quiet_after` requests in a row of one caller.

    A caller is a number, the hash of its name: two that have the same share their turns.

    @par Lifetime
    A `waiter` stays where it is until `next` has returned it or `leave` was called.
    @par Thread safety
    None. Where nobody has to wait, it allocates nothing.
*/
class turn_order {
  struct line;

public:
  /** A request that waits. */
  class waiter : public boost::intrusive::list_base_hook<> {
  public:
    waiter() = default;
    waiter(waiter const&) = delete;
    waiter& operator=(waiter const&) = delete;

  protected:
    ~waiter() = default;

  private:
    friend class turn_order;
    std::list<line>::iterator in_;
  };

  /** So many requests in a row of one caller, and it counts as alone again. */
  static constexpr std::size_t quiet_after = 65'536;

  /** @param max_alone  requests in a round of a caller who is alone; at least one. */
  explicit turn_order(std::size_t max_alone)
      : max_alone_(std::max<std::size_t>(max_alone, 1)), enough_alone_((max_alone_ - 1) / 2) {}

  /** Whether a request may be answered at once; if not, it has to `enter`. */
  bool take(std::size_t who) noexcept {
    if (who == last_ && !contended_ && used_ < enough_alone_) {
      ++used_;
      return true;
    }
    return take_among_others(who);
  }

  /** Whether a round should begin soon: a caller who is alone has used up half of this one, and would have to
      wait at its end for nobody. */
  bool wants_round() const noexcept { return !contended_ && used_ > enough_alone_; }

  /** Let a request wait for its turn. */
  void enter(std::size_t who, waiter& request) {
    auto [at, is_new] = lines_.try_emplace(who);
    if (is_new) {
      try {
        at->second = ring_.emplace(ring_.end());
      } catch (...) {
        lines_.erase(at);
        throw;
      }
      at->second->who = who;
      at->second->served = mark(who);
    }
    request.in_ = at->second;
    at->second->waiting.push_back(request);
  }

  /** Let a request go that waits. */
  void leave(waiter& request) noexcept {
    auto const in = request.in_;
    in->waiting.erase(in->waiting.iterator_to(request));
    if (!in->waiting.empty()) return;
    lines_.erase(in->who);
    ring_.erase(in);
  }

  /** Begin a round: everybody has a turn again. */
  void begin_round() noexcept {
    ++round_;
    used_ = 0;
  }

  /** The next request of this round, which does not wait any more; null at the end of the round. */
  waiter* next() noexcept {
    if (ring_.empty()) return nullptr;
    auto const front = ring_.begin();
    if (contended_ ? front->served == round_ : used_ >= max_alone_) return nullptr;
    return &serve(front);
  }

  /** Any request that waits, which does not any more; null if there is none. */
  waiter* remove_any() noexcept { return ring_.empty() ? nullptr : &serve(ring_.begin()); }

  /** Whether nobody waits. */
  bool empty() const noexcept { return ring_.empty(); }

private:
  /** The requests of one caller. */
  struct line {
    std::size_t who = 0;
    std::size_t served = 0;  // the round in which it last had its turn
    boost::intrusive::list<waiter, boost::intrusive::constant_time_size<false>> waiting;
  };

  /** The last round in which a caller had its turn. Some callers share a mark: then one of them waits for the
      next round, which is not long. */
  std::size_t& mark(std::size_t who) noexcept { return marks_[who % marks_.size()]; }

  bool take_among_others(std::size_t who) noexcept {
    if (who != last_) {
      contended_ = known_;
      known_ = true;
      last_ = who;
      in_a_row_ = 0;
    } else if (contended_ && ++in_a_row_ == quiet_after) {
      contended_ = false;
    }
    if (!contended_) {
      if (used_ >= max_alone_) return false;
      ++used_;
      return true;
    }
    if (mark(who) == round_) return false;
    mark(who) = round_;
    return true;
  }

  waiter& serve(std::list<line>::iterator whose) noexcept {
    ++used_;
    whose->served = round_;
    mark(whose->who) = round_;
    ring_.splice(ring_.end(), ring_, whose);
    waiter& request = whose->waiting.front();
    leave(request);
    // or all that comes behind those who have waited would have to wait, too
    if (!contended_ && ring_.empty()) used_ = 0;
    return request;
  }

  std::size_t max_alone_;
  std::size_t enough_alone_;
  std::size_t last_ = 0;      // who called last
  std::size_t used_ = 0;      // requests of this round, while one is alone
  bool contended_ = false;    // a second caller has called lately
  bool known_ = false;        // somebody has called at all
  std::size_t in_a_row_ = 0;  // requests of the last caller
  std::size_t round_ = 1;
  std::array<std::size_t, 256> marks_{};
  std::list<line> ring_;  // in the order of their turns
  std::map<std::size_t, std::list<line>::iterator> lines_;
};

}  // namespace mcpawl::detail
