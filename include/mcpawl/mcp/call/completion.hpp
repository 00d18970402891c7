// mcpawl/mcp/call/completion.hpp - suggestions for the value a user is typing
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/mcp/call/handler_result.hpp>
#include <mcpawl/text/json_text.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl {

/** What a completer is asked; take it instead of the bare text to see the other arguments. */
struct completion_request {
  std::string value;                             ///< What was typed so far.
  std::map<std::string, std::string> arguments;  ///< Those already filled in; none before 2025-06-18.
};

/** Suggestions, best first (MCP "Completion"). A list of strings becomes one by itself. */
struct completion {
  completion(std::vector<std::string> values_ = {}) : values(std::move(values_)) {}  // NOLINT: as promised

  /** The most that are sent (MCP `CompleteResult`); of more the client is told that there are. */
  static constexpr std::size_t most = 100;

  std::vector<std::string> values;
  std::optional<std::size_t> total;  ///< How many there are in all, if it is known.
  bool has_more = false;             ///< Whether there are more than these.

  /** Append the member `completion`. */
  void append_member(std::string& out) const {
    std::size_t const sent = std::min(values.size(), most);
    out += R"("completion":{"values":[)";
    for (std::size_t i = 0; i != sent; ++i) {
      if (i != 0) out += ',';
      append_json_string(out, values[i]);
    }
    out += ']';
    if (total || sent != values.size()) {
      out += R"(,"total":)";
      append_json_number(out, std::max(total.value_or(0), values.size()));
    }
    bool const more = has_more || sent != values.size() || (total && *total > sent);
    out += more ? R"(,"hasMore":true})" : R"(,"hasMore":false})";
  }

  /** Those of `candidates` that begin with what was typed, upper and lower case alike. */
  static completion of(std::vector<std::string> candidates, std::string_view typed) {
    auto const lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    std::erase_if(candidates, [&](std::string const& candidate) {
      return candidate.size() < typed.size() || !std::equal(
                                                    typed.begin(), typed.end(), candidate.begin(),
                                                    [&](char a, char b) { return lower(a) == lower(b); });
    });
    return {std::move(candidates)};
  }
};

/** A function that completes one argument, as the protocol calls it. */
struct completer {
  bool coroutine = false;
  bool can_log = false;
  std::function<detail::invocation(completion_request, context&, void const* identity)> invoke;
};

/** The completers of a prompt or a template by the name of the argument. */
using completers = std::map<std::string, completer, std::less<>>;

}  // namespace mcpawl
