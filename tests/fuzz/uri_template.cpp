// tests/fuzz/uri_template.cpp - a template and a URI: what is found in the URI expands to a URI of the
// template
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/mcp/uri_template/uri_matcher.hpp>
#include <mcpawl/mcp/uri_template/uri_template.hpp>
#include <mcpawl/mcp/uri_template/uri_template_parser.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

// a reserved expansion keeps escapes and separators as they are, a prefix may then be too short, and names
// that are there twice may be cut differently
bool is_reversible(std::string_view text, mcpawl::detail::uri_template const& t) {
  auto const variables =
      std::count(text.begin(), text.end(), '{') + std::count(text.begin(), text.end(), ',');
  return text.find("{+") == text.npos && text.find("{#") == text.npos && text.find(':') == text.npos &&
         static_cast<std::size_t>(variables) == t.names().size();
}

// the expansion is longer than what was matched, so that its matching may come to an end before all is tried
bool gives_up(std::string_view text, std::string_view uri) {
  auto const parts =
      mcpawl::detail::uri_template_parser(text).parse(mcpawl::detail::uri_template::max_variables);
  mcpawl::detail::uri_matcher matcher(*parts, uri);
  return !matcher.run() && matcher.gave_up();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const input{reinterpret_cast<char const*>(data), size};
  auto const line = std::min(input.find('\n'), size);
  auto const text = input.substr(0, line);
  auto const t = mcpawl::detail::uri_template::parse(text);
  if (!t) return 0;
  auto const found = t->match(input.substr(std::min(line + 1, size)));
  if (!found) return 0;
  auto const uri = t->expand(*found);
  if (!uri && uri.error() != mcpawl::detail::uri_template_errc::prefix_of_list) std::abort();
  if (!uri || uri->size() > 1000 || !is_reversible(text, *t)) return 0;
  auto const again = t->match(*uri);
  if (!again && gives_up(text, *uri)) return 0;
  if (!again || again->empty() != found->empty()) std::abort();
  return 0;
}
