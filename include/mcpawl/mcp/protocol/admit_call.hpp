// mcpawl/mcp/protocol/admit_call.hpp - whether a call may begin, by what the handle of its entry said
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/mcp/call/call_rules.hpp>
#include <mcpawl/mcp/protocol/failed_call.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace mcpawl::detail {

/** Why a call may not begin now, in words for a model; nothing if it may.

    A call for which there is no slot does not count for the rate.
    @param account  of the caller; callers who cannot be told apart have one rate together.
    @param slot     gets what the call holds until it is done, its blocking work included. */
inline std::optional<std::string> refusal_of(call_rules const& rules, call_target const& target,
                                             std::string_view account, rate_table::time_point now,
                                             std::shared_ptr<void const>& slot) {
  if (rules.slots) {
    slot = call_slots::take(rules.slots);
    if (!slot) {
      std::string words = "busy: this ";
      words.append(target.kind).append(" is already running ").append(std::to_string(rules.slots->most()));
      words += rules.slots->most() == 1 ? " time" : " times";
      return words += ", which is the most; try again later";
    }
  }
  if (rules.rate) {
    auto const wait = rules.rate->take(account, now);
    if (wait.count() > 0) {
      slot = nullptr;
      std::string words = "too many calls of this ";
      words.append(target.kind).append(": try again in ");
      auto const whole = std::max(std::chrono::ceil<std::chrono::seconds>(wait), std::chrono::seconds(1));
      return words.append(std::to_string(whole.count())).append(" s");
    }
  }
  return std::nullopt;
}

}  // namespace mcpawl::detail
