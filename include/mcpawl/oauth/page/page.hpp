// mcpawl/oauth/page/page.hpp - makes the pages for people, and answers with them safely
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/crypto/base64.hpp>
#include <mcpawl/crypto/digest.hpp>
#include <mcpawl/http/response.hpp>
#include <mcpawl/http/url.hpp>
#include <mcpawl/oauth/page/consent_page.hpp>
#include <mcpawl/oauth/page/error_page.hpp>
#include <mcpawl/oauth/page/page_shell.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::oauth {

/** The words of all pages. */
struct page_words {
  consent_words consent;
  error_words error;
};

/** Makes the pages. Words and style can be replaced one by one, or a whole page by overriding its function.

    Whoever overrides a page escapes what is in the view by `http::append_html`, offers only links that are
    `http` or `https`, posts the fields `handle`, `decision` (`approve` or `deny`) and `remember` to
    `view.action`, and uses no script and no style but `style()` in one `<style>` element: the policy of the
    page allows nothing else.

    @par Thread safety
    All functions may be called from any thread at once.
*/
class page_maker {
public:
  /** @param style what is in the `<style>` element: `page_style`, perhaps with something behind it */
  explicit page_maker(page_words words = {}, std::string style = std::string{page_style})
      : words_(std::move(words)), style_(std::move(style)) {}
  page_maker(page_maker const&) = default;
  page_maker& operator=(page_maker const&) = default;
  virtual ~page_maker() = default;

  virtual std::string consent(consent_view const& view) const {
    return detail::consent_page(view, words_.consent).make(style());
  }
  virtual std::string error(error_view const& view) const {
    return detail::make_error_page(view, words_.error, style());
  }
  virtual std::string_view style() const noexcept { return style_; }

private:
  page_words words_;
  std::string style_;
};

/** What a page may do: its Content-Security-Policy, but for what is the same for all.

    Browsers hold `form-action` against every redirect after the form was sent, and that chain can go from
    here to the sign-in, to any identity provider behind it, to our callback and to the client. So it names
    `https:`, and of `http` and of private-use schemes what the page at hand needs.
*/
struct page_policy {
  std::string style{page_style};
  std::string image;                                 ///< One that `consent_view::logo_url` may be, or empty.
  std::string form_targets = "'self' https: http:";  ///< Or `'none'`.

  std::string text() const {
    std::string out = "default-src 'none'; style-src 'sha256-";
    mcpawl::detail::sha256_digest const digest = mcpawl::detail::sha256(style);
    out += encode_base64({reinterpret_cast<char const*>(digest.data()), digest.size()});
    out += '\'';
    if (detail::is_image_source(image)) {
      bool const https = image.starts_with("https:");
      out.append("; img-src ").append(https ? http::origin_url::parse(image)->origin() : "data:");
    }
    out.append("; form-action ").append(form_targets);
    return out += "; frame-ancestors 'none'; base-uri 'none'";
  }
};

/** The policy of the page for this view. */
inline page_policy policy_for(consent_view const& view, std::string_view style = page_style) {
  page_policy out;
  out.style = style;
  out.image = view.logo_url;
  auto const sign_in = http::origin_url::parse(view.sign_in_url);
  auto const redirect = http::origin_url::parse(view.redirect_uri);
  if (sign_in) {
    out.form_targets = "'self' https:";
    for (auto const* const each : {&sign_in, &redirect}) {
      if (!*each || (*each)->is_secure()) continue;
      // a policy cannot name an IPv6 address (CSP Level 3 section 2.3.1)
      bool const nameable = (*each)->host().front() != '[';
      out.form_targets.append(" ").append(nameable ? (*each)->origin() : "http:");
    }
  }
  if (!redirect) {
    std::string_view const uri{view.redirect_uri};
    std::string_view const scheme = uri.substr(0, uri.find(':') + 1);
    constexpr auto letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.:";
    if (!scheme.empty() && scheme.find_first_not_of(letters) == std::string_view::npos)
      out.form_targets.append(" ").append(scheme);
  }
  return out;
}

/** Answer with a page of ours: never stored, never framed, its type never guessed.

    The Referrer-Policy is `same-origin` and not `no-referrer`, with which browsers send the form with
    `Origin: null`, like a stranger's (Fetch section 3.2). There is no Cross-Origin-Opener-Policy: it would
    cut off web clients that open the page in a window of its own and wait there for the response.
*/
inline http::response page_response(int status, std::string html, page_policy const& policy = {}) {
  http::response out(status);
  out.field("Content-Security-Policy", policy.text())
      .field("X-Frame-Options", "DENY")
      .field("X-Content-Type-Options", "nosniff")
      .field("Referrer-Policy", "same-origin")
      .field("Cross-Origin-Resource-Policy", "same-origin")
      .field("Cache-Control", "no-store")
      .body("text/html; charset=utf-8", std::move(html));
  return out;
}

/** Answer with the consent page. */
inline http::response consent_response(page_maker const& pages, consent_view const& view) {
  return page_response(200, pages.consent(view), policy_for(view, pages.style()));
}

/** Answer with an error page. */
inline http::response error_response(page_maker const& pages, error_view const& view) {
  page_policy policy;
  policy.style = pages.style();
  policy.image = view.logo_url;
  policy.form_targets = "'none'";
  return page_response(view.status, pages.error(view), policy);
}

}  // namespace mcpawl::oauth
