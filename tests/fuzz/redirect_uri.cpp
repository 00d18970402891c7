// tests/fuzz/redirect_uri.cpp - a redirect URI leads where it says or is refused; only equals fit, but for a
// port
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/common/redirect_uri.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using mcpawl::oauth::redirect_kind;
  using mcpawl::oauth::redirect_uri;
  // what is asked for is the first line, what was registered the rest
  std::string_view const input{reinterpret_cast<char const*>(data), size};
  auto const line = std::min(input.find('\n'), size);
  mcpawl::oauth::redirect_rules const rules{{"com.example.app"}};
  auto const asked = redirect_uri::parse(input.substr(0, line), rules);
  auto const known = redirect_uri::parse(input.substr(std::min(line + 1, size)), rules);
  if (!asked) return 0;
  bool const is_private = asked->text().starts_with("com.example.app:");
  if (is_private != (asked->kind() == redirect_kind::private_scheme)) std::abort();
  if (asked->text() != input.substr(0, line) || asked->place().empty() || !asked->fits(*asked)) std::abort();
  if (!redirect_uri::parse(asked->text(), rules)) std::abort();
  std::string const answer = asked->with_query("code=a&iss=b");
  if (answer.find('#') != std::string::npos || !answer.starts_with(asked->text())) std::abort();
  if (answer.size() <= redirect_uri::max_bytes && !redirect_uri::parse(answer, rules)) std::abort();
  if (!known) return 0;
  if (asked->fits(*known) != known->fits(*asked)) std::abort();
  bool const same = asked->text() == known->text();
  if (asked->fits(*known) && !same &&
      (asked->kind() != redirect_kind::loopback || known->kind() != redirect_kind::loopback))
    std::abort();
  return 0;
}
