// mcpawl/observe/metric_series.hpp - counters and histograms, in slots of their own for each thread
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/observe/metric_families.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** One set of labels of a metric on one thread, which alone writes it. */
class metric_series {
public:
  explicit metric_series(std::size_t buckets)
      : size_(buckets),
        buckets_(buckets == 0 ? nullptr : std::make_unique<std::atomic<std::uint64_t>[]>(buckets)) {}

  void count(std::uint64_t more) noexcept { add(count_, more); }
  void observe(double value, std::span<double const> bounds) noexcept {
    add(count_, 1);
    sum_.store(sum_.load(std::memory_order_relaxed) + value, std::memory_order_relaxed);
    // most values belong to one of the first buckets
    std::size_t at = 0;
    while (at != size_ && bounds[at] < value) ++at;
    if (at != size_) add(buckets_[at], 1);
  }

  std::uint64_t count() const noexcept { return count_.load(std::memory_order_relaxed); }
  double sum() const noexcept { return sum_.load(std::memory_order_relaxed); }
  std::uint64_t bucket(std::size_t i) const noexcept { return buckets_[i].load(std::memory_order_relaxed); }

private:
  static void add(std::atomic<std::uint64_t>& to, std::uint64_t more) noexcept {
    to.store(to.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
  }
  std::atomic<std::uint64_t> count_ = 0;
  std::atomic<double> sum_ = 0;
  std::size_t size_;
  std::unique_ptr<std::atomic<std::uint64_t>[]> buckets_;
};

/** The sum of a set of labels over all threads. */
struct metric_total {
  std::uint64_t count = 0;
  double sum = 0;
  std::vector<std::uint64_t> buckets;
};

/** All series of one `prometheus`.

    A thread that counts finds its series by a hash of the labels' numbers, in memory that it alone writes. Who sums up reads all of
    them. Label values are known by numbers, which they get when they are first used; beyond `max_symbols` of them, and beyond
    `max_series` lines on the page, `_other` stands for all that is new.

    @par Thread safety
    Any thread. */
class metric_table {
public:
  static constexpr std::size_t max_series = 10'000;
  static constexpr std::size_t max_symbols = 4'096;
  static constexpr std::string_view other = "_other";

  metric_table() : id_(next_id()) {
    intern_slowly(other);  // the number 0
    // all that is beyond the bounds has its line
    for (std::size_t i = 0; i != metric_count; ++i)
      admit(key_of(static_cast<metric>(i), {}), metric_families[i].lines());
  }
  metric_table(metric_table const&) = delete;
  metric_table& operator=(metric_table const&) = delete;

  /** Series of this thread that one record goes to. */
  using group = std::array<metric_series*, 3>;

  void count(metric what, std::initializer_list<std::string_view> labels, std::uint64_t more = 1) {
    series(what, labels).count(more);
  }
  void observe(metric what, std::initializer_list<std::string_view> labels, double value) {
    observe(what, series(what, labels), value);
  }
  static void observe(metric what, metric_series& at, double value) noexcept {
    at.observe(value, metric_families[static_cast<std::size_t>(what)].buckets);
  }

  /** The series of a set of labels, on this thread. */
  metric_series& series(metric what, std::initializer_list<std::string_view> labels) {
    return *find(what, labels, [&](slot& here) {
      std::array<std::uint16_t, 4> numbers{};
      std::size_t i = 0;
      for (auto const label : labels) numbers[i++] = intern(here, label);
      return group{&find(here, what, key_of(what, numbers))};
    })[0];
  }
  /** The series that a kind of record goes to, found by one look at its texts.

      @param kind   a metric that has no more labels than texts, so that it is asked for by `series` with fewer of them
      @param texts  five at most, that decide which series they are
      @param find   returns them, where the texts are new */
  template <class Find>
  group const& together(metric kind, std::initializer_list<std::string_view> texts, Find find_all) {
    return find(kind, texts, [&](slot&) { return find_all(); });
  }

  /** All totals in the order of the page: the key tells metric and labels. */
  std::map<std::uint64_t, metric_total> totals() const {
    std::map<std::uint64_t, metric_total> out;
    std::lock_guard const lock{mutex_};
    for (auto const& s : slots_)
      for (auto const& each : s->cells) {
        std::uint64_t const key = each.key.load(std::memory_order_acquire);
        if (key == 0) continue;
        metric_series const& from = *each.series;
        auto const& family = metric_families[family_of(key)];
        metric_total& to = out[key];
        to.count += from.count();
        to.sum += from.sum();
        to.buckets.resize(family.buckets.size());
        for (std::size_t i = 0; i != to.buckets.size(); ++i) to.buckets[i] += from.bucket(i);
      }
    return out;
  }
  static std::size_t family_of(std::uint64_t key) noexcept { return static_cast<std::size_t>(key >> 56) - 1; }
  std::string symbol(std::uint64_t key, std::size_t label) const {
    std::lock_guard const lock{mutex_};
    return names_[(key >> (42 - 14 * label)) & 0x3fff];
  }

private:
  struct hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };
  using symbols = std::unordered_map<std::string, std::uint16_t, hash, std::equal_to<>>;
  struct cell {
    std::atomic<std::uint64_t> key = 0;  // set when the series is there
    std::unique_ptr<metric_series> series;
  };
  static constexpr std::size_t remembered = 64;
  /** The texts of series that were found lately. */
  struct recent {
    metric what{};
    std::size_t count = 0;
    std::array<std::string, 5> texts;
    group found{};

