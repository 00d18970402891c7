// mcpawl/mcp/session/session_table.hpp - the sessions a server knows at the moment, the longest idle first to go
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/limits.hpp>
#include <mcpawl/core/work_pool.hpp>
#include <mcpawl/crypto/digest.hpp>
#include <mcpawl/mcp/offer/change_feed.hpp>
#include <mcpawl/mcp/session/budget.hpp>
#include <mcpawl/mcp/session/ended_sessions.hpp>
#include <mcpawl/mcp/session/session.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <iterator>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** How long sessions live, and how many of them. */
struct session_bounds {
  std::chrono::seconds lifetime;  ///< From its opening.
  std::chrono::seconds idle;      ///< From the last message of its client.
  std::size_t most;               ///< Known at once.
  limits each = {};               ///< What one caller may hold.
};

/** A session that is over, or that was let go. */
struct ended_session {
  std::string id, principal;
  revision protocol{};
  std::chrono::seconds lasted{};
  std::string_view reason;  ///< Of a closed set, see `session_record`.
};

/** The sessions of one served server, shared by its threads.

    @par Thread safety
    Any thread.
*/
class session_table {
public:
  /** @param all  the feed of the whole server, which tells this table's sessions what changes. */
  session_table(session_bounds bounds, clock const& time, change_feed& all)
      : bounds_(bounds),
        clock_(&time),
        feed_(std::make_shared<change_feed>()),
        budgets_(std::make_shared<budgets>(bounds.each)),
        work_(std::make_shared<work_pool>(work_bounds_of(bounds.each))) {
    all.listen(feed_);
  }
  session_table(session_table const&) = delete;
  session_table& operator=(session_table const&) = delete;

  /** Have `tell` called, without a lock, with each session that its client did not end; before there are sessions. */
  void tell_ends(std::function<void(ended_session const&)> tell) { tell_ = std::move(tell); }

  /** Other instances serve its sessions, too: each gets the name by which they know it, and ends when its client or its
      age ends it, since one that is idle here may be busy there. Before there are sessions. */
  void share(std::weak_ptr<session_peers> peers) noexcept {
    shared_ = true;
    peers_ = std::move(peers);
  }

  /** The name by which other instances know a session: a digest of its id, which is told nobody. */
  static session::shared_name shared_name_of(std::string_view id) {
    auto const digest = sha256(id);
    return {digest.begin(), digest.end()};
  }

  change_feed& feed() noexcept { return *feed_; }
  session_bounds const& bounds() const noexcept { return bounds_; }

  /** What each caller holds. */
  budgets& budget() const noexcept { return *budgets_; }

  /** The threads for what blocks. */
  std::shared_ptr<work_pool> const& work() const noexcept { return work_; }

  /** Open subscriptions of the stateless protocol, all threads together. */
  std::shared_ptr<std::atomic<std::size_t>> const& subscriptions() const noexcept { return subscriptions_; }

  /** Find a session that was used since it was opened here; it counts as used now. */
  std::shared_ptr<session> find(std::string_view id, std::string_view principal) {
    std::unique_lock lock{mutex_};
    telling const told{*this, lock};
    auto const found = index_.find(id);
    if (found == index_.end() || found->second->principal != principal) return nullptr;
    auto const at = found->second;
    auto const now = clock_->wall();
    bool const idle = !shared_ && now >= at->used + bounds_.idle.count() && !at->session->busy();
    if (idle || now >= at->expires) {
      end_for_time(at, now);
      return nullptr;
    }
    use(at, now);
    return at->session;
  }

  /** Take in a session that was just opened, or whose id says that another process opened it.

      Nothing if it is over already, or if there is no room because so many are in use. A server that stops takes it in, too: the
      request was sent before its client could know, and may be of a session that the next server goes on with.
      @param account  what the caller is counted by; empty for the principal. */
  std::shared_ptr<session> add(std::string id, std::string principal, unix_seconds opened, revision protocol,
                               client_profile who, std::string_view account = {}) {
    std::unique_lock lock{mutex_};
    telling const told{*this, lock};
    auto const now = clock_->wall();
    unix_seconds const expires = opened + bounds_.lifetime.count();
    if (now >= expires || ended_.contains(id)) return nullptr;
    if (auto const found = index_.find(id); found != index_.end()) return found->second->session;
    std::string payer(account.empty() ? std::string_view(principal) : account);
    if (!make_room(now, payer)) return nullptr;
    auto made = std::make_shared<session>(protocol, std::move(who));
    made->charge_to(budgets_, payer);
    if (shared_) made->share(shared_name_of(id), peers_);
    if (closed_) made->stop_waiting();
    auto& own = owners_[payer];
    order_.push_back({std::move(id), std::move(principal), expires, now, made, std::move(payer), {}});
    slot const at = std::prev(order_.end());
    at->among_own = own.insert(own.end(), at);
    index_.emplace(at->id, at);
    if (shared_) by_name_.emplace(made->name_for_others(), at);
    tell(lock);
    feed_->listen(made);
    return made;
  }

