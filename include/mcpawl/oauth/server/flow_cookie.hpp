// mcpawl/oauth/server/flow_cookie.hpp - the cookies that bind a flow and its approval to one browser
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/crypto/digest.hpp>
#include <mcpawl/http/cookie.hpp>
#include <mcpawl/http/request_head.hpp>
#include <mcpawl/http/url.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpawl::oauth {

/** What a cookie is for. */
enum class cookie_use : unsigned char {
  consent,  ///< The browser that was shown a consent page; one cookie per page.
  flow,     ///< The browser that was sent to sign in; one cookie per flow.
  browser,  ///< Which browser this is, for approvals that are remembered.
};

/** Names, sets and clears the cookies of the server at one public URL.

    Over https their names begin with `__Host-`: only this very host can have set them, over TLS (RFC 6265bis
    section 4.1.3.2). Over http, which is for loopback alone, they have plain names and no `Secure`: some
    browsers take such cookies from `http://localhost` for secure, others drop them.

    Every flow has a name of its own, so that two tabs do not overwrite each other.

    @par Thread safety
    All functions may be called from any thread at once.
*/
class flow_cookies {
public:
  static constexpr std::size_t id_size = 16;  ///< Hexadecimal digits.

  explicit flow_cookies(http::origin_url const& public_url) noexcept : secure_(public_url.is_secure()) {}

  /** The name of the cookie that belongs to a handle or a state; for `cookie_use::browser` there is one. */
  std::string name(cookie_use use, std::string_view handle = {}) const {
    std::string out = prefix(use);
    if (use == cookie_use::browser) return out;
    mcpawl::detail::sha256_digest const digest =
        mcpawl::detail::sha256(std::string{"mcpawl.oauth.cookie:"}.append(handle));
    constexpr char digits[] = "0123456789abcdef";
    for (std::size_t i = 0; i != id_size / 2; ++i) {
      out += digits[digest[i] >> 4];
      out += digits[digest[i] & 15];
    }
    return out;
  }

  /** The value of a Set-Cookie field. The cookie's value is of ours: base64url or hexadecimal. */
  std::string set(std::string_view name, std::string_view value, long max_age_seconds) const {
    std::string out{name};
    out.append(1, '=').append(value).append("; Path=/");
    if (secure_) out += "; Secure";
    // Lax: the response of the sign-in comes from another site, and must bring the cookie along
    return out.append("; HttpOnly; SameSite=Lax; Max-Age=").append(std::to_string(max_age_seconds));
  }
  /** The value of a Set-Cookie field that removes the cookie. */
  std::string clear(std::string_view name) const { return set(name, "", 0); }

  /** The cookie's value, if it was sent exactly once. */
  static std::optional<std::string_view> find(http::request_head const& head,
                                              std::string_view name) noexcept {
    return http::find_cookie(head, name).value;
  }

  /** The names of cookies to clear so that `most` of this use remain: the first ones, which browsers send in
      the order of their age (RFC 6265 section 5.4). Without that, a page that opens many flows would let the
      header grow until no request fits any more. */
  std::vector<std::string> surplus(http::request_head const& head, cookie_use use,
                                   std::size_t most = 8) const {
    std::vector<std::string> found;
    std::string const wanted = prefix(use);
    for (auto const& field : head.fields()) {
      if (!http::iequals(field.name, "cookie")) continue;
      std::string_view rest = field.value;
      while (!rest.empty()) {
        std::size_t const semicolon = rest.find(';');
        std::string_view const pair = http::trim(rest.substr(0, semicolon));
        rest.remove_prefix(semicolon == std::string_view::npos ? rest.size() : semicolon + 1);
        std::string_view const name = http::trim(pair.substr(0, pair.find('=')));
        if (name.starts_with(wanted) && is_id(name.substr(wanted.size()))) found.emplace_back(name);
      }
    }
    found.resize(found.size() > most ? found.size() - most : 0);
    return found;
  }

private:
  std::string prefix(cookie_use use) const {
    std::string out = secure_ ? "__Host-mcpawl-" : "mcpawl-";
    switch (use) {
      case cookie_use::consent: return out += "consent-";
      case cookie_use::flow: return out += "flow-";
      case cookie_use::browser: break;
    }
    return out += "browser";
  }

  static bool is_id(std::string_view text) noexcept {
    return text.size() == id_size && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  }

  bool secure_;
};

}  // namespace mcpawl::oauth
