// mcpawl/mcp/uri_template/uri_expression_reader.hpp - what one expression's piece of a URI says about its variables
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/mcp/uri_template/uri_characters.hpp>
#include <mcpawl/mcp/uri_template/uri_template_parser.hpp>
#include <mcpawl/mcp/uri_template/uri_variables.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace mcpawl::detail {

/** Collects variables; one that the template names twice must have the same value both times. */
class uri_assignment {
public:
  /** Set a variable; false if it has another value already. A prefix agrees with what it begins. */
  bool set(uri_variable_spec const& spec, uri_value value) {
    auto* const old = variables_.find(spec.name);
    if (old == nullptr) {
      if (spec.prefix != 0) prefixes_ |= std::uint64_t{1} << variables_.size();
      variables_.set(spec.name, std::move(value));
      return true;
    }
    auto const bit = std::uint64_t{1} << place_of(spec.name);
    bool const was_prefix = (prefixes_ & bit) != 0;
    if (spec.prefix == 0 && !was_prefix) return *old == value;
    auto const* const before = std::get_if<std::string>(old);
    auto const* const now = std::get_if<std::string>(&value);
    if (before == nullptr || now == nullptr) return false;
    bool const agree =
        (spec.prefix != 0 && before->starts_with(*now)) || (was_prefix && now->starts_with(*before));
    if (spec.prefix == 0) prefixes_ &= ~bit;
    if (was_prefix && agree && (spec.prefix == 0 || before->size() < now->size())) *old = std::move(value);
    return agree;
  }

  uri_variables take() { return std::move(variables_); }

private:
  std::size_t place_of(std::string_view name) const noexcept {
    std::size_t place = 0;
    for (auto const& variable : variables_) {
      if (variable.name == name) break;
      ++place;
    }
    return place;
  }

  uri_variables variables_;
  std::uint64_t prefixes_ = 0;  ///< Which of the variables are known by a prefix only; the parser allows 64.
};

/** Reads the expansion of one expression backwards. Nothing is allocated when only asked whether it is one.
 */
class uri_expression_reader {
public:
  /** Whether `text`, a piece of a URI between characters and not empty, expands `part`. */
  static bool accepts(uri_template_part const& part, std::string_view text) {
    return read(part, text, nullptr);
  }
  /** Collect the variables of what is accepted; false if they contradict what is collected already. */
  static bool collect(uri_template_part const& part, std::string_view text, uri_assignment& to) {
    return read(part, text, &to);
  }

private:
  static bool read(uri_template_part const& part, std::string_view text, uri_assignment* to) {
    if (part.op.first != '\0') text.remove_prefix(1);
    return part.op.named ? read_named(part, text, to) : read_items(part, text, to);
  }

  static std::string_view next_piece(std::string_view& rest, char separator) noexcept {
    std::size_t const size = std::min(rest.find(separator), rest.size());
    auto const piece = rest.substr(0, size);
    rest.remove_prefix(std::min(size + 1, rest.size()));
    return piece;
  }
  static std::size_t count_pieces(std::string_view text, char separator) noexcept {
    return 1 + static_cast<std::size_t>(std::count(text.begin(), text.end(), separator));
  }

  /** Each variable takes one item in its order. What is too much goes to the first that is exploded, else to
      the last where its value may hold the separator. */
  static bool read_items(uri_template_part const& part, std::string_view text, uri_assignment* to) {
    char const separator = part.op.separator;
    std::size_t const items = count_pieces(text, separator), variables = part.variables.size();
    std::size_t const spare = items > variables ? items - variables : 0;
    std::size_t taker = 0;
    while (taker != variables && !part.variables[taker].explode) ++taker;
    if (taker == variables) {
      if (spare != 0 && separator == '/') return false;
      taker = variables - 1;
    }
    auto rest = text;
    for (std::size_t i = 0; i != std::min(items, variables); ++i) {
      auto const from = rest;
      for (std::size_t n = i == taker ? spare + 1 : 1; n != 0; --n) next_piece(rest, separator);
      // without the separator, unless the text ends here
      std::size_t const size = from.size() - rest.size();
      auto const own = from.substr(0, i + 1 == std::min(items, variables) ? size : size - 1);
      auto const& spec = part.variables[i];
      if (spec.explode) {
        if (to != nullptr && !to->set(spec, exploded(own, separator))) return false;
      } else if (!read_value(part.op, spec, own, to)) {
        return false;
      }
    }
    return true;
  }