  /** End a session, as its client demands; nothing if there is none. */
  std::optional<ended_session> end(std::string_view id, std::string_view principal) {
    std::lock_guard const lock{mutex_};
    auto const found = index_.find(id);
    if (found == index_.end() || found->second->principal != principal) return std::nullopt;
    auto const now = clock_->wall();
    auto out = described(*found->second, now, "client");
    end(found->second, now);
    return out;
  }

  /** The session that other instances know by a name; null if it is not known here. */
  std::shared_ptr<session> find_shared(session::shared_name const& name) const {
    std::lock_guard const lock{mutex_};
    auto const found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : found->second->session;
  }
  /** All sessions that are known here. */
  std::vector<std::shared_ptr<session>> all() const {
    std::vector<std::shared_ptr<session>> out;
    std::lock_guard const lock{mutex_};
    for (auto const& each : order_) out.push_back(each.session);
    return out;
  }
  /** A session that was ended on another instance. */
  void end_shared(session::shared_name const& name) {
    sha256_digest digest;
    if (name.size() != digest.size()) return;
    std::copy(name.begin(), name.end(), digest.begin());
    std::lock_guard const lock{mutex_};
    auto const now = clock_->wall();
    if (auto const found = by_name_.find(name); found != by_name_.end()) return end(found->second, now);
    ended_.add(digest, now + bounds_.lifetime.count(), now);
  }

  /** Drop sessions that are over, a bounded number of them; true if there may be more. */
  bool sweep() {
    std::unique_lock lock{mutex_};
    auto const now = clock_->wall();
    std::size_t const before = order_.size();
    bool const more = drop_idle(now) == max_looked_at;
    bool const dropped = order_.size() != before;
    tell(lock);
    if (dropped) feed_->sweep();
    return more;
  }

  std::size_t size() const {
    std::lock_guard const lock{mutex_};
    return order_.size();
  }

  /** The server stops: close the streams, and tell whoever waits for a client; so from now on of every session. */
  void close() {
    feed_->close();
    std::lock_guard const lock{mutex_};
    closed_ = true;
    for (auto const& entry : order_) entry.session->stop_waiting();
  }

private:
  struct known_session {
    std::string id;
    std::string principal;
    unix_seconds expires;
    unix_seconds used;
    std::shared_ptr<mcpawl::detail::session> session;
    std::string account;
    std::list<std::list<known_session>::iterator>::iterator among_own;
  };
  using slot = std::list<known_session>::iterator;

  /** Tells, at its end, who has gone. */
  struct telling {
    session_table& of;
    std::unique_lock<std::mutex>& lock;
    ~telling() { of.tell(lock); }
  };

  /** Let go of the lock, and tell who has gone. */
  void tell(std::unique_lock<std::mutex>& lock) noexcept {
    if (!lock.owns_lock()) return;
    auto const gone = std::exchange(gone_, {});
    lock.unlock();
    try {
      for (auto const& each : gone) tell_(each);
    } catch (...) {
      // who is told must not change what is told
    }
  }
  void note(known_session const& s, unix_seconds now, std::string_view reason) {
    if (tell_) gone_.push_back(described(s, now, reason));
  }
  ended_session described(known_session const& s, unix_seconds now, std::string_view reason) const {
    std::chrono::seconds const lasted(now - (s.expires - bounds_.lifetime.count()));
    return {s.id, s.principal, s.session->protocol(), std::max(lasted, lasted.zero()), reason};
  }

  void end_for_time(slot at, unix_seconds now) {
    bool const expired = now >= at->expires;
    note(*at, now, expired ? "expired" : "idle");
    if (shared_ && !expired) return forget(at);
    end(at, now);
  }
  void end(slot at, unix_seconds now) {
    at->session->end();
    ended_.add(at->id, at->expires, now);
    forget(at);
  }

