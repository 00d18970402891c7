// tests/support/browser.hpp - a browser without a window: cookies, redirects, and the one form of a page
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/http/form.hpp>
#include <mcpawl/http/url.hpp>
#include <mcpawl/test/loopback_client.hpp>

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace support {

/** A field of a form, or a parameter of a query. */
using form_fields = std::vector<std::pair<std::string, std::string>>;

inline std::string encoded(form_fields const& form) {
  std::string text;
  for (auto const& [name, value] : form) mcpawl::http::append_form_field(text, name, value);
  return text;
}

/** The value of a parameter in the query of a URL; empty if it is not there. */
inline std::string parameter(std::string_view url, std::string_view name) {
  auto const question = url.find('?');
  if (question == std::string_view::npos) return {};
  auto const form = mcpawl::http::form::parse(url.substr(question + 1));
  if (!form) throw std::runtime_error("no query: " + std::string(url));
  return std::string(form->find(name).value_or(""));
}

/** Goes to servers on this machine by the origins it was told, wherever these are.

    Keeps cookies as a browser does, as far as a server on one origin can tell: by name, host and `Max-Age`.
    Refuses `__Host-` cookies that are not `Secure` with `Path=/`, and does not send cookies to other hosts.
*/
class browser {
public:
  /** Where it has come to. */
  struct place {
    std::string url;
    mcpawl::test::http_reply reply;
  };

  void know(std::string origin, std::uint16_t port) { ports_[std::move(origin)] = port; }

  /** Follow redirects until there is a response, or until they lead to an origin it does not know: then `url`
      is where, and the reply is the redirect. */
  place get(std::string url) { return follow(go("GET", std::move(url), {})); }
  place post(std::string url, form_fields const& form) {
    return follow(go("POST", std::move(url), encoded(form)));
  }

  /** One request, and no redirect. */
  place go(std::string_view method, std::string url, std::string body) {
    auto const at = mcpawl::http::origin_url::parse(url);
    if (!at) throw std::runtime_error("no URL: " + url);
    mcpawl::test::loopback_client client(ports_.at(at->origin()));
    mcpawl::test::loopback_client::fields head{{"Host", at->authority()}};
    std::string cookies;
    for (auto const& [name, value] : jar_[at->host()])
      cookies.append(cookies.empty() ? "" : "; ").append(name).append("=").append(value);
    if (!cookies.empty()) head.emplace_back("Cookie", cookies);
    if (method == "POST") {
      head.emplace_back("Content-Type", "application/x-www-form-urlencoded");
      head.emplace_back("Origin", at->origin());
    }
    place there{std::move(url), client.request(method, at->target(), head, body)};
    for (auto const& [name, value] : there.reply.fields)
      if (name == "set-cookie") take_cookie(*at, value);
    return there;
  }

  /** Send the form of the page at hand, with a button. */
  place submit(place const& page, std::string const& button, std::string const& value,
               form_fields more = {}) {
    form_fields form = hidden_fields(page.reply.body);
    for (auto& each : more) form.push_back(std::move(each));
    form.emplace_back(button, value);
    return post(absolute(page.url, attribute(page.reply.body, "<form", "action")), form);
  }

  static form_fields hidden_fields(std::string_view html) {
    form_fields found;
    constexpr std::string_view mark = "<input type=\"hidden\"";
    for (auto at = html.find(mark); at != std::string_view::npos; at = html.find(mark, at + 1)) {
      auto const element = html.substr(at, html.find('>', at) - at);
      found.emplace_back(value_in(element, "name"), value_in(element, "value"));
    }
    return found;
  }
  /** An attribute of the first element that begins so. */
  static std::string attribute(std::string_view html, std::string_view element, std::string_view name) {
    auto const at = html.find(element);
    if (at == std::string_view::npos) throw std::runtime_error("no such element: " + std::string(element));
    return value_in(html.substr(at, html.find('>', at) - at), name);
  }

  std::map<std::string, std::string>& cookies(std::string const& host) { return jar_[host]; }

private:
  static std::string value_in(std::string_view element, std::string_view name) {
    std::string const mark = ' ' + std::string(name) + "=\"";
    auto const at = element.find(mark);
    if (at == std::string_view::npos) return {};
    auto const rest = element.substr(at + mark.size());
    return std::string(rest.substr(0, rest.find('"')));
  }

  static std::string absolute(std::string const& base, std::string const& reference) {
    if (reference.find("://") != std::string::npos) return reference;
    auto const at = mcpawl::http::origin_url::parse(base).value();
    if (reference.empty()) return base;
    if (reference.front() == '/') return at.origin() + reference;
    return at.origin() + at.target().substr(0, at.target().find_last_of('/') + 1) + reference;
  }

  place follow(place at) {
    for (int hop = 0; hop != 10; ++hop) {
      bool const moved = at.reply.status == 302 || at.reply.status == 303;
      if (!moved) return at;
      std::string next = absolute(at.url, std::string(at.reply.field("location")));
      auto const to = mcpawl::http::origin_url::parse(next);
      if (!to || ports_.find(to->origin()) == ports_.end()) {
        at.url = std::move(next);
        return at;
      }
      at = go("GET", std::move(next), {});
    }
    throw std::runtime_error("redirected in circles at " + at.url);
  }

  void take_cookie(mcpawl::http::origin_url const& from, std::string_view text) {
    auto const end = text.find(';');
    std::string_view const pair = text.substr(0, end),
                           rest = end == std::string_view::npos ? "" : text.substr(end);
    auto const equals = pair.find('=');
    std::string const name(pair.substr(0, equals));
    bool const secure = rest.find("; Secure") != std::string_view::npos;
    bool const whole = rest.find("; Path=/") != std::string_view::npos;
    if (name.starts_with("__Host-") && !(secure && whole))
      throw std::runtime_error("refused: " + std::string(text));
    if (secure && !from.is_secure()) throw std::runtime_error("refused: " + std::string(text));
    if (rest.find("Max-Age=0") != std::string_view::npos)
      jar_[from.host()].erase(name);
    else
      jar_[from.host()][name] = pair.substr(equals + 1);
  }

  std::map<std::string, std::uint16_t> ports_;
  std::map<std::string, std::map<std::string, std::string>> jar_;
};

}  // namespace support
