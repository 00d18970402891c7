// mcpawl/mcp/types/cache_hint.hpp - how long a client may keep a result, and for whom
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/mcp/types/revision.hpp>
#include <mcpawl/text/json_text.hpp>

#include <chrono>
#include <string>

namespace mcpawl {

/** The hints `ttlMs` and `cacheScope` (MCP 2026-07-28, "Caching").

    The default is the safest: not at all, for nobody else. No hint is access control: what a caller may not
    see must not be in the result.
*/
class cache_hint {
public:
  constexpr cache_hint() = default;

  /** May be kept for one caller. */
  static constexpr cache_hint for_caller(std::chrono::milliseconds fresh) { return {fresh, false}; }
  /** May be kept and given to others: only for what is the same for everybody. */
  static constexpr cache_hint for_everyone(std::chrono::milliseconds fresh) { return {fresh, true}; }

  constexpr std::chrono::milliseconds fresh() const noexcept { return fresh_; }
  constexpr bool shared() const noexcept { return shared_; }

  /** Append the members with a comma before them. */
  void append_members(std::string& out, revision r) const {
    if (!is_stateless(r)) return;
    out += R"(,"ttlMs":)";
    append_json_number(out, fresh_.count() < 0 ? 0 : fresh_.count());
    out += shared_ ? R"(,"cacheScope":"public")" : R"(,"cacheScope":"private")";
  }

private:
  constexpr cache_hint(std::chrono::milliseconds fresh, bool shared) : fresh_(fresh), shared_(shared) {}

  std::chrono::milliseconds fresh_{0};
  bool shared_ = false;
};

}  // namespace mcpawl
