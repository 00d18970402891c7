// mcpawl/mcp/uri_template/uri_expander.hpp - expressions of a URI template and values into a URI
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/mcp/uri_template/uri_characters.hpp>
#include <mcpawl/mcp/uri_template/uri_template_errc.hpp>
#include <mcpawl/mcp/uri_template/uri_template_parser.hpp>
#include <mcpawl/mcp/uri_template/uri_variables.hpp>
#include <mcpawl/text/utf8.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace mcpawl::detail {

/** Expands one expression (RFC 6570 section 3.2.1 and appendix A). */
class uri_expander {
public:
  uri_expander(uri_template_part const& part, std::string& out) noexcept
      : op_(part.op), part_(part), out_(out) {}

  error_code expand(uri_variables const& variables) {
    for (auto const& spec : part_.variables) {
      auto const* const value = variables.find(spec.name);
      if (value == nullptr) continue;
      if (auto const* const text = std::get_if<std::string>(value)) {
        begin_item();
        item(spec.name, spec.prefix == 0 ? std::string_view(*text) : prefix_of(*text, spec.prefix));
        continue;
      }
      if (spec.prefix != 0) return uri_template_errc::prefix_of_list;
      if (auto const* const list = std::get_if<uri_list>(value))
        expand_list(spec, *list);
      else
        expand_pairs(spec, std::get<uri_pairs>(*value));
    }
    return utf8_ ? error_code{} : make_error_code(uri_template_errc::not_utf8);
  }

private:
  static std::string_view prefix_of(std::string_view text, std::size_t count) noexcept {
    std::size_t size = 0;
    for (; count != 0 && size != text.size(); --count) size += first_code_point(text.substr(size)).size;
    return text.substr(0, size);
  }

  void begin_item() {
    char const c = any_ ? op_.separator : op_.first;
    if (c != '\0') out_ += c;
    any_ = true;
  }
  void item(std::string_view name, std::string_view value) {
    if (op_.named) {
      out_ += name;
      if (!value.empty() || op_.equals_when_empty) out_ += '=';
    }
    append(value);
  }
  // one value of several, the first with what stands before them all
  void joined(uri_variable_spec const& spec, std::string_view value, bool first) {
    if (!first) {
      out_ += ',';
    } else {
      begin_item();
      if (op_.named) (out_ += spec.name) += '=';
    }
    append(value);
  }

  void expand_list(uri_variable_spec const& spec, uri_list const& list) {
    for (std::size_t i = 0; i != list.size(); ++i) {
      if (spec.explode) {
        begin_item();
        item(spec.name, list[i]);
      } else {
        joined(spec, list[i], i == 0);
      }
    }
  }
  void expand_pairs(uri_variable_spec const& spec, uri_pairs const& pairs) {
    bool first = true;
    for (auto const& [key, value] : pairs) {
      if (spec.explode) {
        begin_item();
        append(key);
        if (!op_.named || op_.equals_when_empty || !value.empty()) out_ += '=';
        append(value);
      } else {
        joined(spec, key, first);
        joined(spec, value, false);
      }
      first = false;
    }
  }

  void append(std::string_view text) {
    while (!text.empty()) {
      auto const point = first_code_point(text);
      utf8_ = utf8_ && point.valid;
      std::string_view const bytes = text.substr(0, point.size);
      bool const stays = is_uri_unreserved(text.front()) ||
                         (op_.reserved && (is_uri_reserved(text.front()) || uri_escape(text) >= 0));
      if (stays) {
        out_ += bytes;
      } else {
        for (char c : bytes) append_uri_escape(out_, c);
      }
      text.remove_prefix(point.size);
    }
  }

  uri_operator const& op_;
  uri_template_part const& part_;
  std::string& out_;
  bool any_ = false;
  bool utf8_ = true;
};

}  // namespace mcpawl::detail
