// tests/fuzz/token_request.cpp - a request for tokens has all that its kind needs, and one way to
// authenticate
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/server/token_request.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace mcpawl::oauth;
  // the Authorization field is the first line, if it has anything on it; the body is the rest
  std::string_view const input{reinterpret_cast<char const*>(data), size};
  auto const line = std::min(input.find('\n'), size);
  std::optional<std::string_view> field;
  if (line != 0) field = input.substr(0, line);
  std::string_view const body = input.substr(std::min(line + 1, size));
  auto const known = [&field](client_credentials const& who) {
    if (who.method == client_auth::basic && (!field || who.client_secret.empty())) std::abort();
    if (field && who.method != client_auth::basic && !who.client_secret.empty()) std::abort();
    if (who.client_id.empty() && who.method != client_auth::private_key_jwt) std::abort();
    if ((who.method == client_auth::private_key_jwt) == who.assertion.empty()) std::abort();
  };
  if (auto const asked = token_request::parse(body, field)) {
    known(asked->client);
    bool const code = asked->grant == token_request::grant_kind::authorization_code;
    if (asked->code.empty() == code || asked->verifier.empty() == code) std::abort();
    if (asked->refresh_token.empty() != code) std::abort();
  }
  if (auto const asked = revocation_request::parse(body, field)) {
    known(asked->client);
    if (asked->token.empty()) std::abort();
  }
  return 0;
}
