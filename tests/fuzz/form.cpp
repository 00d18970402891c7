// tests/fuzz/form.cpp - a form is decoded or refused, and its fields say the same when they are written again
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/http/form.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using mcpawl::http::form;
  std::string_view const text{reinterpret_cast<char const*>(data), size};
  auto const read = form::parse(text);
  if (!read) return 0;
  std::string written;
  for (std::size_t i = 0; i != read->size(); ++i) {
    auto const [name, value] = (*read)[i];
    if (name.size() + value.size() > size || !read->find(name)) std::abort();
    mcpawl::http::append_form_field(written, name, value);
  }
  auto const again = form::parse(written, {3 * size + 2 * read->size(), read->size()});
  if (!again || again->size() != read->size() || again->repeated() != read->repeated()) std::abort();
  for (std::size_t i = 0; i != read->size(); ++i)
    if ((*again)[i].name != (*read)[i].name || (*again)[i].value != (*read)[i].value) std::abort();
  return 0;
}
