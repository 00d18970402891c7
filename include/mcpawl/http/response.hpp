// mcpawl/http/response.hpp - one response: status, fields and body, and how they become bytes
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/http/fields.hpp>
#include <mcpawl/http/http_date.hpp>
#include <mcpawl/http/status.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::http {

namespace detail {

/** Append a text; where a character is not allowed comes another one. */
template <class Text, class Allowed>
void append_allowed(Text& out, std::string_view text, Allowed const& allowed, char instead) {
  for (;;) {
    auto const bad =
        static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), allowed) - text.begin());
    out += text.substr(0, bad);
    if (bad == text.size()) return;
    out += instead;
    text.remove_prefix(bad + 1);
  }
}

/** Append `Name: value CRLF` so that neither part can end the line, whatever it holds.

    Control characters in the value become spaces (RFC 9110 section 5.5), characters of the name that a name
    cannot have become `-`.
*/
template <class Text>
void append_field(Text& out, std::string_view name, std::string_view value) {
  append_allowed(out, name, [](char c) { return token_characters[static_cast<unsigned char>(c)]; }, '-');
  out += std::string_view{": "};
  append_allowed(out, value, [](char c) { return !is_control(c) || c == '\t'; }, ' ');
  out += std::string_view{"\r\n"};
}

template <class Number>
void append_number(std::string& out, Number n, int base = 10) {
  char digits[20];
  auto const end = std::to_chars(digits, digits + sizeof digits, n, base).ptr;
  out.append(digits, end);
}

/** A text that needs no allocation while it is short. */
class short_text {
public:
  short_text& operator+=(char c) {
    if (long_.empty() && size_ < near_.size())
      near_[size_++] = c;
    else
      spill() += c;
    return *this;
  }
  short_text& operator+=(std::string_view text) {
    if (long_.empty() && text.size() <= near_.size() - size_)
      size_ += static_cast<std::uint8_t>(text.copy(near_.data() + size_, text.size()));
    else
      spill() += text;
    return *this;
  }
  std::string_view view() const noexcept {
    return long_.empty() ? std::string_view{near_.data(), size_} : std::string_view{long_};
  }

private:
  std::string& spill() {
    if (long_.empty()) long_.assign(near_.data(), size_);
    return long_;
  }

  std::array<char, 111> near_;
  std::uint8_t size_ = 0;
  std::string long_;
};

}  // namespace detail

/** A response to be given to `exchange::respond` or `exchange::start_events`.

    The connection adds Date, Content-Length or Transfer-Encoding, and Connection; fields of these names are
    dropped. Nothing given here can inject a line: control characters become spaces.

    @par Example
    @code
    http::response answer(405);
    answer.field("Allow", "POST").body("text/plain", "POST only\n");
    co_await exchange.respond(std::move(answer));
    @endcode
*/
class response {
public:
  explicit response(int status) noexcept : status_(status) {}

  int status() const noexcept { return status_; }

  response& field(std::string_view name, std::string_view value) {
    for (std::string_view ours : {"content-length", "transfer-encoding", "connection", "date"})
      if (iequals(name, ours)) return *this;
    if (!name.empty()) detail::append_field(fields_, name, value);
    return *this;
  }

  response& body(std::string_view content_type, std::string body) {
    field("Content-Type", content_type);
    owned_ = std::move(body);
    lent_ = {};
    return *this;
  }

  /** Answer with bytes of somebody else, who keeps them until `respond` is done. */
  response& borrowed_body(std::string_view content_type, std::string_view body) {
    field("Content-Type", content_type);
    owned_.clear();
    lent_ = body;
    return *this;
  }

  std::string_view body() const noexcept { return lent_.empty() ? std::string_view{owned_} : lent_; }
  /** The fields given so far, each line with its CRLF. */
  std::string_view fields() const noexcept { return fields_.view(); }

private:
  int status_;
  detail::short_text fields_;
  std::string owned_;
  std::string_view lent_;
};

namespace detail {

/** What the connection says about itself in a response. */
enum class persistence { implied, keep_alive, close };

/** Append status line and fields without the length of the body and without the empty line. */
inline void append_head(std::string& out, response const& answer, persistence connection) {
  if (answer.status() == 200) {
    out += "HTTP/1.1 200 OK\r\nDate: ";
  } else {
    out += "HTTP/1.1 ";
    append_number(out, answer.status() < 200 || answer.status() > 999 ? 500 : answer.status());
    out += ' ';
    out += reason_phrase(answer.status());
    out += "\r\nDate: ";
  }
  out += http_date();
  out += "\r\n";
  if (connection == persistence::close) out += "Connection: close\r\n";
  if (connection == persistence::keep_alive) out += "Connection: keep-alive\r\n";
  out += answer.fields();
}

/** Append a whole head; 204 and 304 have no body and no length (RFC 9110 section 8.6). */
inline void append_head_with_length(std::string& out, response const& answer, persistence connection) {
  append_head(out, answer, connection);
  if (answer.status() != 204 && answer.status() != 304) {
    out += "Content-Length: ";
    append_number(out, answer.body().size());
    out += "\r\n";
  }
  out += "\r\n";
}

}  // namespace detail

}  // namespace mcpawl::http
