// mcpawl/jose/name_set.hpp - tell whether an object has a member name already
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mcpawl::jose::detail {

enum class name_outcome { added, duplicate, full };

/** The names of a JSON object, and of those open inside of it, at most `Capacity`, without allocating.

    Compares with all names of the object before: the capacity is what bounds the work.

    Lifetime: keeps views.
*/
template <std::size_t Capacity>
class name_set {
public:
  void clear() noexcept { size_ = begin_ = 0; }

  /** Begin an object inside of the current one; give what it returns to `close` at its end. */
  std::size_t open() noexcept {
    std::size_t const outer = begin_;
    begin_ = size_;
    return outer;
  }
  void close(std::size_t outer) noexcept {
    size_ = begin_;
    begin_ = outer;
  }

  name_outcome insert(std::string_view name) noexcept { return insert(name, mark_of(name)); }
  name_outcome insert(std::string_view name, std::uint32_t mark) noexcept {
    for (std::size_t i = begin_; i != size_; ++i) {
      if (marks_[i] == mark && names_[i] == name) return name_outcome::duplicate;
    }
    if (size_ == Capacity) return name_outcome::full;
    marks_[size_] = mark;
    names_[size_++] = name;
    return name_outcome::added;
  }

  /** A number that mostly differs between names, so that few bytes are compared. */
  static constexpr std::uint32_t mark_of(std::string_view name) noexcept {
    auto mark = static_cast<std::uint32_t>(name.size());
    if (name.empty()) return mark;
    mark = mark << 8 ^ static_cast<unsigned char>(name.front());
    mark = mark << 8 ^ static_cast<unsigned char>(name[name.size() / 2]);
    return mark << 8 ^ static_cast<unsigned char>(name.back());
  }

private:
  std::array<std::uint32_t, Capacity> marks_;
  std::array<std::string_view, Capacity> names_;
  std::size_t begin_ = 0;  // of the current object's names
  std::size_t size_ = 0;
};

}  // namespace mcpawl::jose::detail
