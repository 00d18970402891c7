// tests/fuzz/registration.cpp - what a client says about itself is refused or within bounds, and stays the
// same
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/client/client_document.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

std::string written(mcpawl::oauth::client_metadata const& m, std::string out = "{") {
  m.append_json_members(out);
  return out += '}';
}

void check(mcpawl::oauth::client_metadata const& m) {
  if (m.redirect_uris.empty() || m.redirect_uris.size() > 16) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const json{reinterpret_cast<char const*>(data), size};
  constexpr std::string_view url = "https://c.example/id", id = R"({"client_id":"https://c.example/id",)";
  if (auto const m = mcpawl::oauth::parse_registration(json)) {
    check(*m);
    auto const again = mcpawl::oauth::parse_registration(written(*m));
    if (!again || written(*again) != written(*m)) std::abort();
  }
  if (auto const m = mcpawl::oauth::parse_client_document(json, url)) {
    check(*m);
    auto const again = mcpawl::oauth::parse_client_document(written(*m, std::string(id)), url);
    if (!again || written(*again) != written(*m)) std::abort();
  }
  return 0;
}
