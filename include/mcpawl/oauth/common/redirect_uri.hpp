// mcpawl/oauth/common/redirect_uri.hpp - where a response may be sent: what can be registered, and what matches it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/http/fields.hpp>
#include <mcpawl/http/form.hpp>
#include <mcpawl/http/url.hpp>
#include <mcpawl/oauth/common/redirect_uri_errc.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::oauth {

/** Which redirect URIs a client may register. */
struct redirect_rules {
  /** Private-use schemes (RFC 8252 section 7.1), in lower case and exactly, such as `com.example.app`.
      Any program on the user's machine can claim one, so there is none unless an operator names it. */
  std::vector<std::string> private_schemes;
};

/** What kind of place a redirect URI leads to. */
enum class redirect_kind {
  https,     ///< A web server.
  loopback,  ///< `http` on the user's own machine; any program there may be listening.
  private_scheme,
};

/** A redirect URI that keeps the rules, in the spelling it was given in.

    It is `https`, or `http` to `localhost`, 127.0.0.0/8 or `[::1]`, or of a scheme that the rules allow; has
    neither a fragment nor user information nor a wildcard nor anything that two parsers might read
    differently.
*/
class redirect_uri {
public:
  static constexpr std::size_t max_bytes = 2048;

  /** Read a redirect URI (RFC 6749 section 3.1.2, RFC 8252 sections 7 and 8.3, RFC 9700 section 4.1.3).

      @par Errors
      `redirect_uri_errc`, one for each rule. */
  static result<redirect_uri> parse(std::string_view text, redirect_rules const& rules = {}) {
    if (text.empty() || text.size() > max_bytes) return redirect_uri_errc::not_a_uri;
    for (char const c : text) {
      // browsers drop tabs, turn backslashes and trim spaces: none of it is in a URI (RFC 3986 section 2)
      if (c <= ' ' || c > '~' || c == '\\' || c == '"' || c == '<' || c == '>')
        return redirect_uri_errc::not_a_uri;
      if (c == '#') return redirect_uri_errc::fragment;
    }
    std::size_t const colon = text.find(':');
    std::string_view const scheme = text.substr(0, colon);
    if (colon == std::string_view::npos || !is_scheme(scheme)) return redirect_uri_errc::not_a_uri;
    if (is_forbidden_scheme(scheme)) return redirect_uri_errc::forbidden_scheme;
    std::string_view const authority = authority_of(text.substr(colon + 1));
    if (authority.find('@') != std::string_view::npos) return redirect_uri_errc::user_information;
    if (authority.find('*') != std::string_view::npos) return redirect_uri_errc::wildcard;
    redirect_uri out;
    out.text_ = text;
    if (http::iequals(scheme, "https") || http::iequals(scheme, "http")) {
      auto const url = http::origin_url::parse(text);
      if (!url || text.substr(colon, 3) != "://") return redirect_uri_errc::not_a_uri;
      if (!is_host(url->host())) return redirect_uri_errc::bad_host;
      if (!url->is_secure() && !url->is_loopback()) return redirect_uri_errc::plain_http;
      out.kind_ = url->is_secure() ? redirect_kind::https : redirect_kind::loopback;
      out.place_ = url->authority();
      return out;
    }
    auto const& allowed = rules.private_schemes;
    if (std::find(allowed.begin(), allowed.end(), scheme) == allowed.end())
      return redirect_uri_errc::private_scheme;
    if (text.size() == colon + 1) return redirect_uri_errc::not_a_uri;
    out.kind_ = redirect_kind::private_scheme;
    out.place_ = std::string{scheme} + ':';
    return out;
  }

  /** Say what is wrong with a scheme that an operator wants in `redirect_rules::private_schemes`; empty if
      nothing is. */
  static std::string validate_private_scheme(std::string_view scheme) {
    if (scheme.find(':') != std::string_view::npos) return "must be a scheme alone, such as cursor";
    for (char const c : scheme)
      if (c >= 'A' && c <= 'Z') return "must be in lower case";
    if (!is_scheme(scheme)) return "is no scheme of a URI";
    if (scheme == "http" || scheme == "https") return "is not a private-use scheme";
    return is_forbidden_scheme(scheme) ? "cannot be allowed" : "";
  }

  std::string const& text() const noexcept { return text_; }
  redirect_kind kind() const noexcept { return kind_; }
  /** What to show to a person: host and port, or the private-use scheme. */
  std::string const& place() const noexcept { return place_; }

  /** Tell whether a request for `*this` fits a registered URI: equal, byte by byte (RFC 9700 section
      4.1.3), but for the port of a loopback URI, which a native application learns only when it starts
      (RFC 8252 section 7.3). */
  bool fits(redirect_uri const& registered) const {
    if (text_ == registered.text_) return true;
    return kind_ == redirect_kind::loopback && registered.kind_ == redirect_kind::loopback &&
           without_port(text_) == without_port(registered.text_);
  }

  /** The URI with parameters added to its query; `more` is in the form of a query. */
  std::string with_query(std::string_view more) const {
    std::string out = text_;
    if (out.find('?') == std::string::npos) {
      out += '?';
    } else if (out.back() != '?' && out.back() != '&') {
      out += '&';
    }
    out += more;
    return out;
  }

  friend bool operator==(redirect_uri const&, redirect_uri const&) = default;

private:
  redirect_uri() = default;

  static constexpr bool is_scheme(std::string_view text) noexcept {
    auto const letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    if (text.empty() || !letter(text.front())) return false;
    for (char const c : text)
      if (!letter(c) && !(c >= '0' && c <= '9') && c != '+' && c != '-' && c != '.') return false;
    return true;
  }

  /** Whether browsers run what a URI of this scheme holds, or read it on the user's machine, or whether it is
      no place for a response. */
  static bool is_forbidden_scheme(std::string_view scheme) noexcept {
    for (std::string_view const each : {"javascript", "data", "vbscript", "file", "filesystem", "blob",
                                        "about", "view-source", "ftp", "ws", "wss", "mailto"})
      if (http::iequals(scheme, each)) return true;
    return false;
  }

  /** What is behind the `//` of a URI without its scheme; nothing if there is none. */
  static constexpr std::string_view authority_of(std::string_view rest) noexcept {
    if (!rest.starts_with("//")) return {};
    rest.remove_prefix(2);
    return rest.substr(0, rest.find_first_of("/?"));
  }

  /** Whether a host is an IPv6 address, or labels that a certificate may have: the grammar of URIs lets in
      more, such as `*`, and some drop a dot at the end where others do not. */
  static constexpr bool is_host(std::string_view host) noexcept {
    if (host.starts_with('[')) return true;
    char before = '.';
    for (char const c : host) {
      bool const plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
      if (!plain || (c == '.' && before == '.')) return false;
      before = c;
    }
    return before != '.';
  }

  static std::string without_port(std::string const& text) {
    constexpr std::size_t authority = 7;  // behind "http://"
    std::size_t const end = std::min(text.find_first_of("/?", authority), text.size());
    // an IPv6 address has colons of its own
    std::size_t const host_end = text[authority] == '[' ? text.find(']', authority) : authority;
    std::size_t const colon = std::min(text.find(':', host_end), end);
    return text.substr(0, colon) + text.substr(end);
  }

  std::string text_;
  redirect_kind kind_ = redirect_kind::https;
  std::string place_;
};

}  // namespace mcpawl::oauth
