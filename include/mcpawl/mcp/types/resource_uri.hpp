// mcpawl/mcp/types/resource_uri.hpp - a resource's URI, checked by the compiler
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl {

/** True for a scheme, a colon and something behind it, all of characters that URIs have (RFC 3986). */
constexpr bool is_resource_uri(std::string_view text) noexcept {
  auto const letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  auto const digit = [](char c) { return c >= '0' && c <= '9'; };
  std::size_t const colon = text.find(':');
  if (colon == 0 || colon == std::string_view::npos || colon + 1 == text.size() || !letter(text[0]))
    return false;
  for (std::size_t i = 0; i != text.size(); ++i) {
    char const c = text[i];
    if (letter(c) || digit(c)) continue;
    std::string_view const others = i < colon ? "+-." : ":/?#[]@!$&'()*+,;=-._~%";
    if (i != colon && others.find(c) == std::string_view::npos) return false;
  }
  return true;
}

namespace detail {
// never defined: reaching it while compiling is the error message
void a_resource_uri_must_have_a_scheme_and_only_the_characters_of_uris();
}  // namespace detail

/** A URI written as a literal; a bad one does not compile. */
class resource_uri {
public:
  template <std::size_t N>
  consteval resource_uri(char const (&literal)[N]) : uri_(literal, N - 1) {
    if (!is_resource_uri(uri_)) detail::a_resource_uri_must_have_a_scheme_and_only_the_characters_of_uris();
  }
  constexpr std::string_view view() const noexcept { return uri_; }

private:
  std::string_view uri_;
};

/** A URI known only at run time; a bad one is an error that is reported when the server starts. */
class runtime_uri {
public:
  explicit runtime_uri(std::string uri) : uri_(std::move(uri)) {}
  std::string_view view() const noexcept { return uri_; }

private:
  std::string uri_;
};

}  // namespace mcpawl
