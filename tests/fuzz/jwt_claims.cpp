// tests/fuzz/jwt_claims.cpp - no claims throw, and those accepted are what another parser reads, and as
// expected
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/jose/claims.hpp>

#include <boost/json/parse.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace mcpawl::jose;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  static expectation const expected{.issuer = "i", .audiences = {"a"}, .wanted = {"w", "sub"}};
  static detail::json_reader reader{1 << 16, detail::claims_reader::max_depth};
  static detail::claims_reader claims;
  std::string_view const text{reinterpret_cast<char const*>(data), size};
  auto const read = claims.read(text, reader, expected, 1);
  if (!read) return 0;
  auto const all = boost::json::parse({text.data(), text.size()});
  auto const& members = all.as_object();
  if (members.at("iss") != "i" || read->iss != "i" || read->payload_json != text) std::abort();
  auto const exp = members.at("exp").to_number<double>();
  if (read->exp <= 1 || std::floor(exp) != static_cast<double>(read->exp)) std::abort();
  auto const* const aud = members.at("aud").if_array();
  bool ours = members.at("aud") == "a";
  for (std::size_t i = 0; aud != nullptr && i != aud->size(); ++i) ours = ours || (*aud)[i] == "a";
  if (!ours || read->aud.size() != (aud == nullptr ? 1 : aud->size())) std::abort();
  if (members.contains("w") != (read->wanted[0].is != claim_value::kind::absent)) std::abort();
  if (read->sub.has_value() != members.contains("sub")) std::abort();
  if (read->sub && (members.at("sub").as_string() != *read->sub)) std::abort();
  return 0;
}
