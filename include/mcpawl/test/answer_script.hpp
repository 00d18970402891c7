// mcpawl/test/answer_script.hpp - how a test answers what its tools ask
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/test/question.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** Answers questions by a queue first, then by a function for each kind, and notes all that were asked. */
class answer_script {
public:
  using answerer = std::function<test::answer(test::question const&)>;

  /** Answer questions of a method by a function. */
  void on(std::string method, answerer by) { by_method_[std::move(method)] = std::move(by); }
  /** Answer the next question so, behind those that wait. */
  void add(test::answer given) { queue_.push_back(std::move(given)); }
  std::size_t unused() const noexcept { return queue_.size(); }
  std::vector<test::question> const& asked() const noexcept { return asked_; }

  /** The answer to a question; nothing if the test has none. */
  std::optional<test::answer> next(test::question const& q) {
    asked_.push_back(q);
    if (!queue_.empty()) {
      test::answer given = std::move(queue_.front());
      queue_.pop_front();
      return given;
    }
    auto const found = by_method_.find(q.method);
    if (found == by_method_.end()) return std::nullopt;
    return found->second(q);
  }

private:
  std::map<std::string, answerer, std::less<>> by_method_;
  std::deque<test::answer> queue_;
  std::vector<test::question> asked_;
};

}  // namespace mcpawl::detail