  /** Make room: the session goes on when its client comes back, since its id says all. */
  void forget(slot at) {
    index_.erase(at->id);
    if (shared_) by_name_.erase(at->session->name_for_others());
    auto const owner = owners_.find(at->account);
    owner->second.erase(at->among_own);
    if (owner->second.empty()) owners_.erase(owner);
    order_.erase(at);
  }

  void use(slot at, unix_seconds now) {
    at->used = now;
    order_.splice(order_.end(), order_, at);
    auto& own = owners_.find(at->account)->second;
    own.splice(own.end(), own, at->among_own);
  }

  /** Forget the longest idle session of a caller; false if all that were looked at are in use. */
  bool forget_one_of(std::string_view account, unix_seconds now) {
    auto const owner = owners_.find(account);
    if (owner == owners_.end()) return false;
    std::size_t const most = std::min<std::size_t>(owner->second.size(), 16);
    for (std::size_t looked_at = 0; looked_at != most; ++looked_at) {
      slot const first = owner->second.front();
      if (!first->session->busy()) {
        note(*first, now, "evicted");
        forget(first);
        return true;
      }
      use(first, now);
    }
    return false;
  }

  bool over(known_session const& s, unix_seconds now) const noexcept {
    return now >= s.used + bounds_.idle.count() || now >= s.expires;
  }

  /** End the first, or if it is in use and has not expired, put it behind the others: it is not idle. */
  void end_first_unless_busy(unix_seconds now) {
    auto const first = order_.begin();
    if (now >= first->expires || !first->session->busy()) {
      end_for_time(first, now);
    } else {
      use(first, now);
    }
  }

  /** Drop what is over; returns how many it looked at. */
  std::size_t drop_idle(unix_seconds now) {
    std::size_t looked_at = 0;
    for (; looked_at != max_looked_at && !order_.empty() && over(order_.front(), now); ++looked_at)
      end_first_unless_busy(now);
    return looked_at;
  }

  /** Drop what is over; then, if the caller has too many or the table is full, forget the longest idle: of
      the caller's own, and only of others if there are none. False if all are in use. */
  bool make_room(unix_seconds now, std::string_view account) {
    std::size_t looked_at = drop_idle(now);
    auto const owner = owners_.find(account);
    bool const told_apart = !account.empty();
    if (told_apart && owner != owners_.end() && owner->second.size() >= bounds_.each.max_sessions) {
      if (!forget_one_of(account, now)) return false;
    } else if (order_.size() >= bounds_.most) {
      forget_one_of(account, now);
    }
    for (std::size_t left = order_.size();
         order_.size() >= bounds_.most && left != 0 && looked_at != max_looked_at; --left, ++looked_at) {
      auto const first = order_.begin();
      if (first->session->busy()) {
        use(first, now);
      } else {
        note(*first, now, "evicted");
        forget(first);
      }
    }
    return order_.size() < bounds_.most;
  }

  /** Of the threads for what blocks one caller leaves at least one to the others. */
  static work_bounds work_bounds_of(limits const& each) {
    std::size_t const all_but_one = each.max_work_threads > 1 ? each.max_work_threads - 1 : 1;
    return {each.max_work_threads, each.max_queued_work, each.max_queued_work_in_process,
            std::min(each.max_running_work, all_but_one)};
  }

  static constexpr std::size_t max_looked_at = 1000;

  session_bounds bounds_;
  clock const* clock_;
  std::shared_ptr<change_feed> feed_;
  std::shared_ptr<budgets> budgets_;
  std::shared_ptr<work_pool> work_;
  std::shared_ptr<std::atomic<std::size_t>> subscriptions_ = std::make_shared<std::atomic<std::size_t>>(0);
  std::function<void(ended_session const&)> tell_;
  mutable std::mutex mutex_;
  std::vector<ended_session> gone_;  // not yet told
  std::list<known_session> order_;   // the longest unused first
  std::unordered_map<std::string_view, slot> index_;
  std::unordered_map<session::shared_name, slot> by_name_;      // empty where instances share nothing
  std::map<std::string, std::list<slot>, std::less<>> owners_;  // by account; the longest unused first
  ended_sessions ended_;
  bool closed_ = false;
  bool shared_ = false;
  std::weak_ptr<session_peers> peers_;
};

}  // namespace mcpawl::detail
