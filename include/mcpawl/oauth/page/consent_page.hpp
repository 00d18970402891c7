// mcpawl/oauth/page/consent_page.hpp - the page on which a person decides what a client may do
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/http/html.hpp>
#include <mcpawl/oauth/page/page_shell.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace mcpawl::oauth {

/** A scope, and what it lets a client do. */
struct scope_line {
  std::string scope;
  std::string words;  ///< May be empty: then the scope itself is shown.
};

/** All that the consent page says. What comes from the client is not to be trusted, and is not. */
struct consent_view {
  std::string server_name;
  std::string operator_name;
  std::string operator_url;
  std::string logo_url;  ///< The operator's: `https`, or `data:image/...;base64,`. May be empty.

  std::string client_name;
  std::string client_host;     ///< Of its metadata document. Empty for a client that registered.
  std::string redirect_place;  ///< Where the response goes: host and port, or a private-use scheme.
  bool loopback_only = false;  ///< The response goes to this computer, where any program may be listening.
  std::string redirect_uri;
  std::string client_uri, policy_uri, tos_uri;

  std::vector<scope_line> scopes;
  bool offline = false;  ///< It may act while the person is away.
  std::string person;    ///< Who is signed in, where that is known already.

  std::string handle;  ///< The hidden field `handle`.
  std::string action;  ///< The path the form is sent to.
  bool may_remember = false;

  /** Where the person signs in after approving: it goes into the policy of the page (`page_policy`).
      Where it is empty, the policy allows any `http` and `https` address. */
  std::string sign_in_url;
};

/** The words of the consent page, to be replaced by those of another language. `{client}` stands for the
    client's name, `{server}` for the server's, `{place}` for where the response goes, `{host}` for the
    client's host and `{person}` for who is signed in. */
struct consent_words {
  std::string lang = "en";
  std::string title = "Allow \xe2\x80\x9c{client}\xe2\x80\x9d to use {server}?";
  std::string known = "It is published at {host}.";
  std::string unverified =
      "Unverified: this name is what the application calls itself. Nobody has checked who is behind it.";
  std::string signed_in = "You are signed in as {person}.";
  std::string scopes = "What it will be able to do";
  std::string no_scopes = "Use the tools of this server in your name.";
  std::string offline = "Keep its access while you are away, until you take it back.";
  std::string destination = "Where access is sent";
  std::string loopback =
      "Access is sent to a program on this computer ({place}). Go on only if you have just started to "
      "connect {client} here yourself.";
  std::string private_use =
      "Access is sent to whichever application on this device has claimed {place}. Go on only if you have "
      "just started to connect {client} here yourself.";
  std::string full_address = "Full address";
  std::string about = "About the application";
  std::string website = "Website";
  std::string policy = "Privacy policy";
  std::string terms = "Terms of service";
  std::string remember = "Do not ask again for 30 days on this browser";
  std::string deny = "Deny";
  std::string approve = "Approve";
  std::string caution = "If you did not start this yourself, choose Deny.";
  std::string operated_by = "This server is operated by";
};

namespace detail {

class consent_page {
public:
  consent_page(consent_view const& view, consent_words const& words) : view_(view), words_(words) {}

  std::string make(std::string_view style) {
    out_ = begin_page(words_.lang, plain(words_.title), style);
    append_server(out_, view_.server_name, view_.logo_url);
    out_ += "<h1 class=\"theirs\">";
    append(words_.title);
    out_ += "</h1>\n";
    paragraph(view_.client_host.empty() ? "warn" : "soft",
              view_.client_host.empty() ? words_.unverified : words_.known);
    if (!view_.person.empty()) paragraph("soft", words_.signed_in);
    append_scopes();
    append_destination();
    append_about();
    append_form();
    append_operator(out_, words_.operated_by, view_.operator_name, view_.operator_url);
    end_page(out_);
    return std::move(out_);
  }

private:
  std::string_view value_of(std::string_view name) const {
    if (name == "{client}") return view_.client_name;
    if (name == "{server}") return view_.server_name;
    if (name == "{place}") return view_.redirect_place;
    if (name == "{host}") return view_.client_host;
    if (name == "{person}") return view_.person;
    return {};
  }

  /** Give the parts of a text to `words` and to `value`, in their order. */
  template <class Words, class Value>
  void split(std::string_view text, Words words, Value value) const {
    while (!text.empty()) {
      std::size_t const open = text.find('{');
      words(text.substr(0, open));
      if (open == std::string_view::npos) return;
      text.remove_prefix(open);
      std::string_view const name = text.substr(0, text.find('}') + 1);
      if (name.empty()) return words(text);
      value(value_of(name));
      text.remove_prefix(name.size());
    }
  }

