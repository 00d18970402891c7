// mcpawl/http/request_head.hpp - the request line and the header fields of one request
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/http/client_certificate.hpp>
#include <mcpawl/http/fields.hpp>

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace mcpawl::http {

namespace detail {
class head_reader;
}  // namespace detail

/** What a request says before its body.

    @par Lifetime
    The views point into the buffer of the connection and end with the exchange. A head made by `make`
    owns its text.

    @par Example
    @code
    auto const head = request_head::make("POST", "/mcp?x=1", {{"Host", "localhost"}});
    head.path();            // "/mcp"
    head.find("hOST");      // "localhost"
    @endcode
*/
class request_head {
public:
  request_head() = default;

  /** Make a head without a connection, for tests of what comes after it; copies all the text. */
  static request_head make(std::string_view method, std::string_view target,
                           std::initializer_list<field_view> fields = {}, int version = 11) {
    std::size_t size = method.size() + target.size();
    for (field_view const& field : fields) size += field.name.size() + field.value.size();
    request_head head;
    head.owned_ = std::make_unique<char[]>(size + 1);
    char* end = head.owned_.get();
    auto const keep = [&end](std::string_view text) {
      char* const begin = end;
      end += text.copy(end, text.size());
      return std::string_view{begin, text.size()};
    };
    head.start(keep(method), keep(target), version);
    for (field_view const& field : fields) {
      std::string_view const name = keep(field.name);
      head.add({name, keep(trim(field.value))});
    }
    return head;
  }

  std::string_view method() const noexcept { return method_; }

  /** The request target as it was sent; `path()` and `query()` are its parts without scheme and authority. */
  std::string_view target() const noexcept { return target_; }
  std::string_view path() const noexcept { return path_; }
  std::string_view query() const noexcept { return query_; }

  /** 10 or 11. */
  int version() const noexcept { return version_; }

  std::span<field_view const> fields() const noexcept { return fields_; }

  /** The value of the first field of this name, in any case, without spaces around it. */
  std::optional<std::string_view> find(std::string_view name) const noexcept {
    for (field_view const& field : fields_)
      if (iequals(field.name, name)) return field.value;
    return std::nullopt;
  }

  /** The same if there is exactly one of this name; nothing if there is none, or several. */
  std::optional<std::string_view> find_only(std::string_view name) const noexcept {
    std::optional<std::string_view> found;
    for (field_view const& field : fields_) {
      if (!iequals(field.name, name)) continue;
      if (found) return std::nullopt;
      found = field.value;
    }
    return found;
  }

  /** How many fields have this name: a caller that trusts a field must see exactly one. */
  std::size_t count(std::string_view name) const noexcept {
    std::size_t n = 0;
    for (field_view const& field : fields_)
      if (iequals(field.name, name)) ++n;
    return n;
  }

  /** Whether the client lets the connection live on (RFC 9112 section 9.3). */
  bool keep_alive() const noexcept {
    bool kept = version_ >= 11;
    for (field_view const& field : fields_) {
      if (!iequals(field.name, "connection")) continue;
      if (list_contains(field.value, "close")) return false;
      if (list_contains(field.value, "keep-alive")) kept = true;
    }
    return kept;
  }

  /** The certificate of the client, which TLS has verified; null if the listener asks for none, or it showed none. */
  http::client_certificate const* client_certificate() const noexcept { return certificate_; }
  /** Say which certificate the client has: for the connection, and for tests of policies. It must outlive the head. */
  void set_client_certificate(http::client_certificate const* verified) noexcept { certificate_ = verified; }

private:
  friend class detail::head_reader;

  void start(std::string_view method, std::string_view target, int version) noexcept {
    method_ = method;
    target_ = target;
    version_ = version;
    fields_.clear();
    std::string_view rest = target;
    if (!rest.empty() && rest.front() != '/') {
      std::size_t const scheme = rest.find("://");
      if (scheme != std::string_view::npos) {
        std::size_t const slash = rest.find_first_of("/?", scheme + 3);
        rest = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash);
      }
    }
    std::size_t const mark = rest.find('?');
    path_ = rest.substr(0, mark);
    query_ = mark == std::string_view::npos ? std::string_view{} : rest.substr(mark + 1);
    if (path_.empty()) path_ = "/";
  }
  void add(field_view field) { fields_.push_back(field); }

  std::string_view method_, target_, path_, query_;
  int version_ = 11;
  http::client_certificate const* certificate_ = nullptr;  // of the connection: it stays for its next request
  std::vector<field_view> fields_;
  std::unique_ptr<char[]> owned_;
};

}  // namespace mcpawl::http
