// mcpawl/observe/short_text.hpp - a short text in memory of its own, for what is noted of each request
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <string_view>

namespace mcpawl::detail {

/** A text of at most `Most` bytes, which neither allocates nor is cleared; of a longer one the end is cut off. */
template <std::size_t Most>
class short_text {
public:
  short_text() noexcept {}  // its bytes stay as they are
  short_text(short_text const& other) noexcept { *this = other.view(); }
  short_text& operator=(short_text const& other) noexcept { return *this = other.view(); }
  short_text& operator=(std::string_view text) noexcept {
    size_ = text.size() < Most ? text.size() : Most;
    if (size_ != 0) std::memmove(bytes_.data(), text.data(), size_);
    return *this;
  }

  std::string_view view() const noexcept { return {bytes_.data(), size_}; }
  operator std::string_view() const noexcept { return view(); }

private:
  std::size_t size_ = 0;
  std::array<char, Most> bytes_;
};

}  // namespace mcpawl::detail
