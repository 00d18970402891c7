// mcpawl/jsonrpc/unparsed_id.hpp - the id of a message that could not be parsed
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/core/error.hpp>
#include <mcpawl/jsonrpc/id.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace mcpawl::detail {

/** Reads the members of the outermost object of a text that is JSON for a part at least. */
class id_finder {
public:
  explicit id_finder(std::string_view text) noexcept : rest_(text) {}

  std::optional<request_id> run() {
    skip_space();
    if (!take('{')) return std::nullopt;
    std::optional<request_id> found;
    std::size_t depth = 1;
    while (!rest_.empty() && depth != 0) {
      if (rest_.front() == '"') {
        std::string_view const name = take_string();
        if (depth != 1 || name != R"("id")") continue;
        skip_space();
        if (!take(':')) continue;
        // two ids: nobody knows which one the client waits for
        if (found) return std::nullopt;
        found = take_id();
        if (!found) return std::nullopt;
      } else {
        char const c = rest_.front();
        rest_.remove_prefix(1);
        if (c == '{' || c == '[') ++depth;
        if (c == '}' || c == ']') --depth;
      }
    }
    return found;
  }

private:
  static constexpr std::string_view space = " \t\r\n";

  void skip_space() noexcept {
    while (!rest_.empty() && space.find(rest_.front()) != std::string_view::npos) rest_.remove_prefix(1);
  }
  bool take(char c) noexcept {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::string_view take(std::size_t size) noexcept {
    std::string_view const taken = rest_.substr(0, size);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  /** Take a string with its quotes; one that does not end takes all that is left. */
  std::string_view take_string() noexcept {
    std::size_t end = 1;
    while (end < rest_.size() && rest_[end] != '"') end += rest_[end] == '\\' ? 2 : 1;
    return take(end < rest_.size() ? end + 1 : rest_.size());
  }
  std::optional<request_id> take_id() {
    constexpr std::size_t longest = 128;
    skip_space();
    bool const text = !rest_.empty() && rest_.front() == '"';
    std::string_view const token = text ? take_string() : take(rest_.find_first_not_of("-0123456789"));
    // what the end of the text cuts off may have been longer
    if (rest_.empty() || token.empty() || token.size() > longest) return std::nullopt;
    if (rest_.front() != ',' && rest_.front() != '}' && space.find(rest_.front()) == std::string_view::npos)
      return std::nullopt;
    error_code failed;
    auto const value = boost::json::parse({token.data(), token.size()}, failed);
    return failed ? std::nullopt : request_id::from(value);
  }

  std::string_view rest_;
};

/** Find the id in a text that is no JSON, so that its sender learns which of its requests failed; nothing if
    there is none that can be told for sure (JSON-RPC 2.0 section 5). */
inline std::optional<request_id> unparsed_id(std::string_view text) { return id_finder(text).run(); }

}  // namespace mcpawl::detail
