// mcpawl/store/told_reasons.hpp - the reasons of failed attempts that were logged already
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mcpawl::detail {

/** Says of each reason once that it is new, until a connection was made: who is away for an hour fails thousands of times.

    @par Thread safety
    One thread. */
class told_reasons {
public:
  bool is_new(std::string_view reason) {
    if (all_.size() == most || std::find(all_.begin(), all_.end(), reason) != all_.end()) return false;
    all_.emplace_back(reason);
    return true;
  }
  /** There is a connection: what fails from now on is news. */
  void forget() noexcept { all_.clear(); }

private:
  static constexpr std::size_t most = 16;  // of what a server says, too

  std::vector<std::string> all_;
};

}  // namespace mcpawl::detail
