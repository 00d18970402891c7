// tests/fuzz/authorization_query.cpp - an authorization request is judged, and no browser is sent anywhere
// else
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/server/authorization_request.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <variant>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace mcpawl::oauth;
  auto const query = authorization_query::parse({reinterpret_cast<char const*>(data), size});
  if (!query) return 0;
  if (query->client_id.empty()) std::abort();
  static client_metadata const client = [] {
    client_metadata made;
    for (auto const* uri : {"https://c.example/cb?a=b", "http://127.0.0.1:1/cb"})
      made.redirect_uris.push_back(*redirect_uri::parse(uri));
    return made;
  }();
  static authorization_rules const rules{
      "https://as.example", "https://rs.example/mcp", *scope_set::parse("read write"), {}, {}};
  auto const judged = validate_authorization(*query, client, rules);
  if (auto const* refused = std::get_if<authorization_refusal>(&judged)) {
    if (!refused->why) std::abort();
    if (refused->location && !refused->location->starts_with("https://c.example/cb?a=b&") &&
        !refused->location->starts_with("http://127.0.0.1"))
      std::abort();
    return 0;
  }
  auto const& good = std::get<authorization_request>(judged);
  if (!client.allows(good.redirect) || good.resource != rules.resource) std::abort();
  if (good.code_challenge.size() != 43 || good.state != query->state) std::abort();
  return 0;
}
