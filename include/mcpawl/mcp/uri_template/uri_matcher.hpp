// mcpawl/mcp/uri_template/uri_matcher.hpp - a URI cut into the parts of a template
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/mcp/uri_template/uri_characters.hpp>
#include <mcpawl/mcp/uri_template/uri_expression_reader.hpp>
#include <mcpawl/mcp/uri_template/uri_template_parser.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** Finds where each part of a template ends in a URI.

    Of all ways to cut, the first in this order is taken: from left to right, an expression whose operator
    begins with a character of its own is there rather than not, and takes as little as it can.

    What was tried once in vain at one place is not tried there again, and the whole ends without a match
    after `max_work` characters looked at, which takes some milliseconds.
*/
class uri_matcher {
public:
  static constexpr std::size_t max_work = std::size_t{1} << 18;

  /** @pre `is_uri_text(uri)` */
  uri_matcher(std::vector<uri_template_part> const& parts, std::string_view uri)
      : parts_(parts), uri_(uri), ends_(parts.size()) {}

  bool run() { return from(0, 0); }
  /** Whether `run` ended because of `max_work`, and not because it had tried everything. */
  bool gave_up() const noexcept { return work_ > max_work; }

  /** Collect the variables after `run` returned true; false if they contradict each other. */
  bool collect(uri_assignment& to) const {
    std::size_t at = 0;
    for (std::size_t i = 0; i != parts_.size(); ++i) {
      auto const text = uri_.substr(at, ends_[i] - at);
      at = ends_[i];
      if (parts_[i].variables.empty() || text.empty()) continue;
      if (!uri_expression_reader::collect(parts_[i], text, to)) return false;
    }
    return true;
  }

private:
  bool work(std::size_t count) noexcept {
    work_ += count;
    return !gave_up();
  }

  /** Whether the parts from `part` on match the URI from `at` on. */
  bool from(std::size_t part, std::size_t at) {
    if (part == parts_.size()) return at == uri_.size();
    auto const& here = parts_[part];
    if (here.variables.empty()) {
      if (!work(1) || !starts_with_uri_text(uri_.substr(at), here.literal)) return false;
      return work(here.literal.size()) && ends_at(part, at + here.literal.size());
    }
    if (failed(part, at)) return false;
    if (here.op.first == '\0') {
      if (ends_at(part, at) || some(part, at, at)) return true;
    } else if (at != uri_.size() && uri_[at] == here.op.first) {
      if (some(part, at, at + 1)) return true;
    }
    if (here.op.first != '\0' && ends_at(part, at)) return true;
    remember_failure(part, at);
    return false;
  }

  bool ends_at(std::size_t part, std::size_t end) {
    ends_[part] = end;
    return from(part + 1, end);
  }

  /** Whether the expression `part` matches from `begin` to `end` or more, but not nothing. */
  bool some(std::size_t part, std::size_t begin, std::size_t end) {
    auto const& here = parts_[part];
    for (;; end += uri_character_size(uri_.substr(end))) {
      if (!work(1)) return false;
      if (end != begin && from(part + 1, end)) {
        ends_[part] = end;
        if (!work(end - begin)) return false;
        if (uri_expression_reader::accepts(here, uri_.substr(begin, end - begin))) return true;
      }
      if (end == uri_.size() || !may_hold(here.op, uri_[end])) return false;
    }
  }

  static bool may_hold(uri_operator const& op, char c) noexcept {
    // more than an expansion writes itself: people write users/bob@example.com and ?at=10:30
    if (op.reserved || c == '%' || is_uri_segment_character(c)) return true;
    return (c == '/' && (op.first == '/' || op.separator == '&')) || (c == '?' && op.separator == '&');
  }

  std::size_t place(std::size_t part, std::size_t at) const noexcept { return part * (uri_.size() + 1) + at; }
  bool failed(std::size_t part, std::size_t at) const noexcept {
    std::size_t const bit = place(part, at);
    return !failed_.empty() && (failed_[bit / 64] >> bit % 64 & 1) != 0;
  }
  void remember_failure(std::size_t part, std::size_t at) {
    // the first expression is tried at one place only
    if (part == 0 || (part == 1 && parts_[0].variables.empty())) return;
    if (failed_.empty()) failed_.resize(place(parts_.size(), 0) / 64 + 1);
    std::size_t const bit = place(part, at);
    failed_[bit / 64] |= std::uint64_t{1} << bit % 64;
  }

  std::vector<uri_template_part> const& parts_;
  std::string_view uri_;
  std::vector<std::size_t> ends_;
  std::vector<std::uint64_t> failed_;
  std::size_t work_ = 0;
};

}  // namespace mcpawl::detail
