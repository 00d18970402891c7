// tests/fuzz/jwt_header.cpp - no header throws, and one that is read says what another parser reads in it
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/jose/header.hpp>

#include <boost/json/parse.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  static mcpawl::jose::detail::json_reader reader{1 << 16, 8};
  std::string_view const text{reinterpret_cast<char const*>(data), size};
  auto const header = mcpawl::jose::detail::read_header(text, reader);
  if (!header) return 0;
  auto const all = boost::json::parse({text.data(), text.size()});
  auto const says = [&](char const* name, std::string_view value) {
    auto const& member = all.as_object().at(name).as_string();
    return std::string_view{member.data(), member.size()} == value;
  };
  if (!says("alg", header->alg)) std::abort();
  // without a name there is none, or an empty one
  bool const named = all.as_object().contains("kid");
  if (named ? !says("kid", header->kid) : !header->kid.empty()) std::abort();
  if (header->has_typ && !says("typ", header->typ)) std::abort();
  if (header->kid.size() > mcpawl::jose::max_kid_bytes) std::abort();
  for (auto const* refused : {"crit", "b64"})
    if (all.as_object().contains(refused)) std::abort();
  return 0;
}
