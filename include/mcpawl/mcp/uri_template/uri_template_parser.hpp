// mcpawl/mcp/uri_template/uri_template_parser.hpp - a URI template taken apart into literals and expressions
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/mcp/uri_template/uri_characters.hpp>
#include <mcpawl/mcp/uri_template/uri_template_errc.hpp>
#include <mcpawl/mcp/uri_template/uri_template_part.hpp>
#include <mcpawl/text/utf8.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** Parses a template (RFC 6570 section 2). */
class uri_template_parser {
public:
  explicit uri_template_parser(std::string_view text) noexcept : rest_(text) {}

  result<std::vector<uri_template_part>> parse(std::size_t max_variables) {
    std::vector<uri_template_part> parts;
    while (!rest_.empty()) {
      uri_template_part part;
      bool const good = accept('{') ? expression(part) : literal(part.literal);
      if (!good) return make_error_code(fault_);
      variables_ += part.variables.size();
      if (variables_ > max_variables) return make_error_code(uri_template_errc::too_large);
      parts.push_back(std::move(part));
    }
    return parts;
  }

private:
  bool fail(uri_template_errc fault) noexcept {
    fault_ = fault;
    return false;
  }
  bool accept(char c) noexcept {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool literal(std::string& out) {
    while (!rest_.empty() && rest_.front() != '{') {
      std::size_t size = uri_character_size(rest_);
      if (size != 0) {
        out += rest_.substr(0, size);
      } else {
        // what is not ASCII is encoded when it is expanded (section 3.1), so also in what is matched
        auto const point = first_code_point(rest_);
        if (rest_.front() == '}') return fail(uri_template_errc::stray_brace);
        if (rest_.front() == '%') return fail(uri_template_errc::bad_escape);
        if (!point.valid || point.value < 0xa0) return fail(uri_template_errc::bad_literal);
        size = point.size;
        for (char c : rest_.substr(0, size)) append_uri_escape(out, c);
      }
      rest_.remove_prefix(size);
    }
    return true;
  }

  bool expression(uri_template_part& part) {
    if (rest_.find('}') == std::string_view::npos) return fail(uri_template_errc::unclosed);
    if (std::string_view("=,!@|").find(rest_.front()) != std::string_view::npos)
      return fail(uri_template_errc::bad_operator);
    for (auto const& op : uri_operators) {
      if (op.symbol == '\0' || !accept(op.symbol)) continue;
      part.op = op;
      break;
    }
    do {
      uri_variable_spec variable;
      if (!name(variable.name) || !modifier(variable)) return false;
      part.variables.push_back(std::move(variable));
    } while (accept(','));
    return accept('}') || fail(uri_template_errc::bad_name);
  }

  // varname = varchar *( ["."] varchar )
  bool name(std::string& out) {
    bool after_dot = true;
    for (;;) {
      std::size_t const size = uri_escape(rest_) >= 0 ? 3 : 1;
      char const c = rest_.front();
      bool const dot = c == '.' && !after_dot;
      if (size == 1 && !dot && (!is_uri_unreserved(c) || c == '-' || c == '.' || c == '~')) break;
      out += rest_.substr(0, size);
      rest_.remove_prefix(size);
      after_dot = dot;
    }
    return !after_dot || fail(uri_template_errc::bad_name);
  }

  bool modifier(uri_variable_spec& variable) {
    if (accept('*')) {
      variable.explode = true;
    } else if (accept(':')) {
      std::size_t digits = 0;
      for (; rest_.front() >= '0' && rest_.front() <= '9'; ++digits) {
        if (digits == 4) return fail(uri_template_errc::bad_modifier);
        variable.prefix = variable.prefix * 10 + static_cast<std::size_t>(rest_.front() - '0');
        // max-length begins with a digit that is not 0
        if (variable.prefix == 0) return fail(uri_template_errc::bad_modifier);
        rest_.remove_prefix(1);
      }
      if (digits == 0) return fail(uri_template_errc::bad_modifier);
    }
    if (rest_.front() == '*' || rest_.front() == ':') return fail(uri_template_errc::bad_modifier);
    return true;
  }

  std::string_view rest_;
  std::size_t variables_ = 0;
  uri_template_errc fault_ = uri_template_errc::bad_literal;
};

}  // namespace mcpawl::detail
