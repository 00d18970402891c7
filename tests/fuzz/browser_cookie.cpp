// tests/fuzz/browser_cookie.cpp - a cookie from anywhere is of nobody; what was sealed is read as it is, or not
// at all
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/server/browser_cookie.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace mcpawl;
  static auto keys = sealer::with_random_key();
  static oauth::browser_cookie cookies(keys, "https://a.example", "https://b.example");
  std::string const text(reinterpret_cast<char const*>(data), size);
  if (cookies.read(text)) std::abort();
  // records of whoever has the key, but not of ours
  auto const odd = cookies.read(keys.seal(text, "mcpawl.oauth.browser:https://a.example https://b.example"));
  if (odd && (odd->id.empty() || odd->id.size() + odd->person.size() > size)) std::abort();

  oauth::known_browser browser;
  auto const line = std::min(text.find('\n'), size);
  browser.id = text.substr(0, line);
  browser.person = text.substr(std::min(line + 1, size));
  std::string cookie = cookies.issue(browser);
  auto const read = cookies.read(cookie);
  bool const fits = browser.person.size() <= oauth::browser_cookie::max_person;
  if (read && (read->id != browser.id || read->person != (fits ? browser.person : ""))) std::abort();
  if (!read && !browser.id.empty() && cookie.size() <= 4096) std::abort();
  cookie[size % cookie.size()] ^= 1;
  if (cookies.read(cookie)) std::abort();
  return 0;
}
