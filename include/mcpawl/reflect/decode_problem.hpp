// mcpawl/reflect/decode_problem.hpp - what is wrong with a JSON value, and where in it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/text/json_pointer.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** Why a JSON value was refused. */
struct decode_problem {
  /** Where it is, as a JSON Pointer (RFC 6901) from the value that was decoded; empty for that value itself.
      A name of more than 64 bytes that the client made up is cut and ends in `...`. */
  std::string pointer;
  /** What is wrong, in a few words for a person or a model: `must be at least 1`. Never the value itself. */
  std::string message;

  friend bool operator==(decode_problem const&, decode_problem const&) = default;
};

/** How much of what is wrong with a value is looked for. */
enum class problem_search : unsigned char { first, all };

/** Everything that is wrong with a JSON value; of much, the first problems. */
class decode_problems {
public:
  static constexpr std::size_t max_kept = 8;
  /** How many bytes of text several problems may have; one alone is always told. */
  static constexpr std::size_t max_text = 2048;

  explicit operator bool() const noexcept { return !kept_.empty(); }
  std::vector<decode_problem> const& kept() const noexcept { return kept_; }
  /** Whether there was one more than are kept, so that nobody need look for others. */
  bool full() const noexcept { return more_; }

  /** Add a problem; one that is there already is one. */
  void add(decode_problem problem) {
    if (std::find(kept_.begin(), kept_.end(), problem) != kept_.end()) return;
    if (kept_.size() == max_kept)
      more_ = true;
    else
      kept_.push_back(std::move(problem));
  }
  /** Put words before the messages of all problems but the first `count`. */
  void precede(std::size_t count, std::string_view words) {
    for (; count < kept_.size(); ++count) kept_[count].message.insert(0, words);
  }

  /** What was added, of a value that was refused: never nothing. */
  decode_problems take() {
    if (kept_.empty()) add({{}, "is not allowed here"});
    return std::move(*this);
  }
  decode_problem take_first() { return std::move(take().kept_.front()); }

  /** All in one text that begins with `title`; several have a line each. */
  std::string text(std::string_view title) const {
    std::string out(title);
    out += ':';
    if (kept_.size() == 1) return out += ' ' + line_of(kept_.front());
    for (auto const& each : kept_) {
      std::string const line = line_of(each);
      bool const first = &each == &kept_.front();
      if (!first && out.size() + line.size() > max_text) return out += "\nand more";
      out += '\n';
      out += line;
    }
    return more_ ? out += "\nand more" : out;
  }

private:
  static std::string line_of(decode_problem const& problem) {
    return problem.pointer.empty() ? problem.message : problem.pointer + ": " + problem.message;
  }

  std::vector<decode_problem> kept_;
  bool more_ = false;
};

}  // namespace mcpawl::detail
