// mcpawl/mcp/session/budget.hpp - what each caller holds of the server at the moment, within bounds
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/limits.hpp>

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace mcpawl::detail {

class budgets;

/** What is counted. */
enum class budget_item { calls, streams, bytes };

/** Something taken from a budget; it is given back when this is destroyed.

    @par Lifetime
    Keeps the budgets alive.
    @par Thread safety
    One thread at a time; several charges of one budget may be used by several threads.
*/
class charge {
public:
  charge() = default;
  charge(charge&& other) noexcept
      : from_(std::move(other.from_)),
        account_(std::exchange(other.account_, nullptr)),
        what_(other.what_),
        amount_(std::exchange(other.amount_, 0)) {}
  charge& operator=(charge&& other) noexcept {
    if (this == &other) return *this;
    release();
    from_ = std::move(other.from_);
    account_ = std::exchange(other.account_, nullptr);
    what_ = other.what_;
    amount_ = std::exchange(other.amount_, 0);
    return *this;
  }
  ~charge() { release(); }

  /** Take more; false, and nothing taken, if the budget has not so much left. Without a budget there is always
      enough. */
  bool grow(std::size_t more);
  /** Take more, whether or not it is there: for the one message that has to be delivered. */
  void force(std::size_t more);
  /** Give some of it back. */
  void shrink(std::size_t less) noexcept;
  std::size_t amount() const noexcept { return amount_; }
  /** Whose budget it is; empty without one. Lives as long as the charge. */
  std::string_view account_name() const noexcept {
    return account_ ? std::string_view(account_->first) : std::string_view();
  }

private:
  friend class budgets;
  struct usage {
    std::array<std::size_t, 3> held{};
    std::size_t charges = 0;
  };
  using account = std::pair<std::string const, usage>;

  charge(std::shared_ptr<budgets> from, account* whose, budget_item what) noexcept
      : from_(std::move(from)), account_(whose), what_(what) {}
  void release() noexcept;

  std::shared_ptr<budgets> from_;
  account* account_ = nullptr;
  budget_item what_ = budget_item::calls;
  std::size_t amount_ = 0;
};

/** The budgets of all callers of one served server, and the one of the process.

    A caller is counted by principal, an anonymous one by network address. Callers who cannot be told apart (an
    empty account) have only the budget of the process: among them a smaller one would be easier to use up. What
    goes beyond the bounds of `limits` is refused before it is kept.
    @par Thread safety
    Any thread. A call that is answered at once never comes here.
*/
class budgets : public std::enable_shared_from_this<budgets> {
public:
  explicit budgets(limits const& bounds)
      : bounds_(bounds),
        each_{bounds.max_calls, bounds.max_streams, bounds.max_retained_bytes},
        all_{bounds.max_calls_in_process, bounds.max_streams_in_process,
             bounds.max_retained_bytes_in_process} {}
  budgets(budgets const&) = delete;
  budgets& operator=(budgets const&) = delete;

  limits const& bounds() const noexcept { return bounds_; }

  /** A charge that has taken nothing yet. */
  charge open(std::string_view whose, budget_item what) {
    std::lock_guard const lock{mutex_};
    auto found = accounts_.find(whose);
    if (found == accounts_.end()) found = accounts_.emplace(std::string(whose), charge::usage{}).first;
    if (found->second.charges++ == 0) ++active_;
    return {shared_from_this(), &*found, what};
  }

  /** What one caller holds. */
  std::size_t held(std::string_view whose, budget_item what) const {
    std::lock_guard const lock{mutex_};
    auto const found = accounts_.find(whose);
    return found == accounts_.end() ? 0 : found->second.held[index(what)];
  }
  /** What all callers hold together. */
  std::size_t held(budget_item what) const {
    std::lock_guard const lock{mutex_};
    return total_[index(what)];
  }
  /** Callers that hold something. */
  std::size_t active() const {
    std::lock_guard const lock{mutex_};
    return active_;
  }
  /** Callers that are remembered. */
  std::size_t size() const {
    std::lock_guard const lock{mutex_};
    return accounts_.size();
  }

private:
  friend class charge;
  /** Callers who hold nothing are forgotten beyond so many; the others need no allocation to come back. */
  static constexpr std::size_t max_kept = 256;

  struct hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };
  static constexpr std::size_t index(budget_item what) noexcept { return static_cast<std::size_t>(what); }

  bool take(charge::account& from, budget_item what, std::size_t more, bool force) {
    std::lock_guard const lock{mutex_};
    std::size_t const i = index(what);
    std::size_t& own = from.second.held[i];
    bool const in_own = from.first.empty() || (own <= each_[i] && more <= each_[i] - own);
    bool const fits = in_own && total_[i] <= all_[i] && more <= all_[i] - total_[i];
    if (!fits && !force) return false;
    own += more;
    total_[i] += more;
    return true;
  }
  void give_back(charge::account& to, budget_item what, std::size_t less, bool last) noexcept {
    std::lock_guard const lock{mutex_};
    std::size_t const i = index(what);
    to.second.held[i] -= less;
    total_[i] -= less;
    if (!last || --to.second.charges != 0) return;
    --active_;
    if (accounts_.size() > max_kept) {
      auto const at = accounts_.find(std::string_view(to.first));
      accounts_.erase(at);
    }
  }

  limits const bounds_;
  std::array<std::size_t, 3> each_;
  std::array<std::size_t, 3> all_;
  mutable std::mutex mutex_;
  std::array<std::size_t, 3> total_{};
  std::size_t active_ = 0;
  std::unordered_map<std::string, charge::usage, hash, std::equal_to<>> accounts_;
};

inline bool charge::grow(std::size_t more) {
  if (from_ && !from_->take(*account_, what_, more, false)) return false;
  amount_ += more;
  return true;
}
inline void charge::force(std::size_t more) {
  if (from_) from_->take(*account_, what_, more, true);
  amount_ += more;
}
inline void charge::shrink(std::size_t less) noexcept {
  if (from_) from_->give_back(*account_, what_, less, false);
  amount_ -= less;
}
inline void charge::release() noexcept {
  if (!from_) return;
  from_->give_back(*account_, what_, amount_, true);
  from_ = nullptr;
  amount_ = 0;
}

}  // namespace mcpawl::detail
