// mcpawl/http/head_reader.hpp - reads the head of one request, and refuses what two parsers could read differently
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/http/errc.hpp>
#include <mcpawl/http/fields.hpp>
#include <mcpawl/http/request_head.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace mcpawl::http::detail {

/** How the end of a body is found (RFC 9112 section 6.3). */
enum class framing { none, length, chunked };

/** Reads a head that is there as a whole, from its first byte to its empty line (RFC 9112 sections 3 and 5).

    Refused beyond the grammar is whatever two parsers could read differently: more than one Content-Length or
    an odd one, Transfer-Encoding other than exactly `chunked`, on HTTP/1.0 or beside Content-Length, folded
    fields, Host missing, repeated or at odds with an absolute target, targets with bytes outside visible ASCII.

    @par Lifetime
    `head` views the bytes that are read.
*/
class head_reader {
public:
  static constexpr std::size_t max_target = 8 * 1024;
  static constexpr std::size_t max_method = 32;

  head_reader(request_head& into, std::size_t max_fields) noexcept : fields_left(max_fields), head_(into) {}

  /** Read it; nothing means that it is acceptable. */
  std::optional<http_errc> read(std::string_view bytes) {
    std::string_view line;
    if (!take_line(bytes, line)) return http_errc::bad_request;
    if (auto const wrong = read_request_line(line)) return wrong;
    for (;;) {
      if (!take_line(bytes, line)) return http_errc::bad_request;
      if (line.empty()) break;
      if (auto const wrong = read_field(line)) return wrong;
    }
    if (!bytes.empty()) return http_errc::bad_request;
    return validate();
  }

  std::size_t fields_left;
  framing body = framing::none;
  std::uint64_t length = 0;
  bool expects_continue = false;
  bool encoded = false;  ///< The body has a content coding.

private:
  static constexpr auto host_characters = [] {
    std::array<bool, 256> table{};
    for (unsigned c = 'a'; c <= 'z'; ++c) table[c] = table[c - 32] = true;
    for (unsigned c = '0'; c <= '9'; ++c) table[c] = true;
    for (char c : std::string_view{"-._~%:[]!$&'()*+;="}) table[static_cast<unsigned char>(c)] = true;
    return table;
  }();

  /** Take a line off the bytes, without its end. */
  static bool take_line(std::string_view& bytes, std::string_view& line) noexcept {
    std::size_t const feed = bytes.find('\n');
    if (feed == std::string_view::npos || feed == 0 || bytes[feed - 1] != '\r') return false;
    line = bytes.substr(0, feed - 1);
    bytes.remove_prefix(feed + 1);
    return true;
  }

  std::optional<http_errc> read_request_line(std::string_view line) {
    std::size_t const first = line.find(' '), last = line.rfind(' ');
    if (first == last || line.find(' ', first + 1) != last) return http_errc::bad_request;
    std::string_view const method = line.substr(0, first), version = line.substr(last + 1);
    std::string_view const target = line.substr(first + 1, last - first - 1);
    if (!is_token(method) || target.empty()) return http_errc::bad_request;
    for (char c : target)
      if (c <= ' ' || c >= '\x7f' || c == '#') return http_errc::bad_request;
    bool const ours = version == "HTTP/1.1" || version == "HTTP/1.0";
    if (!ours) return is_version(version) ? http_errc::unsupported_version : http_errc::bad_request;
    if (method.size() > max_method || method == "CONNECT") return http_errc::unsupported_method;
    if (target.size() > max_target) return http_errc::target_too_long;
    bool const known_form = target.front() == '/' || (target == "*" && method == "OPTIONS") ||
                            iequals(target.substr(0, 7), "http://") ||
                            iequals(target.substr(0, 8), "https://");
    if (!known_form) return http_errc::bad_request;
    head_.start(method, target, version.back() == '1' ? 11 : 10);
    return std::nullopt;
  }

  /** Whether it is a version, though perhaps one that we do not speak: HTTP/2.0 is one, HTTP/1.1x is not. */
  static bool is_version(std::string_view text) noexcept {
    auto const digit = [](char c) { return c >= '0' && c <= '9'; };
    return text.size() == 8 && text.starts_with("HTTP/") && digit(text[5]) && text[6] == '.' &&
           digit(text[7]);
  }

