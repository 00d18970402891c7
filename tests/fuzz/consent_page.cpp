// tests/fuzz/consent_page.cpp - whatever a client says of itself, the page has the tags it has for any other
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/page/page.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

using view = mcpawl::oauth::consent_view;

/** All tags with their attributes, without what the attributes hold. */
static std::string tags(view const& of) {
  std::string out;
  bool in_tag = false, quoted = false;
  for (char const c : mcpawl::oauth::page_maker{}.consent(of)) {
    if (c == '<') in_tag = true;
    if (c == '"' && in_tag) quoted = !quoted;
    if (in_tag && !quoted) out += c;
    if (c == '>' && !quoted) in_tag = false;
  }
  return out;
}

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string const text(reinterpret_cast<char const*>(data), size);
  // a link that leads to the web is a link, and any other is nothing
  char const* const usual = mcpawl::oauth::detail::is_web_link(text) ? "https://a.example/" : "x:";
  for (auto const field : {&view::client_name, &view::server_name, &view::person, &view::operator_name,
                           &view::redirect_place, &view::handle, &view::client_host, &view::redirect_uri,
                           &view::client_uri, &view::policy_uri, &view::tos_uri, &view::operator_url}) {
    view plain, hostile;
    plain.scopes = {{"read", ""}, {"write", "words"}};
    hostile.scopes = {{text, ""}, {text, text}};
    plain.*field = usual;
    hostile.*field = text;
    if (size != 0 && tags(plain) != tags(hostile)) std::abort();
  }
  return 0;
}
