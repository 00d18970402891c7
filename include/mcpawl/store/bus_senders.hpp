// mcpawl/store/bus_senders.hpp - which messages of whom have been heard
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/store/bus_channel.hpp>

#include <cstddef>
#include <cstdint>
#include <unordered_map>

namespace mcpawl::detail {

/** Tells news from repetitions, and sees where a number is missing.

    @par Thread safety
    None; its owner sees to it. */
class bus_senders {
public:
  static constexpr std::size_t max_senders = 4096;
  static constexpr unix_seconds forget_after =
      180;  ///< Seconds of silence: longer than a message is good for.

  enum class news {
    next,      ///< It follows the last one.
    gap,       ///< It is new, and one before it was not heard.
    repeated,  ///< It was heard before, or it is late.
  };

  /** @param settled  whether who listens has heard of all there are by now; before that, what somebody has told earlier
                     counts as told before */
  news hear(instance_id sender, std::uint64_t number, unix_seconds now, bool settled) {
    auto const found = heard_.find(sender);
    if (found == heard_.end()) {
      if (heard_.size() >= max_senders) forget_silent(now);
      if (heard_.size() >= max_senders) return news::repeated;
      heard_.emplace(sender, last{number, now});
      return number == 1 || !settled ? news::next : news::gap;
    }
    if (number <= found->second.number) return news::repeated;
    bool const follows = number == found->second.number + 1;
    found->second = {number, now};
    return follows ? news::next : news::gap;
  }

  void forget_silent(unix_seconds now) {
    std::erase_if(heard_, [now](auto const& each) { return each.second.at + forget_after <= now; });
  }

private:
  struct last {
    std::uint64_t number;
    unix_seconds at;
  };
  std::unordered_map<instance_id, last> heard_;
};

}  // namespace mcpawl::detail