  std::optional<http_errc> read_field(std::string_view line) {
    // a folded line has no name: it begins with white space
    std::size_t colon = 0;
    while (colon != line.size() && token_characters[static_cast<unsigned char>(line[colon])]) ++colon;
    if (colon == 0 || colon == line.size() || line[colon] != ':') return http_errc::bad_request;
    std::string_view const name = line.substr(0, colon);
    std::string_view const value = trim(line.substr(colon + 1));
    if (!is_field_value(value)) return http_errc::bad_request;
    if (fields_left == 0) return http_errc::header_too_large;
    --fields_left;
    if (auto const wrong = note_field(name, value)) return wrong;
    head_.add({name, value});
    return std::nullopt;
  }

  /** Take note of a field that says how the message is read; few names have the length of one of those. */
  std::optional<http_errc> note_field(std::string_view name, std::string_view value) noexcept {
    switch (name.size()) {
      case 4:
        if (!iequals(name, "host")) break;
        ++hosts_;
        host_ = value;
        break;
      case 6:
        // a second one must not hide the first
        if (iequals(name, "expect"))
          expectation_ = expectation_.empty() && !value.empty() ? value : std::string_view{"repeated"};
        break;
      case 14:
        if (!iequals(name, "content-length")) break;
        ++lengths_;
        if (!read_length(value)) return http_errc::bad_length;
        break;
      case 17:
        if (!iequals(name, "transfer-encoding")) break;
        ++codings_;
        coding_ = value;
        break;
      case 16:
        if (iequals(name, "content-encoding"))
          encoded = encoded || !(value.empty() || iequals(value, "identity"));
        [[fallthrough]];
      case 7:
      case 10:
        if (iequals(name, "connection") || iequals(name, "proxy-connection") || iequals(name, "upgrade"))
          if (!is_token_list(value)) return http_errc::bad_request;
        break;
      default: break;
    }
    return std::nullopt;
  }

  // digits only, no leading zero: some read 010 as eight
  bool read_length(std::string_view digits) noexcept {
    if (digits.empty() || digits.size() > 18 || (digits.size() > 1 && digits.front() == '0')) return false;
    length = 0;
    for (char c : digits) {
      if (c < '0' || c > '9') return false;
      length = length * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return true;
  }

  std::optional<http_errc> validate() {
    if (auto const wrong = validate_framing()) return wrong;
    if (auto const wrong = validate_host()) return wrong;
    if (!expectation_.empty()) {
      if (!iequals(expectation_, "100-continue")) return http_errc::expectation_failed;
      expects_continue = head_.version() >= 11 && body != framing::none;
    }
    return std::nullopt;
  }

  std::optional<http_errc> validate_framing() {
    if (lengths_ + codings_ > 1) return http_errc::bad_length;
    if (codings_ == 1) {
      if (head_.version() < 11) return http_errc::bad_length;
      if (!iequals(coding_, "chunked"))
        return is_token(coding_) ? http_errc::unsupported_coding : http_errc::bad_length;
      body = framing::chunked;
    } else if (length > 0) {
      body = framing::length;
    }
    return std::nullopt;
  }

  std::optional<http_errc> validate_host() const {
    if (hosts_ > 1 || (hosts_ == 0 && head_.version() >= 11)) return http_errc::bad_host;
    if (hosts_ == 1) {
      if (host_.empty()) return http_errc::bad_host;
      for (char c : host_)
        if (!host_characters[static_cast<unsigned char>(c)]) return http_errc::bad_host;
    }
    std::string_view const target = head_.target();
    if (target.front() == '/' || target == "*") return std::nullopt;
    // absolute-form: RFC 9112 section 3.2.2 would let it override Host; two answers to "which host" are
    // refused
    std::size_t const start = target.find("://") + 3;
    std::string_view const authority = target.substr(start, target.find_first_of("/?", start) - start);
    if (authority.empty() || (hosts_ == 1 && !iequals(authority, host_))) return http_errc::bad_host;
    return std::nullopt;
  }

  request_head& head_;
  std::size_t lengths_ = 0, codings_ = 0, hosts_ = 0;
  std::string_view coding_, host_, expectation_;
};

}  // namespace mcpawl::http::detail
