// mcpawl/http/url.hpp - an absolute http or https URL taken apart, strictly
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/http/errc.hpp>
#include <mcpawl/http/fields.hpp>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

namespace mcpawl::http {

/** Where a request goes: scheme, host and port of a server, and the target on it.

    What it does not do: decide whether plain http is acceptable, or look at what a host name resolves to.

    @par Example
    @code
    auto const url = http::origin_url::parse("https://example.com/a?b=c");
    url->host();      // "example.com"
    url->port();      // 443
    url->target();    // "/a?b=c"
    url->origin();    // "https://example.com"
    @endcode
*/
class origin_url {
public:
  /** Parse `http://` or `https://`, host, optional port, path and query (RFC 3986).

      @par Errors
      `http_errc::bad_url` for anything else: user information, a fragment, an empty or percent-encoded host, port
      0, characters outside the grammar, more than 8 KiB.
  */
  static result<origin_url> parse(std::string_view text) {
    if (text.size() > 8 * 1024) return make_error_code(http_errc::bad_url);
    auto const parsed = boost::urls::parse_uri(boost::core::string_view{text.data(), text.size()});
    if (!parsed) return make_error_code(http_errc::bad_url);
    boost::urls::url_view const& url = *parsed;
    origin_url out;
    out.secure_ = url.scheme_id() == boost::urls::scheme::https;
    if (!out.secure_ && url.scheme_id() != boost::urls::scheme::http)
      return make_error_code(http_errc::bad_url);
    if (!url.has_authority() || url.has_userinfo() || url.has_fragment())
      return make_error_code(http_errc::bad_url);
    out.host_ = std::string{std::string_view{url.encoded_host().data(), url.encoded_host().size()}};
    if (out.host_.empty() || out.host_.find('%') != std::string::npos)
      return make_error_code(http_errc::bad_url);
    for (char& c : out.host_) c = detail::to_lower(c);
    out.port_ = out.secure_ ? 443 : 80;
    if (url.has_port() && !url.port().empty()) {
      out.port_ = url.port_number();
      if (out.port_ == 0) return make_error_code(http_errc::bad_url);
    }
    // Boost.URL 1.81 takes an address for the whole host of 127.0.0.1.example.com and the rest for its path
    auto const path = url.encoded_path();
    if (!path.empty() && path.front() != '/') return make_error_code(http_errc::bad_url);
    auto const target = url.encoded_target();
    out.target_.assign(target.data(), target.size());
    if (out.target_.empty() || out.target_.front() != '/') out.target_.insert(0, 1, '/');
    return out;
  }

  bool is_secure() const noexcept { return secure_; }
  /** In lower case; an IPv6 address in its brackets. */
  std::string const& host() const noexcept { return host_; }
  std::uint16_t port() const noexcept { return port_; }
  /** Path and query as they go on the request line; never empty. */
  std::string const& target() const noexcept { return target_; }

  /** The host without the brackets of an IPv6 address: what a resolver and a certificate know it by. */
  std::string host_name() const { return host_.front() == '[' ? host_.substr(1, host_.size() - 2) : host_; }

  /** Host and, unless it is the scheme's own, port: the value of a Host field. */
  std::string authority() const {
    return port_ == (secure_ ? 443 : 80) ? host_ : host_ + ':' + std::to_string(port_);
  }
  /** Scheme and authority, as in an Origin field. */
  std::string origin() const { return (secure_ ? "https://" : "http://") + authority(); }

  /** Whether the host is this machine by its spelling: `localhost`, 127.0.0.0/8 or `[::1]`. */
  bool is_loopback() const noexcept {
    if (host_ == "localhost" || host_ == "[::1]") return true;
    if (host_.compare(0, 4, "127.") != 0) return false;
    std::string_view rest = std::string_view{host_}.substr(4);
    for (int part = 0; part != 3; ++part) {
      unsigned value = 256;
      auto const [end, ec] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
      auto const digits = static_cast<std::size_t>(end - rest.data());
      // 127.00.1 and the like mean different addresses to different resolvers
      if (ec != std::errc{} || value > 255 || (digits > 1 && rest.front() == '0')) return false;
      rest.remove_prefix(digits);
      if (part == 2) break;
      if (rest.empty() || rest.front() != '.') return false;
      rest.remove_prefix(1);
    }
    return rest.empty();
  }

  friend bool operator==(origin_url const&, origin_url const&) = default;

private:
  origin_url() = default;

  bool secure_ = true;
  std::string host_;
  std::uint16_t port_ = 443;
  std::string target_;
};

}  // namespace mcpawl::http
