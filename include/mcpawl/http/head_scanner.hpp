// mcpawl/http/head_scanner.hpp - finds where the head of a message ends, and refuses sloppy line ends on the
// way
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>

namespace mcpawl::http::detail {

/** Search a growing buffer for the empty line that ends a head.

    It refuses what parsers disagree about before any of them sees it: a line feed without its carriage
    return, a line that starts with white space (obs-fold, RFC 9112 section 5.2), a first byte that cannot
    start a message. One empty line before the message is skipped (RFC 9112 section 2.2).
*/
class head_scanner {
public:
  enum class step { need_more, complete, malformed };

  void reset() noexcept { begin_ = line_ = next_ = 0; }

  /** Look at the bytes that are new since the last call; `buffer` starts at the same byte each time. */
  step scan(std::string_view buffer) noexcept {
    if (line_ == 0 && !buffer.empty() && !starts_well(buffer)) return step::malformed;
    while (next_ < buffer.size()) {
      void const* const found = std::memchr(buffer.data() + next_, '\n', buffer.size() - next_);
      if (found == nullptr) {
        next_ = buffer.size();
        break;
      }
      auto const feed = static_cast<std::size_t>(static_cast<char const*>(found) - buffer.data());
      if (feed == line_ || buffer[feed - 1] != '\r') return step::malformed;
      next_ = feed + 1;
      bool const empty = feed - line_ == 1;
      char const first = buffer[line_];
      line_ = next_;
      if (!empty) {
        if (first == ' ' || first == '\t') return step::malformed;
      } else if (feed == 1) {
        begin_ = next_;
      } else if (feed - 1 == begin_) {
        return step::malformed;
      } else {
        return step::complete;
      }
    }
    return step::need_more;
  }

  /** Where the message starts: after an empty line before it, if there was one. */
  std::size_t begin() const noexcept { return begin_; }
  /** One past the empty line, once `scan` said complete. */
  std::size_t end() const noexcept { return line_; }
  /** Whether the first line has been seen whole. */
  bool past_first_line() const noexcept { return line_ > begin_; }

private:
  static bool starts_well(std::string_view buffer) noexcept {
    char const c = buffer.front();
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '\r' || (c > ' ' && c < '\x7f');
  }

  std::size_t begin_ = 0;  // of the message
  std::size_t line_ = 0;   // start of the line being searched for its end
  std::size_t next_ = 0;   // first byte not looked at yet
};

}  // namespace mcpawl::http::detail
