// tests/soak/judge.hpp - what the soak test counts: answers, wrong ones, entries that were acknowledged
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace soak {

/** Counts what went well, and says what did not.

    @par Thread safety
    Any thread. */
class judge {
public:
  /** Something that must be so was not. The first ones are printed, each with what was expected and what there was. */
  void wrong(std::string_view where, std::string_view expected, std::string_view got) {
    std::lock_guard const lock{mutex_};
    if (++wrong_ > 25) return;
    std::string_view const some = got.substr(0, 400);
    std::printf("WRONG: %.*s: expected %.*s, got %.*s\n", static_cast<int>(where.size()), where.data(),
                static_cast<int>(expected.size()), expected.data(), static_cast<int>(some.size()),
                some.data());
    std::fflush(stdout);
  }
  void good(std::string const& what) {
    std::lock_guard const lock{mutex_};
    ++good_[what];
  }
  /** A response came, whatever it says. */
  void answered() {
    std::lock_guard const lock{mutex_};
    ++answers_;
  }
  /** A call of `record` was answered. */
  void acknowledged(int entry) {
    std::lock_guard const lock{mutex_};
    entries_.push_back(entry);
  }

  std::size_t wrongs() const {
    std::lock_guard const lock{mutex_};
    return wrong_;
  }
  std::uint64_t answers() const {
    std::lock_guard const lock{mutex_};
    return answers_;
  }
  std::size_t done(std::string const& what) const {
    std::lock_guard const lock{mutex_};
    auto const found = good_.find(what);
    return found == good_.end() ? 0 : found->second;
  }
  void print() const {
    std::lock_guard const lock{mutex_};
    for (auto const& [what, count] : good_) std::printf("  %8zu  %s\n", count, what.c_str());
  }

  /** Whether each entry that was acknowledged is in the ledger, and no entry twice. */
  void compare(std::string const& ledger) {
    std::set<int> kept;
    std::ifstream file(ledger);
    for (int entry = 0; file >> entry;)
      if (!kept.insert(entry).second)
        wrong("the ledger", "each entry once", std::to_string(entry) + " twice");
    std::vector<int> entries;
    {
      std::lock_guard const lock{mutex_};
      entries = entries_;
    }
    for (int const entry : entries)
      if (!kept.contains(entry))
        wrong("the ledger", "entry " + std::to_string(entry) + ", which was acknowledged", "none");
    std::printf("  %8zu  entries acknowledged, %zu in the ledger\n", entries.size(), kept.size());
  }

private:
  mutable std::mutex mutex_;
  std::map<std::string, std::size_t> good_;
  std::vector<int> entries_;
  std::size_t wrong_ = 0;
  std::uint64_t answers_ = 0;
};

}  // namespace soak