  /** Append words of ours with what they speak of. */
  void append(std::string_view text) {
    split(
        text, [this](std::string_view part) { http::append_html(out_, part); },
        [this](std::string_view part) { append_theirs(out_, part); });
  }

  std::string plain(std::string_view text) const {
    std::string out;
    split(
        text, [&out](std::string_view part) { out += part; },
        [&out](std::string_view part) { out += beginning_of(part, 60); });
    return out;
  }

  void paragraph(std::string_view css_class, std::string_view text) {
    out_.append("<p class=\"theirs ").append(css_class).append("\">");
    append(text);
    out_ += "</p>\n";
  }

  void append_scopes() {
    out_ += "<section aria-labelledby=\"scopes\">\n";
    append_element(out_, "h2 id=\"scopes\"", words_.scopes);
    out_ += "<ul>\n";
    for (auto const& each : view_.scopes) {
      out_ += "<li>";
      if (each.words.empty()) {
        out_ += "<code>";
        append_theirs(out_, each.scope);
        out_ += "</code>";
      } else {
        http::append_html(out_, each.words);
        out_ += " <code class=\"soft\">";
        append_theirs(out_, each.scope);
        out_ += "</code>";
      }
      out_ += "</li>\n";
    }
    if (view_.scopes.empty()) append_element(out_, "li", words_.no_scopes);
    if (view_.offline) append_element(out_, "li", words_.offline);
    out_ += "</ul>\n</section>\n";
  }

  void append_destination() {
    out_ += "<section aria-labelledby=\"place\">\n";
    append_element(out_, "h2 id=\"place\"", words_.destination);
    out_ += "<p class=\"place\">";
    append_theirs(out_, view_.redirect_place);
    out_ += "</p>\n<p class=\"soft\">";
    http::append_html(out_, words_.full_address);
    out_ += ": <code>";
    append_theirs(out_, view_.redirect_uri, 400);
    out_ += "</code></p>\n";
    bool const web = is_web_link(view_.redirect_uri);
    if (view_.loopback_only || !web) {
      out_ += "<div class=\"warn\" role=\"note\"><p>";
      append(web ? words_.loopback : words_.private_use);
      out_ += "</p></div>\n";
    }
    out_ += "</section>\n";
  }

  void append_about() {
    struct link {
      std::string_view words, url;
    };
    link const links[] = {
        {words_.website, view_.client_uri}, {words_.policy, view_.policy_uri}, {words_.terms, view_.tos_uri}};
    std::string list;
    for (auto const& each : links) {
      if (!is_web_link(each.url)) continue;
      append_element(list, "dt", each.words);
      list += "<dd>";
      append_link(list, each.url);
      list += "</dd>\n";
    }
    if (list.empty()) return;
    out_ += "<section aria-labelledby=\"about\">\n";
    append_element(out_, "h2 id=\"about\"", words_.about);
    out_.append("<dl>\n").append(list).append("</dl>\n</section>\n");
  }

  void append_form() {
    out_ += "<form method=\"post\" accept-charset=\"utf-8\" autocomplete=\"off\" action=\"";
    http::append_html(out_, view_.action);
    out_ += "\">\n<input type=\"hidden\" name=\"handle\" value=\"";
    http::append_html(out_, view_.handle);
    out_ += "\">\n";
    if (view_.may_remember) {
      out_ +=
          "<label for=\"remember\"><input type=\"checkbox\" id=\"remember\" name=\"remember\" value=\"yes\">";
      append_element(out_, "span", words_.remember);
      out_ += "</label>\n";
    }
    append_element(out_, "p class=\"soft\"", words_.caution);
    // the Enter key in a form means its first button: that is the one that gives nothing away
    out_ += "<div class=\"choice\">\n<button type=\"submit\" name=\"decision\" value=\"deny\">";
    http::append_html(out_, words_.deny);
    out_ += "</button>\n<button type=\"submit\" class=\"go\" name=\"decision\" value=\"approve\">";
    http::append_html(out_, words_.approve);
    out_ += "</button>\n</div>\n</form>\n";
  }

  consent_view const& view_;
  consent_words const& words_;
  std::string out_;
};

}  // namespace detail

}  // namespace mcpawl::oauth
