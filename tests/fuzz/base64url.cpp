// tests/fuzz/base64url.cpp - decoding never throws, and what it accepts is the one spelling of its bytes
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/crypto/base64.hpp>
#include <mcpawl/crypto/base64url.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const text{reinterpret_cast<char const*>(data), size};
  std::vector<unsigned char> out(size);
  if (auto const decoded = mcpawl::detail::decode_base64url(text, out)) {
    std::string again;
    mcpawl::detail::append_base64url(again, std::span{out}.first(*decoded));
    if (again != text) std::abort();
  }
  if (auto const decoded = mcpawl::decode_base64(text)) {
    if (mcpawl::encode_base64(*decoded) != text) std::abort();
  }
  std::string encoded;
  mcpawl::detail::append_base64url(encoded, text);
  out.resize(size);
  if (mcpawl::detail::decode_base64url(encoded, out).value() != size) std::abort();
  return 0;
}