  static uri_value exploded(std::string_view text, char separator) {
    bool pairs = true;
    std::size_t const count = count_pieces(text, separator);
    auto rest = text;
    for (std::size_t i = 0; i != count && pairs; ++i)
      pairs = next_piece(rest, separator).find('=') != std::string_view::npos;
    rest = text;
    if (!pairs) return list_of(text, separator);
    uri_pairs out;
    for (std::size_t i = 0; i != count; ++i) {
      auto value = next_piece(rest, separator);
      auto const key = next_piece(value, '=');
      out.emplace_back(decode_uri_text(key), decode_uri_text(value));
    }
    return out;
  }

  static uri_value list_of(std::string_view text, char separator) {
    uri_list out;
    std::size_t const count = count_pieces(text, separator);
    for (std::size_t i = 0; i != count; ++i) out.push_back(decode_uri_text(next_piece(text, separator)));
    return out;
  }

  static bool read_value(uri_operator const& op, uri_variable_spec const& spec, std::string_view text,
                         uri_assignment* to) {
    // a reserved expansion leaves the commas of a string as they are, all others encode them
    bool const list = !op.reserved && text.find(',') != std::string_view::npos;
    if (spec.prefix != 0 && (list || count_uri_characters(text) > spec.prefix)) return false;
    if (to == nullptr) return true;
    return to->set(spec, list ? list_of(text, ',') : uri_value(decode_uri_text(text)));
  }

  /** `name=value` in any order. What no variable is named like belongs to the first exploded one. */
  static bool read_named(uri_template_part const& part, std::string_view text, uri_assignment* to) {
    std::size_t const pieces = count_pieces(text, part.op.separator), variables = part.variables.size();
    std::uint64_t seen = 0;
    std::size_t stranger_to = variables;
    for (std::size_t i = variables; i-- != 0;) {
      if (part.variables[i].explode) stranger_to = i;
    }
    bool strangers = false;
    auto rest = text;
    for (std::size_t i = 0; i != pieces; ++i) {
      auto value = next_piece(rest, part.op.separator);
      auto const name = next_piece(value, '=');
      if (name.empty()) return false;
      std::size_t const at = find(part, name);
      if (at == variables) {
        if (stranger_to == variables) return false;
        strangers = true;
        continue;
      }
      auto const& spec = part.variables[at];
      auto const bit = std::uint64_t{1} << at;
      if (spec.explode) {
        seen |= bit;
        continue;
      }
      if ((seen & bit) != 0 || !read_value(part.op, spec, value, to)) return false;
      seen |= bit;
    }
    if (to == nullptr) return true;
    for (std::size_t i = 0; i != variables; ++i) {
      bool const with_strangers = strangers && i == stranger_to;
      if (!part.variables[i].explode || ((seen >> i & 1) == 0 && !with_strangers)) continue;
      if (!to->set(part.variables[i], gathered(part, text, i, with_strangers))) return false;
    }
    return true;
  }

  /** The values of an exploded variable: a list, or pairs if there are names other than its own. */
  static uri_value gathered(uri_template_part const& part, std::string_view rest, std::size_t variable,
                            bool with_strangers) {
    uri_list list;
    uri_pairs pairs;
    for (std::size_t n = count_pieces(rest, part.op.separator); n != 0; --n) {
      auto value = next_piece(rest, part.op.separator);
      auto const name = next_piece(value, '=');
      std::size_t const at = find(part, name);
      if (at != variable && !(with_strangers && at == part.variables.size())) continue;
      if (with_strangers)
        pairs.emplace_back(decode_uri_text(name), decode_uri_text(value));
      else
        list.push_back(decode_uri_text(value));
    }
    if (with_strangers) return pairs;
    return list;
  }

  static std::size_t find(uri_template_part const& part, std::string_view name) {
    bool const escaped = name.find('%') != std::string_view::npos;
    std::string const decoded = escaped ? decode_uri_text(name) : std::string();
    if (escaped) name = decoded;
    std::size_t i = 0;
    for (; i != part.variables.size(); ++i) {
      std::string const& own = part.variables[i].name;
      if (own == name || (own.find('%') != std::string::npos && decode_uri_text(own) == name)) break;
    }
    return i;
  }
};

}  // namespace mcpawl::detail
