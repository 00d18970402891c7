// tests/fuzz/decode.cpp - any bytes that are JSON decode into a struct of all kinds of fields, or are refused
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/reflect/decode.hpp>
#include <mcpawl/reflect/encode.hpp>

#include <boost/json/parse.hpp>

#include <cstdint>
#include <cstdlib>

enum class colour { red, green };
struct point {
  int x, y = 2;
};
struct all {
  bool b = false;
  std::int8_t i8 = 0;
  std::uint64_t u64 = 0;
  float f = 0;
  std::optional<std::string> s, pattern, date, uri;
  colour c = colour::red;
  std::optional<std::vector<point>> points;
  std::optional<std::map<std::string, std::optional<double>>> map;
  std::variant<int, std::string, point, std::vector<bool>> v = 1;
};
template <>
inline constexpr auto mcpawl::docs<all> = mcpawl::fields(
    mcpawl::field<&all::s>().min_length(1).max_length(9), mcpawl::field<&all::date>().format("date-time"),
    mcpawl::field<&all::pattern>().pattern("^([a-c]+|\\d{2,3})*$"), mcpawl::field<&all::uri>().format("uri"));

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) noexcept {
  boost::system::error_code error;
  auto const json = boost::json::parse({reinterpret_cast<char const*>(data), size}, error);
  all value, again;
  if (error.failed() || mcpawl::detail::decode(json, value)) return 0;
  std::string text;
  if (mcpawl::detail::encode(value, text)) std::abort();
  if (mcpawl::detail::decode(boost::json::parse(text), again)) std::abort();
  return 0;
}
