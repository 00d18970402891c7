// mcpawl/oauth/page/page_shell.hpp - what the pages for people have in common: skeleton, style, links
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/http/html.hpp>
#include <mcpawl/http/url.hpp>
#include <mcpawl/text/utf8.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace mcpawl::oauth {

/** The style of the pages. It follows the light or dark scheme of the browser; all text has a contrast of at
    least 4.5 to 1 with what is behind it (WCAG 2.2 section 1.4.3). */
inline constexpr std::string_view page_style =
    R"(:root{color-scheme:light dark;--back:#f3f4f6;--card:#fff;--text:#1b1f24;--soft:#4b5563;--line:#d5d9df;)"
    R"(--link:#0b57d0;--go:#0b57d0;--on-go:#fff;--warn:#fff4d6;--on-warn:#4a3200;--warn-line:#b27500})"
    R"(@media(prefers-color-scheme:dark){:root{--back:#121519;--card:#1c2127;--text:#e8eaed;--soft:#b4bac4;)"
    R"(--line:#3b424c;--link:#8ab4f8;--go:#8ab4f8;--on-go:#0b1a33;--warn:#3a2e10;--on-warn:#ffe3a0;)"
    R"(--warn-line:#d9a400}})"
    R"(*{box-sizing:border-box}body{margin:0;padding:1.5rem 1rem;background:var(--back);color:var(--text);)"
    R"(font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:anywhere})"
    R"(main{max-width:34rem;margin:0 auto;padding:1.5rem;background:var(--card);border:1px solid var(--line);)"
    R"(border-radius:.75rem}header{display:flex;gap:.75rem;align-items:center;color:var(--soft)})"
    R"(header img{width:2.5rem;height:2.5rem;object-fit:contain}header p{margin:0})"
    R"(h1{margin:1rem 0 .5rem;font-size:1.5rem;line-height:1.3}h2{margin:1.5rem 0 .5rem;font-size:1.05rem})"
    R"(p,ul,dl{margin:.5rem 0}ul{padding-left:1.25rem}li{margin:.25rem 0})"
    R"(.theirs{overflow:clip;overflow-clip-margin:.3em})"
    R"(dt{color:var(--soft);font-size:.9rem}dd{margin:0 0 .6rem}.soft{color:var(--soft);font-size:.9rem})"
    R"(code{font:.9em/1.4 ui-monospace,"DejaVu Sans Mono",monospace}a{color:var(--link)})"
    R"(.place{font-weight:600}.warn{margin:1rem 0;padding:.75rem 1rem;background:var(--warn);)"
    R"(color:var(--on-warn);border:1px solid var(--warn-line);border-left-width:.4rem;border-radius:.4rem})"
    R"(.warn p{margin:.25rem 0}label{display:flex;gap:.6rem;align-items:flex-start;margin:1.25rem 0 1rem})"
    R"(input{width:1.25rem;height:1.25rem;margin:.15rem 0 0;flex:none;accent-color:var(--go)})"
    R"(.choice{display:flex;flex-wrap:wrap;gap:.75rem}button{flex:1 1 9rem;min-height:3rem;padding:.5rem 1rem;)"
    R"(font:inherit;font-weight:600;border-radius:.5rem;border:1px solid var(--soft);background:transparent;)"
    R"(color:var(--text);cursor:pointer}button.go{background:var(--go);border-color:var(--go);)"
    R"(color:var(--on-go)}:focus-visible{outline:3px solid var(--link);outline-offset:2px})"
    R"(footer{margin-top:1.5rem;padding-top:1rem;border-top:1px solid var(--line);color:var(--soft);)"
    R"(font-size:.9rem}@media(max-width:30rem){body{padding:0;background:var(--card)})"
    R"(main{border:0;border-radius:0;padding:1.25rem 1rem}})";

namespace detail {

/** The first code points of a text, `most` at most. */
inline std::string_view beginning_of(std::string_view text, std::size_t most) noexcept {
  std::size_t end = 0;
  for (std::size_t n = 0; n != most && end != text.size(); ++n)
    end += mcpawl::detail::first_code_point(text.substr(end)).size;
  return text.substr(0, end);
}

/** Append a text of somebody else: escaped, cut after `most` code points, and set apart so that letters of
    another direction do not reorder what is around it. */
inline void append_theirs(std::string& out, std::string_view text, std::size_t most = 200) {
  std::string_view const shown = beginning_of(text, most);
  out += "<bdi>";
  http::append_html(out, shown);
  if (shown.size() != text.size()) out += "\xe2\x80\xa6";
  out += "</bdi>";
}

/** Whether a link may be offered: a plain `http` or `https` URL. */
inline bool is_web_link(std::string_view url) { return http::origin_url::parse(url).has_value(); }

/** Append a link whose text is its address, without `https://`. What is no web link becomes nothing. */
inline void append_link(std::string& out, std::string_view url) {
  auto const parsed = http::origin_url::parse(url);
  if (!parsed) return;
  out += "<a href=\"";
  http::append_html(out, url);
  out += "\" target=\"_blank\" rel=\"noopener noreferrer nofollow\">";
  std::string text = parsed->is_secure() ? parsed->authority() : parsed->origin();
  if (parsed->target() != "/") text += parsed->target();
  append_theirs(out, text, 100);
  out += "</a>";
}

/** Whether an image may be shown: over https, or of a usual kind and in the page itself. */
inline bool is_image_source(std::string_view url) {
  if (url.starts_with("https://")) return is_web_link(url);
  for (std::string_view const kind : {"png", "jpeg", "gif", "webp", "svg+xml"}) {
    std::string const head = std::string{"data:image/"}.append(kind).append(";base64,");
    if (!url.starts_with(head)) continue;
    constexpr auto alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
    return url.find_first_not_of(alphabet, head.size()) == std::string_view::npos;
  }
  return false;
}

/** Append `<tag>text</tag>`; the tag is ours. */
inline void append_element(std::string& out, std::string_view tag, std::string_view text) {
  out.append("<").append(tag).append(">");
  http::append_html(out, text);
  out.append("</").append(tag.substr(0, tag.find(' '))).append(">\n");
}

/** Begin a page, up to and with `<main>`. The style is the operator's and is taken as it is. */
inline std::string begin_page(std::string_view lang, std::string_view title, std::string_view style) {
  std::string out = "<!DOCTYPE html>\n<html lang=\"";
  http::append_html(out, lang);
  out +=
      "\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"robots\" content=\"noindex\">\n";
  append_element(out, "title", title);
  out.append("<style>").append(style).append("</style>\n</head>\n<body>\n<main>\n");
  return out;
}

inline void end_page(std::string& out) { out += "</main>\n</body>\n</html>\n"; }

/** Append the line about the server above the title. */
inline void append_server(std::string& out, std::string_view server_name, std::string_view logo_url) {
  if (server_name.empty() && logo_url.empty()) return;
  out += "<header>";
  if (is_image_source(logo_url)) {
    out += "<img alt=\"\" src=\"";
    http::append_html(out, logo_url);
    out += "\">";
  }
  append_element(out, "p", server_name);
  out += "</header>\n";
}

/** Append who operates the server. */
inline void append_operator(std::string& out, std::string_view words, std::string_view name,
                            std::string_view url) {
  if (name.empty() && !is_web_link(url)) return;
  out += "<footer><p>";
  http::append_html(out, words);
  out += ' ';
  append_theirs(out, name);
  if (is_web_link(url)) {
    out += name.empty() ? "" : ", ";
    append_link(out, url);
  }
  out += "</p></footer>\n";
}

}  // namespace detail

}  // namespace mcpawl::oauth
