// tests/fuzz/document_lifetime.cpp - whatever a client's document says, it is kept for a minute to a day
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/client/client_fetch_lifetime.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace mcpawl::oauth;
  std::string_view rest(reinterpret_cast<char const*>(data), size);
  mcpawl::http::fetch_response answer;
  while (!rest.empty()) {
    auto const line = rest.substr(0, rest.find('\n'));
    auto const colon = std::min(line.find(':'), line.size());
    answer.fields.push_back({std::string(line.substr(0, colon)), std::string(line.substr(colon))});
    if (colon != line.size()) answer.fields.back().value.erase(0, 1);
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  }
  auto const kept = document_lifetime(answer);
  if (kept < least_document_lifetime || kept > max_document_lifetime) std::abort();
  answer.fields.push_back({"Cache-Control", "public, No-Store"});
  if (document_lifetime(answer) != least_document_lifetime) std::abort();
  answer.fields = {{"age", "0"}, {"cache-control", "s-maxage=600"}};
  answer.fields.push_back({"X-Other", std::string(reinterpret_cast<char const*>(data), size)});
  if (document_lifetime(answer) != std::chrono::seconds{600}) std::abort();
  return 0;
}
