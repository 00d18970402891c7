// mcpawl/oauth/resource/challenge.hpp - builds the value of WWW-Authenticate that tells a client what it lacks
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>

namespace mcpawl::oauth {

/** A challenge of the scheme `Bearer` (RFC 6750 section 3, RFC 9728 section 5.1).

    Values are quoted strings whatever they hold (RFC 9110 section 5.6.4): quotes and backslashes are
    escaped, and what is not visible ASCII or a space becomes `?`.

    @code
    oauth::challenge refused;
    refused.parameter("error", "invalid_token").parameter("scope", "files:read");
    refused.text();   // Bearer error="invalid_token", scope="files:read"
    @endcode
*/
class challenge {
public:
  /** Add a parameter; an empty value adds none. The name is a literal of ours. */
  challenge& parameter(std::string_view name, std::string_view value) {
    if (value.empty()) return *this;
    text_.append(first_ ? " " : ", ").append(name).append("=\"");
    first_ = false;
    for (char c : value) {
      if (c == '"' || c == '\\') text_ += '\\';
      text_ += c >= ' ' && c < '\x7f' ? c : '?';
    }
    text_ += '"';
    return *this;
  }

  std::string const& text() const noexcept { return text_; }

private:
  std::string text_ = "Bearer";
  bool first_ = true;
};

}  // namespace mcpawl::oauth
