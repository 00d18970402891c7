// mcpawl/http/form.hpp - application/x-www-form-urlencoded, read strictly and written
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/http/form_errc.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::http {

/** How much a form may hold. */
struct form_limits {
  std::size_t bytes = 32 * 1024;
  std::size_t fields = 64;
};

/** Append what a name or a value of a form stands for: `+` is a space, `%20` a byte.

    @par Errors
    `form_errc::bad_escape`, `form_errc::bad_character`.
*/
inline error_code append_form_decoded(std::string& out, std::string_view text) {
  auto const digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  for (std::size_t i = 0; i != text.size(); ++i) {
    char c = text[i];
    if (c == '+') {
      c = ' ';
    } else if (c == '%') {
      if (text.size() - i < 3) return form_errc::bad_escape;
      int const high = digit(text[i + 1]), low = digit(text[i + 2]);
      if (high < 0 || low < 0) return form_errc::bad_escape;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (c <= ' ' || c > '~' || c == '"' || c == '<' || c == '>') {
      return form_errc::bad_character;
    }
    out += c;
  }
  return {};
}

/** The fields of a form or of a query, decoded (RFC 6749 appendix B, WHATWG URL section 5.1).

    Names and values are bytes: the form does not look whether they are UTF-8. It is wiped when it dies,
    since it may hold secrets.

    @par Lifetime
    Views end with the form.
*/
class form {
public:
  struct field {
    std::string_view name;
    std::string_view value;
  };

  /** Decode a body, or a query without its `?`.

      @par Errors
      `form_errc`. */
  static result<form> parse(std::string_view text, form_limits limits = {}) {
    if (text.size() > limits.bytes) return form_errc::too_large;
    form out;
    out.text_.reserve(text.size());  // decoding never makes it longer, so nothing is left behind elsewhere
    while (!text.empty()) {
      std::size_t const ampersand = text.find('&');
      std::string_view const pair = text.substr(0, ampersand);
      text.remove_prefix(ampersand == std::string_view::npos ? text.size() : ampersand + 1);
      if (pair.empty()) continue;
      if (out.places_.size() == limits.fields) return form_errc::too_many_fields;
      std::size_t const equals = pair.find('=');
      place at;
      at.name = out.text_.size();
      if (error_code const bad = append_form_decoded(out.text_, pair.substr(0, equals))) return bad;
      at.value = out.text_.size();
      if (equals != std::string_view::npos) {
        if (error_code const bad = append_form_decoded(out.text_, pair.substr(equals + 1))) return bad;
      }
      at.end = out.text_.size();
      out.places_.push_back(at);
    }
    return out;
  }

  form(form const&) = delete;
  form(form&& other) noexcept : text_(std::move(other.text_)), places_(std::move(other.places_)) {
    other.clear();
  }
  form& operator=(form const&) = delete;
  form& operator=(form&& other) noexcept {
    if (this != &other) {
      clear();
      text_ = std::move(other.text_);
      places_ = std::move(other.places_);
      other.clear();
    }
    return *this;
  }
  ~form() { clear(); }

  std::size_t size() const noexcept { return places_.size(); }

  field operator[](std::size_t i) const noexcept {
    place const& at = places_[i];
    std::string_view const all{text_};
    return {all.substr(at.name, at.value - at.name), all.substr(at.value, at.end - at.value)};
  }

  /** The value of the first field of that name. */
  std::optional<std::string_view> find(std::string_view name) const noexcept {
    for (std::size_t i = 0; i != size(); ++i)
      if ((*this)[i].name == name) return (*this)[i].value;
    return std::nullopt;
  }

  /** The first name that comes twice, if there is one. */
  std::optional<std::string_view> repeated() const noexcept {
    for (std::size_t i = 1; i < size(); ++i)
      for (std::size_t j = 0; j != i; ++j)
        if ((*this)[i].name == (*this)[j].name) return (*this)[i].name;
    return std::nullopt;
  }

private:
  struct place {
    std::size_t name = 0, value = 0, end = 0;
  };

  form() = default;

  void clear() noexcept {
    wipe(text_.data(), text_.size());
    text_.clear();
    places_.clear();
  }

  std::string text_;
  std::vector<place> places_;
};

/** Append a value so that it can stand in a form, a query, or a redirect URI: all but the unreserved
    characters of RFC 3986 is escaped, a space as `%20`, which every decoder understands. */
inline void append_form_encoded(std::string& out, std::string_view value) {
  constexpr char hex[] = "0123456789ABCDEF";
  for (char const c : value) {
    bool const plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      auto const byte = static_cast<unsigned char>(c);
      out += '%';
      out += hex[byte >> 4];
      out += hex[byte & 15];
    }
  }
}

/** Append `name=value`, behind a `&` unless it is the first of its form or query. */
inline void append_form_field(std::string& out, std::string_view name, std::string_view value) {
  if (!out.empty() && out.back() != '?' && out.back() != '&') out += '&';
  append_form_encoded(out, name);
  out += '=';
  append_form_encoded(out, value);
}

}  // namespace mcpawl::http
