// mcpawl/oauth/page/error_page.hpp - the page that tells a person why it did not work
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/oauth/page/error_words.hpp>
#include <mcpawl/oauth/page/page_shell.hpp>

#include <string>
#include <string_view>

namespace mcpawl::oauth {

/** All that an error page says. None of it may come from an upstream, a store or an exception. */
struct error_view {
  int status = 400;
  std::string title;      ///< Empty: that of the words.
  std::string text;       ///< What happened, and what to do now. Empty: that of the words for `why`.
  error_code why;         ///< Chooses among the words, and is not shown itself. May be none.
  std::string code;       ///< The error's name in OAuth, for who is asked for help. May be empty.
  std::string detail;     ///< What was wrong with the request, for who makes the application. May be empty.
  std::string reference;  ///< What the log knows this by. May be empty.
  std::string host;       ///< Where the application's description could not be had. May be empty.
  bool can_register = false;  ///< Whether the next attempt will do without that description.
  std::string go_on_url;    ///< Where the application would be told, if the person chooses so. May be empty.
  std::string go_on_place;  ///< Whom that tells: host and port, or a scheme.
  std::string server_name;
  std::string operator_name;
  std::string operator_url;
  std::string logo_url;
};

namespace detail {

inline std::string make_error_page(error_view const& view, error_words const& words, std::string_view style) {
  std::string const& title = view.title.empty() ? words.title : view.title;
  std::string out = begin_page(words.lang, title, style);
  append_server(out, view.server_name, view.logo_url);
  append_element(out, "h1", title);
  std::string const& usual = view.can_register && own_errc(view.why) == oauth_errc::document_unavailable
                                 ? words.document_avoidable
                                 : words_for(words, view.why, view.status);
  append_element(out, "p", view.text.empty() ? usual : view.text);
  if (!view.go_on_url.empty()) {
    out += "<p class=\"theirs\"><a rel=\"noreferrer\" href=\"";
    http::append_html(out, view.go_on_url);
    out += "\">";
    http::append_html(out, words.go_on);
    out += " <code>";
    append_theirs(out, view.go_on_place);
    out += "</code></a></p>\n";
  }
  auto const detail = [&out](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    out += "<p class=\"soft\">";
    http::append_html(out, name);
    out += ": <code>";
    append_theirs(out, value);
    out += "</code></p>\n";
  };
  detail(words.host, view.host);
  detail(words.code, view.code);
  detail(words.detail, view.detail);
  detail(words.reference, view.reference);
  append_operator(out, words.operated_by, view.operator_name, view.operator_url);
  end_page(out);
  return out;
}

}  // namespace detail

}  // namespace mcpawl::oauth