    bool is(metric asked, std::initializer_list<std::string_view> with) const noexcept {
      return found[0] != nullptr && what == asked && count == with.size() &&
             std::equal(with.begin(), with.end(), texts.begin());
    }
    void keep(metric asked, std::initializer_list<std::string_view> with, group const& what_is_found) {
      found[0] = nullptr;
      what = asked;
      count = with.size();
      std::copy(with.begin(), with.end(), texts.begin());
      found = what_is_found;
    }
  };
  struct slot {
    static constexpr std::size_t bits = 12;
    std::array<cell, std::size_t(1) << bits> cells;
    symbols known;  // of the thread
    std::array<recent, remembered> last;
    std::size_t used = 0;
  };

  static std::uint64_t next_id() {
    static std::atomic<std::uint64_t> last = 0;
    return ++last;
  }

  /** The family, from 1 on, and the numbers of the labels, 14 bits each. */
  static std::uint64_t key_of(metric what, std::array<std::uint16_t, 4> labels) noexcept {
    std::uint64_t key = (static_cast<std::uint64_t>(what) + 1) << 56;
    for (std::size_t i = 0; i != labels.size(); ++i)
      key |= static_cast<std::uint64_t>(labels[i]) << (42 - 14 * i);
    return key;
  }

  slot& mine() {
    thread_local std::vector<std::pair<std::uint64_t, slot*>> known;
    for (auto const& [id, at] : known)
      if (id == id_) return *at;
    auto made = std::make_unique<slot>();
    slot& out = *made;
    {
      std::lock_guard const lock{mutex_};
      slots_.push_back(std::move(made));
    }
    known.emplace_back(id_, &out);
    return out;
  }

  template <class Find>
  group const& find(metric what, std::initializer_list<std::string_view> texts, Find slowly) {
    slot& here = mine();
    // most calls are like one of the last
    auto& last = here.last[quick_hash(what, texts)];
    if (last.is(what, texts)) return last.found;
    group const found = slowly(here);
    last.keep(what, texts, found);
    return last.found;
  }
  static std::size_t quick_hash(metric what, std::initializer_list<std::string_view> labels) noexcept {
    std::size_t out = static_cast<std::size_t>(what);
    for (auto const label : labels)
      out = out * 31 + label.size() * 7 + (label.empty() ? 0u : static_cast<unsigned char>(label.back()));
    return out % remembered;
  }

  metric_series& find(slot& here, metric what, std::uint64_t key) {
    cell* at = place_of(here, key);
    std::uint64_t const there = at->key.load(std::memory_order_relaxed);
    if (there == key) return *at->series;
    auto const& family = metric_families[static_cast<std::size_t>(what)];
    if (!admit(key, family.lines()) || full(here)) {
      std::uint64_t const all_others = key_of(what, {});
      // never the last free place: each metric has one of these
      if (key != all_others) return find(here, what, all_others);
    }
    at->series = std::make_unique<metric_series>(family.buckets.size());
    at->key.store(key, std::memory_order_release);
    ++here.used;
    return *at->series;
  }

  static cell* place_of(slot& here, std::uint64_t key) noexcept {
    std::size_t at = (key * 0x9e3779b97f4a7c15u) >> (64 - slot::bits);
    for (;; at = (at + 1) % here.cells.size()) {
      std::uint64_t const there = here.cells[at].key.load(std::memory_order_relaxed);
      if (there == key || there == 0) return &here.cells[at];
    }
  }
  static bool full(slot& here) noexcept { return here.used >= here.cells.size() / 2; }

  /** Whether a set of labels may be on the page. */
  bool admit(std::uint64_t key, std::size_t lines) {
    std::lock_guard const lock{mutex_};
    if (admitted_.contains(key)) return true;
    if (lines_ + lines > max_series) return false;
    lines_ += lines;
    admitted_.insert(key);
    return true;
  }

  std::uint16_t intern(slot& here, std::string_view text) {
    if (auto const known = here.known.find(text); known != here.known.end()) return known->second;
    if (here.known.size() >= max_symbols) return 0;
    std::uint16_t const number = intern_slowly(text);
    if (number != 0) here.known.emplace(std::string(text), number);
    return number;
  }
  std::uint16_t intern_slowly(std::string_view text) {
    std::lock_guard const lock{mutex_};
    if (auto const known = numbers_.find(text); known != numbers_.end()) return known->second;
    if (names_.size() == max_symbols) return 0;
    auto const number = static_cast<std::uint16_t>(names_.size());
    names_.emplace_back(text);
    numbers_.emplace(std::string(text), number);
    return number;
  }

  std::uint64_t const id_;
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<slot>> slots_;
  std::vector<std::string> names_;
  symbols numbers_;
  std::unordered_set<std::uint64_t> admitted_;
  std::size_t lines_ = 0;
};

}  // namespace mcpawl::detail
