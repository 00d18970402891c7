// mcpawl/jose/leeway.hpp - how far the clock of who issues tokens may differ from ours
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <string_view>

namespace mcpawl::jose {

/** What is wrong with a leeway (RFC 7519 section 4.1.4: "usually no more than a few minutes"); empty if nothing is. */
constexpr std::string_view validate_leeway(std::chrono::seconds leeway) noexcept {
  return leeway.count() < 0 || leeway.count() > 60 ? "must be from 0 to 60 seconds" : "";
}

}  // namespace mcpawl::jose
