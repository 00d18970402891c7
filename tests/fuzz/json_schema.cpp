// tests/fuzz/json_schema.cpp - any schema compiles or says why not, and any value is checked in bounded time
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/json_schema/json_schema.hpp>

#include <boost/json/parse.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  // the schema is the first line, the value what is behind it
  std::string_view const input{reinterpret_cast<char const*>(data), size};
  auto const line = std::min(input.find('\n'), size);
  std::vector<mcpawl::detail::json_schema_error> errors;
  auto const schema = mcpawl::detail::json_schema::parse(input.substr(0, line), errors);
  if (schema.has_value() != errors.empty()) std::abort();
  for (auto const& error : errors) {
    if (error.message.empty()) std::abort();
  }
  boost::system::error_code error;
  auto const value = boost::json::parse(input.substr(std::min(line + 1, size)), error);
  if (!schema || error.failed()) return 0;
  auto const problem = schema->validate(value);
  if (problem && (problem->message.empty() || problem->message.size() > 8000)) std::abort();
  return 0;
}
