// mcpawl/mcp/session_table.hpp - the sessions a server knows at the moment, the longest idle first to go
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/mcp/change_feed.hpp>
#include <mcpawl/mcp/ended_sessions.hpp>
#include <mcpawl/mcp/live_session.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace mcpawl {

/** How long sessions live, and how many of them. */
struct session_bounds {
  std::chrono::seconds lifetime;  ///< From its opening.
  std::chrono::seconds idle;      ///< From the last message of its client.
  std::size_t most;               ///< Known at once.
};

/** The sessions of one served server, shared by its threads.

    @par Thread safety
    Any thread.
*/
class session_table {
public:
  /** @param all  the feed of the whole server, which tells this table's sessions what changes. */
  session_table(session_bounds bounds, clock const& time, change_feed& all)
      : bounds_(bounds), clock_(&time), feed_(std::make_shared<change_feed>()) {
    all.listen(feed_);
  }
  session_table(session_table const&) = delete;
  session_table& operator=(session_table const&) = delete;

  change_feed& feed() noexcept { return *feed_; }
  session_bounds const& bounds() const noexcept { return bounds_; }

  /** Open subscriptions of the stateless protocol, all threads together. */
  std::shared_ptr<std::atomic<std::size_t>> const& subscriptions() const noexcept { return subscriptions_; }

  /** Find a session that was used since it was opened here; it counts as used now. */
  std::shared_ptr<live_session> find(std::string_view id, std::string_view principal) {
    std::lock_guard const lock{mutex_};
    auto const found = index_.find(id);
    if (found == index_.end() || found->second->principal != principal) return nullptr;
    auto const at = found->second;
    auto const now = clock_->wall();
    if (now >= at->expires || (now >= at->used + bounds_.idle.count() && !at->session->busy())) {
      end(at, now);
      return nullptr;
    }
    at->used = now;
    order_.splice(order_.end(), order_, at);
    return at->session;
  }

  /** Take in a session that was just opened, or whose id says that another process opened it.

      Nothing if it is over already, or if there is no room because so many are in use. */
  std::shared_ptr<live_session> add(std::string id, std::string principal, unix_seconds opened,
                                    revision protocol, client_profile who) {
    std::unique_lock lock{mutex_};
    auto const now = clock_->wall();
    unix_seconds const expires = opened + bounds_.lifetime.count();
    if (closed_ || now >= expires || ended_.contains(id)) return nullptr;
    if (auto const found = index_.find(id); found != index_.end()) return found->second->session;
    if (!make_room(now)) return nullptr;
    auto made = std::make_shared<live_session>(protocol, std::move(who));
    order_.push_back({std::move(id), std::move(principal), expires, now, made});
    index_.emplace(order_.back().id, std::prev(order_.end()));
    lock.unlock();
    feed_->listen(made);
    return made;
  }

  /** End a session. */
  bool end(std::string_view id, std::string_view principal) {
    std::lock_guard const lock{mutex_};
    auto const found = index_.find(id);
    if (found == index_.end() || found->second->principal != principal) return false;
    end(found->second, clock_->wall());
    return true;
  }

  /** Drop sessions that are over, a bounded number of them; true if there may be more. */
  bool sweep() {
    std::unique_lock lock{mutex_};
    auto const now = clock_->wall();
    std::size_t const before = order_.size();
    bool const more = drop_idle(now) == most_looked_at;
    bool const dropped = order_.size() != before;
    lock.unlock();
    if (dropped) feed_->sweep();
    return more;
  }

  std::size_t size() const {
    std::lock_guard const lock{mutex_};
    return order_.size();
  }

  /** The server stops: close the streams, tell whoever waits for a client, take in no more. */
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
    std::shared_ptr<live_session> session;
  };
  using place = std::list<known_session>::iterator;

  void end(place at, unix_seconds now) {
    at->session->end();
    ended_.add(at->id, at->expires, now);
    index_.erase(at->id);
    order_.erase(at);
  }

  bool over(known_session const& s, unix_seconds now) const noexcept {
    return now >= s.used + bounds_.idle.count() || now >= s.expires;
  }

  /** End the first, or if it is in use and has not expired, put it behind the others: it is not idle. */
  void end_first_unless_busy(unix_seconds now) {
    auto const first = order_.begin();
    if (now >= first->expires || !first->session->busy()) {
      end(first, now);
    } else {
      first->used = now;
      order_.splice(order_.end(), order_, first);
    }
  }

  /** Drop what is over; returns how many it looked at. */
  std::size_t drop_idle(unix_seconds now) {
    std::size_t looked_at = 0;
    for (; looked_at != most_looked_at && !order_.empty() && over(order_.front(), now); ++looked_at)
      end_first_unless_busy(now);
    return looked_at;
  }

  /** Drop what is over; then, if the table is full, the longest idle. False if all are in use. */
  bool make_room(unix_seconds now) {
    std::size_t looked_at = drop_idle(now);
    for (std::size_t left = order_.size();
         order_.size() >= bounds_.most && left != 0 && looked_at != most_looked_at; --left, ++looked_at)
      end_first_unless_busy(now);
    return order_.size() < bounds_.most;
  }

  static constexpr std::size_t most_looked_at = 1000;

  session_bounds bounds_;
  clock const* clock_;
  std::shared_ptr<change_feed> feed_;
  std::shared_ptr<std::atomic<std::size_t>> subscriptions_ = std::make_shared<std::atomic<std::size_t>>(0);
  mutable std::mutex mutex_;
  std::list<known_session> order_;  // the longest unused first
  std::unordered_map<std::string_view, place> index_;
  ended_sessions ended_;
  bool closed_ = false;
};

}  // namespace mcpawl
