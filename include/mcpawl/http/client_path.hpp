// mcpawl/http/client_path.hpp - the fixed part of a request's path, checked by the compiler
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>

namespace mcpawl {

namespace detail {

constexpr bool is_path_character(char c) noexcept {
  bool const letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return letter || (c >= '0' && c <= '9') ||
         std::string_view{"-._~!$&'()*+,;=:@/"}.find(c) != std::string_view::npos;
}

/** Whether a segment would lead out of the path that it stands in, or vanish from it (RFC 3986 section 5.2.4). */
constexpr bool is_dot_segment(std::string_view segment) noexcept { return segment == "." || segment == ".."; }

/** True for `/` and segments of characters that need no escape, none of them `.`, `..` or, but for the last, empty. */
constexpr bool is_fixed_path(std::string_view path) noexcept {
  if (path.empty() || path.front() != '/') return false;
  for (std::size_t begin = 1;;) {
    std::size_t const end = path.find('/', begin);
    std::string_view const segment = path.substr(begin, end == std::string_view::npos ? end : end - begin);
    if (is_dot_segment(segment)) return false;
    for (char c : segment)
      if (!is_path_character(c)) return false;
    if (end == std::string_view::npos) return true;
    if (segment.empty()) return false;
    begin = end + 1;
  }
}

/** A text that the compiler does not know. */
template <class T>
concept unknown_text = std::same_as<T, std::string> || std::same_as<T, std::string_view> ||
                       std::same_as<T, char const*> || std::same_as<T, char*>;

// never defined: reaching it while compiling is the error message
void a_path_begins_with_a_slash_and_has_no_query_no_escapes_and_no_dot_segments();

}  // namespace detail

/** The path of a request as far as the program knows it: a literal. A bad one does not compile, nor does a text that is known at run
    time: that goes into `http_request::segment`, which escapes it.

    It begins with `/`, and has no `?` (see `http_request::query`), no `#`, no `%`, no segment `.` or `..`. */
class http_path {
public:
  template <std::size_t N>
  consteval http_path(char const (&literal)[N]) : text_(literal, N - 1) {
    if (!detail::is_fixed_path(text_))
      detail::a_path_begins_with_a_slash_and_has_no_query_no_escapes_and_no_dot_segments();
  }
  template <detail::unknown_text Text>
  http_path(Text const&) {
    static_assert(
        !detail::unknown_text<Text>,
        "mcpawl: the path of a request is a literal; append what is known at run time by .segment(text), which escapes it");
  }
  constexpr std::string_view view() const noexcept { return text_; }

private:
  std::string_view text_;
};

}  // namespace mcpawl
