// mcpawl/http/fetch_request.hpp - what to ask of another server, and the bounds of its response
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/http/fields.hpp>
#include <mcpawl/http/public_address.hpp>
#include <mcpawl/http/response.hpp>
#include <mcpawl/http/url.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::http {

class name_resolver;

namespace detail {
/** What becomes of the connection behind a response. */
enum class after_response : unsigned char { close, keep_open };
}  // namespace detail

/** One request of ours; GET with bounds that suit a key set or a token response, unless told otherwise.

    The fetch adds Host, Content-Length, Connection and Accept-Encoding; fields of these names are dropped.
    Control characters in a field's value become spaces.
*/
class fetch_request {
public:
  explicit fetch_request(origin_url target) : url_(std::move(target)) {}

  fetch_request& method(std::string_view method) {
    method_ = method;
    return *this;
  }
  fetch_request& field(std::string_view name, std::string_view value) {
    for (std::string_view ours :
         {"host", "content-length", "transfer-encoding", "connection", "accept-encoding"})
      if (iequals(name, ours)) return *this;
    if (!name.empty()) detail::append_field(fields_, name, value);
    return *this;
  }
  fetch_request& body(std::string_view content_type, std::string text) {
    field("Content-Type", content_type);
    return body(std::move(text));
  }
  /** A body whose type is among the fields already, or nowhere. */
  fetch_request& body(std::string text) {
    body_ = std::move(text);
    has_body_ = true;
    return *this;
  }
  /** The User-Agent, unless a field of this name is given; `mcpawl` by default, and none if empty. */
  fetch_request& user_agent(std::string_view text) {
    user_agent_ = text;
    return *this;
  }
  /** For everything from the name lookup to the last byte of the response; 10 seconds by default. */
  fetch_request& timeout(std::chrono::milliseconds total) {
    timeout_ = total;
    return *this;
  }
  /** Bytes of the response's body after its transfer coding; 64 KiB by default. */
  fetch_request& max_body_bytes(std::size_t most) {
    max_body_bytes_ = most;
    return *this;
  }
  /** Bytes of the response's status line and fields; 64 KiB by default. */
  fetch_request& max_header_bytes(std::size_t most) {
    max_header_bytes_ = most;
    return *this;
  }

  /** For a URL that a stranger chose: refuse a host of which any address is not public. Names are looked up
      once, and what was checked is what is connected to. */
  fetch_request& only_public_addresses() {
    addresses_ = address_rule::only_public;
    return *this;
  }
  fetch_request& only_public_addresses(unsafe::loopback_is_public) {
    addresses_ = address_rule::public_or_loopback;
    return *this;
  }

  /** Look the host up by this resolver. */
  fetch_request& names(std::shared_ptr<name_resolver const> by) {
    names_ = std::move(by);
    return *this;
  }

  /** Whether a field has a name that this accepts. */
  template <class Predicate>
  bool has_field(Predicate accepts) const {
    std::string_view rest = fields_;
    while (!rest.empty()) {
      if (accepts(rest.substr(0, rest.find(':')))) return true;
      rest.remove_prefix(rest.find('\n') + 1);  // values have no line ends
    }
    return false;
  }

  origin_url const& url() const noexcept { return url_; }
  std::string const& method() const noexcept { return method_; }
  std::chrono::milliseconds timeout() const noexcept { return timeout_; }
  std::size_t max_body_bytes() const noexcept { return max_body_bytes_; }
  std::size_t max_header_bytes() const noexcept { return max_header_bytes_; }
  address_rule addresses() const noexcept { return addresses_; }
  std::shared_ptr<name_resolver const> const& names() const noexcept { return names_; }

  /** The bytes on the wire. */
  std::string to_string(detail::after_response then = detail::after_response::close) const {
    std::string out = method_;
    out += ' ';
    out += url_.target();
    out += " HTTP/1.1\r\n";
    detail::append_field(out, "Host", url_.authority());
    bool const told = has_field([](std::string_view name) { return iequals(name, "user-agent"); });
    if (!told && !user_agent_.empty()) detail::append_field(out, "User-Agent", user_agent_);
    out += fields_;
    out += "Accept-Encoding: identity\r\n";
    if (then == detail::after_response::close) out += "Connection: close\r\n";
    // RFC 9110 section 8.6: methods that have a body say so where there is none
    if (has_body_ || method_ == "POST" || method_ == "PUT" || method_ == "PATCH")
      detail::append_field(out, "Content-Length", std::to_string(body_.size()));
    out += "\r\n";
    out += body_;
    return out;
  }

private:
  origin_url url_;
  std::string method_ = "GET";
  std::string user_agent_ = "mcpawl";
  std::string fields_;
  std::string body_;
  bool has_body_ = false;
  std::chrono::milliseconds timeout_{10'000};
  std::size_t max_body_bytes_ = 64 * 1024;
  std::size_t max_header_bytes_ = 64 * 1024;
  address_rule addresses_ = address_rule::any;
  std::shared_ptr<name_resolver const> names_;
};

}  // namespace mcpawl::http
