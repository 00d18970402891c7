// mcpawl/test/fake_oidc_page.hpp - the pages of the fake Access for SaaS: who are you?
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/crypto/base64.hpp>
#include <mcpawl/crypto/digest.hpp>
#include <mcpawl/http/html.hpp>
#include <mcpawl/test/fake_oidc_options.hpp>
#include <mcpawl/test/plain_http.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace mcpawl::test {

namespace detail {

inline constexpr std::string_view oidc_page_style =
    ":root{color-scheme:light dark;font:1rem/1.5 "
    "system-ui,sans-serif;--ink:#1a1c20;--paper:#f2f3f5;--card:#fff;"
    "--line:#8a8f98;--soft:#565c66;--mark:#0b57d0;--on:#fff;--bad:#b3261e}"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6e8ec;--paper:#121418;--card:#1d2026;--line:#7d838d;"
    "--soft:#a6acb6;--mark:#a8c7fa;--on:#0a2351;--bad:#f2b8b5}}"
    "*{box-sizing:border-box}body{margin:0;color:var(--ink);background:var(--paper)}"
    "main{max-width:26rem;margin:6vh auto;padding:1.5rem;background:var(--card);border-radius:.75rem}"
    "h1{margin:0;font-size:1.4rem}p{margin:.5rem 0 1rem}.note{color:var(--soft);font-size:.875rem}"
    ".bad{color:var(--bad);font-weight:600}b{overflow-wrap:anywhere}"
    "button,input{width:100%;min-height:3rem;margin:0 0 .75rem;padding:.5rem 1rem;font:inherit;color:inherit;"
    "text-align:left;background:transparent;border:1px solid "
    "var(--line);border-radius:.5rem;overflow-wrap:anywhere}"
    "::placeholder{color:var(--soft);opacity:1}button{cursor:pointer}button "
    "span{display:block;color:var(--soft);font-size:.875rem}"
    ".main{color:var(--on);background:var(--mark);border-color:var(--mark);text-align:center}"
    ".deny{text-align:center}label{display:block;margin:.5rem 0 .25rem}"
    ":focus-visible{outline:3px solid var(--mark);outline-offset:2px}"
    "@media(max-width:30rem){main{margin:0;min-height:100vh;border-radius:0}}";

inline std::string oidc_page_policy() {
  mcpawl::detail::sha256_digest const digest = mcpawl::detail::sha256(oidc_page_style);
  std::string_view const bytes(reinterpret_cast<char const*>(digest.data()), digest.size());
  // no form-action: browsers hold it against every redirect behind the form, and those lead to the client of
  // the server of the application
  return "default-src 'none'; style-src 'sha256-" + encode_base64(bytes) +
         "'; base-uri 'none'; frame-ancestors 'none'";
}

inline plain_answer oidc_page(int status, std::string_view title, std::string const& inside) {
  std::string text = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>";
  http::append_html(text, title);
  text +=
      " - stand-in for Cloudflare Access</title>\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><style>";
  text.append(oidc_page_style).append("</style></head>\n<body><main>\n<h1>");
  http::append_html(text, title);
  text.append("</h1>\n").append(inside).append(
      "<p class=\"note\">A stand-in for Cloudflare Access, for development: it checks nobody.</p>\n"
      "</main></body></html>\n");
  plain_answer out = answer_with(status, "text/html; charset=utf-8", std::move(text));
  out.fields.emplace_back("Content-Security-Policy", oidc_page_policy());
  out.fields.emplace_back("X-Frame-Options", "DENY");
  out.fields.emplace_back("X-Content-Type-Options", "nosniff");
  // not no-referrer: a browser would then send `Origin: null` with the form, and that one is refused
  out.fields.emplace_back("Referrer-Policy", "same-origin");
  return out;
}

}  // namespace detail

/** The page that asks who is signing in.

    Its forms post to the address of the page: `email` signs in, `deny` goes back with `access_denied`.

    @param place where the response will be sent, for the person to read
    @param refused the email that has just been refused, if one was
*/
inline plain_answer sign_in_page(std::vector<oidc_person> const& people, std::string_view place,
                                 std::string_view refused = {}) {
  std::string text = "<p>to go on to <b>";
  http::append_html(text, place);
  text += "</b></p>\n";
  if (!refused.empty()) {
    text += "<p class=\"bad\" role=\"alert\">";
    http::append_html(text, refused);
    text += " does not have access.</p>\n";
  }
  text += "<form method=\"post\">\n";
  for (oidc_person const& person : people) {
    text += "<button name=\"email\" value=\"";
    http::append_html(text, person.email);
    text += "\">";
    http::append_html(text, person.name);
    text += "<span>";
    http::append_html(text, person.email);
    text += "</span></button>\n";
  }
  text +=
      "</form>\n<form method=\"post\">\n<label for=\"email\">Somebody else</label>\n"
      "<input id=\"email\" name=\"email\" type=\"email\" required maxlength=\"254\" autocomplete=\"off\" "
      "placeholder=\"carol@example.com\">\n<button class=\"main\">Sign in</button>\n</form>\n"
      "<form method=\"post\"><button class=\"deny\" name=\"deny\" value=\"yes\">Deny</button></form>\n";
  return detail::oidc_page(refused.empty() ? 200 : 403, "Sign in", text);
}

/** The page for a request that cannot be answered by a redirect. */
inline plain_answer error_page(std::string_view what) {
  std::string text = "<p class=\"bad\">";
  http::append_html(text, what);
  text += "</p>\n";
  return detail::oidc_page(400, "This cannot be answered", text);
}

}  // namespace mcpawl::test
