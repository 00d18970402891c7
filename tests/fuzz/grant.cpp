// tests/fuzz/grant.cpp - the records of grants and clients are read or damaged, and written as they were read
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/client/client.hpp>
#include <mcpawl/oauth/grant/grant.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

template <class Record>
void check(std::string_view bytes) {
  auto const read = Record::parse(bytes);
  if (!read) {
    if (read.error() != mcpawl::oauth::oauth_errc::damaged_record) std::abort();
    return;
  }
  std::string const written = read->bytes();
  auto const again = Record::parse(written);
  if (!again || again->bytes() != written) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const bytes{reinterpret_cast<char const*>(data), size};
  check<mcpawl::oauth::grant>(bytes);
  check<mcpawl::oauth::client>(bytes);
  return 0;
}
